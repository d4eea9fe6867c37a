import * as z from "zod";
import type { ItemId } from "../checklist/items.ts";

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
  /** Steps in order, in milliseconds. The rehearsal of a restore in place is no part of `durationMs`. */
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
  /** Differences that the settings accept, and why; absent when there are none. */
  accepted: z
    .array(z.strictObject({ difference: shortText, reason: shortText }))
    .max(1000)
    .optional(),
  /** The role as which restores were tried after the first one; absent when none was tried. */
  rehearsedAs: shortText.optional(),
  /** What the backup does not contain, and what the drill could not try. */
  notes: z.array(shortText).max(1000).default([]),
});

export type Drill = z.infer<typeof drillSchema>;

/** What a drill found, whether it could restore the backup or not. It holds no secret. */
export interface DrillFinding {
  items: ItemId[];
  /** Name of the Pulumi stack. */
  stack: string;
  at: string;
  holds: boolean;
  /** One sentence for people. */
  summary: string;
  /** What does not hold, one sentence each. */
  problems: string[];
  /** Absent where the backup could not be restored. */
  drill?: Drill;
}
