import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";
import { parseJson } from "../lib/json.ts";
import { isItemId } from "./items.ts";

/** Largest evidence file that is read, in bytes. */
export const maximumEvidenceBytes = 1024 * 1024;

const moment = z.iso.datetime();
const count = z.int().min(0);
const shortText = z.string().max(1000);

/** Result of a restore drill: what was restored, how long each step took, what was compared. */
export const drillSchema = z.strictObject({
  backup: z.strictObject({
    /** Key of the backup in the bucket. */
    name: shortText,
    /** Time of the backup's snapshot. */
    takenAt: moment,
    plainBytes: count,
    sealedBytes: count,
  }),
  /** Version of the server it was restored into, such as 17.4. */
  serverVersion: shortText,
  /** Steps in order, in milliseconds. */
  steps: z.array(z.strictObject({ name: shortText, durationMs: count })).max(50),
  /** From the start of the drill to the last comparison, in milliseconds. */
  durationMs: count,
  /** Recovery time objective for the duration. */
  rtoMinutes: count,
  /** Age of the backup when the drill began, which is the data that would be lost. */
  lossMinutes: count,
  /** Recovery point objective for the age, and the minutes that a backup may take. */
  rpoMinutes: count,
  graceMinutes: count,
  tables: count,
  rows: count,
  /** Checks from the settings, in order. */
  checks: z.array(z.strictObject({ name: shortText, holds: z.boolean(), found: shortText })).max(200),
  /** How the restored database differs from the manifest. */
  differences: z.array(shortText).max(1000),
  /** What the backup does not contain, and what the drill could not try. */
  notes: z.array(shortText).max(1000).default([]),
});

export type Drill = z.infer<typeof drillSchema>;

/**
 * Evidence for items of the checklist: for which stack, since when, and whether they hold. Evidence files are
 * JSON of this shape and contain no secrets.
 */
export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  /** Kind of control that found it. */
  control: z.enum(["policy", "probe", "gate", "docs", "attest"]),
  source: z.string().regex(/^[a-z][a-z-]{0,49}$/),
  items: z.array(z.string().refine(isItemId, "an item of the checklist")).min(1).max(175),
  /** Name of the Pulumi stack. */
  stack: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  at: moment,
  holds: z.boolean(),
  /** One sentence for people. */
  summary: shortText,
  /** What does not hold, one sentence each. */
  problems: z.array(shortText).max(1000),
  drill: drillSchema.optional(),
});

export type Evidence = z.infer<typeof evidenceSchema>;

/**
 * Writes evidence to `<folder>/<stack>/<source>.json`, atomically.
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
