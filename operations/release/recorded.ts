import type { RunLogbook } from "./logbook.ts";
import type { ReleaseOptions } from "./options.ts";
import { stepOf } from "./state.ts";
import type { Step } from "./step.ts";

/** Writes the end of a step to the evidence, once. */
export async function recordEnd(
  step: Step,
  { evidence, commit, dryRun }: ReleaseOptions,
  logbook: RunLogbook,
): Promise<void> {
  const { ended, recorded, lastRecorded } = stepOf(logbook.state, step.name);
  if (ended === undefined || recorded !== undefined || dryRun) return;
  const repeats =
    lastRecorded !== undefined &&
    ended.state !== "successful" &&
    lastRecorded.ended.state === ended.state &&
    lastRecorded.ended.summary === ended.summary;
  const record = repeats
    ? lastRecorded.record
    : ended.findings.length === 0
      ? "none"
      : await evidence.record({
          ...(step.recordsAs !== undefined && { kind: step.recordsAs }),
          commit,
          startedAt: ended.begunAt < ended.at ? ended.begunAt : ended.at,
          finishedAt: ended.at,
          results: ended.findings.map((finding) => ({ ...finding, at: ended.at })),
        });
  await logbook.write({ kind: "recorded", step: step.name, attempt: ended.attempt, record });
}
