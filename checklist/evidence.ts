import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";
import { parseJson } from "../lib/json.ts";
import { isItemId } from "./items.ts";

/** Size beyond which a file of evidence is refused unread, in bytes. */
export const maximumEvidenceBytes = 1024 * 1024;

const moment = z.iso.datetime();
const count = z.int().min(0);
const shortText = z.string().max(1000);

/** How a restore drill went: what was restored, how long each step took, what was compared. */
export const drillSchema = z.strictObject({
  backup: z.strictObject({
    /** Key of the backup in its bucket. */
    name: shortText,
    /** The moment of the database that the backup holds. */
    takenAt: moment,
    plainBytes: count,
    sealedBytes: count,
  }),
  /** Version of the server that was restored into, such as 17.4. */
  serverVersion: shortText,
  /** Steps in their order, in milliseconds. */
  steps: z.array(z.strictObject({ name: shortText, durationMs: count })).max(50),
  /** From the start of the download to the last comparison. */
  durationMs: count,
  /** Recovery time objective that the duration is held to. */
  rtoMinutes: count,
  /** Age of the backup when the drill began: what would be lost. */
  lossMinutes: count,
  /** Recovery point objective that the age is held to, and the minutes that a backup may be on its way. */
  rpoMinutes: count,
  graceMinutes: count,
  tables: count,
  rows: count,
  /** Checks of the settings, in their order. */
  checks: z.array(z.strictObject({ name: shortText, holds: z.boolean(), found: shortText })).max(200),
  /** What the restored database has otherwise than the manifest says; empty where all is alike. */
  differences: z.array(shortText).max(1000),
});

export type Drill = z.infer<typeof drillSchema>;

/**
 * One piece of evidence: which items it is for, of which stack, when it was found, and whether they hold.
 * Files of evidence are JSON of this shape; nothing in them is a secret.
 */
export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  /** How it was found. */
  control: z.enum(["policy", "probe", "gate", "docs", "attest"]),
  source: z.string().regex(/^[a-z][a-z-]{0,49}$/),
  items: z.array(z.string().refine(isItemId, "an item of the checklist")).min(1).max(175),
  /** Name of the Pulumi stack. */
  stack: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  at: moment,
  holds: z.boolean(),
  /** One sentence for a person. */
  summary: shortText,
  /** What does not hold, a sentence each. */
  problems: z.array(shortText).max(1000),
  drill: drillSchema.optional(),
});

export type Evidence = z.infer<typeof evidenceSchema>;

/**
 * Writes a piece of evidence to `<folder>/<stack>/<source>.json`, in one step.
 *
 * @returns the path
 */
export function writeEvidence(folder: string, evidence: Evidence): string {
  const path = evidencePath(folder, evidence.stack, evidence.source);
  writeAtomic(path, `${JSON.stringify(evidenceSchema.parse(evidence), null, 2)}\n`);
  return path;
}

/**
 * Reads the newest evidence of a source; undefined when there is none yet.
 *
 * @throws {Failure} `failed`, when the file is too large or is not valid evidence
 */
export function readEvidence(folder: string, stack: string, source: string): Evidence | undefined {
  const path = evidencePath(folder, stack, source);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size > maximumEvidenceBytes) {
    throw invalid(path, `it has ${size} bytes, and the limit is ${maximumEvidenceBytes}`);
  }
  const document = parseJson(readFileSync(path, "utf8"));
  if (document === undefined) throw invalid(path, "it is not JSON");
  const result = evidenceSchema.safeParse(document);
  if (!result.success) throw invalid(path, z.prettifyError(result.error));
  return result.data;
}

function invalid(path: string, reason: string): Failure {
  return new Failure("failed", `${path} is not a valid evidence file: ${reason}`);
}

function evidencePath(folder: string, stack: string, source: string): string {
  return join(folder, stack, `${source}.json`);
}
