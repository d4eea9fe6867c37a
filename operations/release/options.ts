import type { Result, RunKind } from "../../evidence/statement.ts";
import type { Journal } from "./journal.ts";
import type { Limits } from "./measurement.ts";
import type { Step } from "./step.ts";

/** Where one call leaves a release. */
export type Outcome =
  | { state: "done"; summary: string }
  /** A fact stands in the way. */
  | { state: "stopped"; step: string; summary: string }
  /** Nothing could tell, and a person has to look. */
  | { state: "unclear"; step?: string | undefined; summary: string }
  | {
      state: "waiting";
      step?: string | undefined;
      until: Date;
      summary: string;
      /** A dry run came to something that it leaves out. */
      intended?: true;
    };

export interface ReleaseOptions {
  version: string;
  commit: string;
  /** In the order in which they are done. */
  steps: readonly Step[];
  journal: Journal;
  evidence: EvidenceSink;
  now: () => Date;
  limits: Limits;
  /** Unique for each run. */
  run: string;
  /** Who runs it, for a person: a host and a process. */
  holder: string;
  signal: AbortSignal;
  /** Begin with this step, whatever the earlier ones say; they then have no evidence. */
  from?: string | undefined;
  /** End behind this step. */
  until?: string | undefined;
  /** Only look: what would be done is said, and nothing is written anywhere. */
  dryRun?: boolean | undefined;
  /** Take the release from a run that a person knows to be dead. */
  takeOver?: boolean | undefined;
  progress?: ((line: string) => void) | undefined;
}

/** Clocks of two machines may differ by this much. */
export const clockToleranceMs = 5 * 60_000;

/** The end of a step as evidence. */
export interface StepRecord {
  /** What kind of run it is of; undefined takes that of the sink. */
  kind?: RunKind | undefined;
  commit: string;
  startedAt: string;
  finishedAt: string;
  results: Result[];
}

/** Where evidence is kept. */
export interface EvidenceSink {
  /**
   * Adds a record, unless the same one is there: a run may have died between writing it and noting that.
   *
   * @returns its name
   */
  record(record: StepRecord): Promise<string>;
}

export function leaseEnd({ now, limits }: Pick<ReleaseOptions, "now" | "limits">): string {
  return new Date(now().getTime() + limits.leaseMs).toISOString();
}
