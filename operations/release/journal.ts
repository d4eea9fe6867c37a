import * as z from "zod";
import { controls, isItemId } from "../../checklist/items.ts";
import { samplesSchema } from "../../evidence/samples.ts";
import { commitText } from "../../evidence/statement.ts";
import { Failure } from "../../lib/failure.ts";
import { measurementStates } from "./measurement.ts";

const short = z.string().max(1000);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/);
const moment = z.iso.datetime();
const attempt = z.int().min(1);
const noteSchema = z.record(z.string().max(100), z.string().max(4000));

const findingSchema = z.strictObject({
  control: z.strictObject({ kind: z.enum(controls), name: z.string().min(1).max(200) }),
  items: z.array(z.string().refine(isItemId, "an item of the checklist")).min(1).max(175),
  state: z.enum(["holds", "does-not-hold", "unknown"]),
  summary: z.string().max(4000),
  details: z.array(short).max(1000).optional(),
  measured: z.union([z.number(), short]).optional(),
  expected: z.union([z.number(), short]).optional(),
  unit: z.string().max(40).optional(),
  samples: samplesSchema.optional(),
  url: z.url().max(2000).optional(),
  until: moment.optional(),
});

const common = { at: moment, run: z.string().min(1).max(100) };
const ofStep = { ...common, step: name };
const ofAction = { ...ofStep, action: name, key: z.string().min(1).max(300) };

/** One line of a journal: something that was about to happen, or had happened. */
export const entrySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("opened"),
    ...common,
    version: z.string().max(100),
    commit: commitText,
  }),
  /** A run holds the release until a moment. */
  z.strictObject({ kind: z.literal("lease"), ...common, holder: short, until: moment }),
  z.strictObject({ kind: z.literal("free"), ...common }),
  z.strictObject({ kind: z.literal("begun"), ...ofStep, attempt }),
  z.strictObject({
    kind: z.literal("measured"),
    ...ofStep,
    attempt,
    check: z.enum(["before", "action", "after"]),
    state: z.enum(measurementStates),
    summary: z.string().max(4000),
    /** When to look again. */
    until: moment.optional(),
  }),
  /** The action is about to be done. */
  z.strictObject({ kind: z.literal("acting"), ...ofAction }),
  z.strictObject({ kind: z.literal("acted"), ...ofAction, summary: z.string().max(4000), note: noteSchema }),
  /** The action failed, and changed nothing. */
  z.strictObject({ kind: z.literal("not-acted"), ...ofAction, summary: z.string().max(4000) }),
  z.strictObject({
    kind: z.literal("ended"),
    ...ofStep,
    attempt,
    state: z.enum(["successful", "failed", "error", "inconclusive"]),
    summary: z.string().max(4000),
    begunAt: moment,
    findings: z.array(findingSchema).max(500),
  }),
  /** Its end stands in the evidence. */
  z.strictObject({ kind: z.literal("recorded"), ...ofStep, attempt, record: short }),
  z.strictObject({ kind: z.literal("noted"), ...common, text: z.string().max(4000) }),
  /** The release ends here; `rollback` is the journal of the rollback that ends it. */
  z.strictObject({
    kind: z.literal("closed"),
    ...common,
    reason: z.string().max(4000),
    rollback: z.string().min(1).max(200).optional(),
  }),
]);

export type Entry = z.infer<typeof entrySchema>;

/** The most entries of one journal: a release of 30 steps has about 300. */
export const maximumEntries = 20_000;

/**
 * An append-only list of entries that survives a crash at any moment. Entry `index` is written once: of two runs that
 * write it at the same time, one succeeds.
 */
export interface Journal {
  read(): Promise<Entry[]>;
  /** @returns false where the entry of that index is already there */
  append(index: number, entry: Entry): Promise<boolean>;
}

/** A journal with an entry that is missing or that nothing here can read. */
export class InvalidJournal extends Failure {
  constructor(message: string) {
    super("failed", message);
  }
}

/** @throws {InvalidJournal} for a text that is not an entry */
export function parseEntry(text: string, index: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidJournal(`Entry ${index} of the journal is not JSON`);
  }
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidJournal(`Entry ${index} of the journal is invalid: ${z.prettifyError(parsed.error)}`);
}
