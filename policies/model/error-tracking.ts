import type { AnyValue, Resource, Verdict } from "../framework/index.ts";
import type { Job } from "./job.ts";

/** What collects the errors of the application. Each question may throw UnknownRead. */
export interface ErrorProject {
  readonly resource: Resource;
  /** Whether it keeps what it is sent, also of the releases that go out. */
  readonly keeps: (releases: readonly string[]) => Verdict;
  /** Whether the stack declares a key of it. */
  readonly hasKey: () => boolean;
  /** Whether pages send it events, rather than apps of telephones alone. */
  readonly isOfPages: () => boolean;
  /** Where it lists the origins of pages that may send it events. */
  readonly originsAt: AnyValue;
  readonly origins: () => readonly AnyValue[];
}

/** A key by which errors are sent. Each question may throw UnknownRead. */
export interface ErrorKey {
  readonly resource: Resource;
  /** Whether it takes enough, and not more than the quota bears. */
  readonly isLimited: () => Verdict;
  /** Whether it stores nothing of what people see and type. */
  readonly isDiscreet: () => Verdict;
}

/** What takes secrets out of events. */
export interface Scrubbing {
  readonly resource: Resource;
  /** Throws UnknownRead. */
  readonly isOn: () => Verdict;
}

/** What tells somebody of errors. Each question may throw UnknownRead. */
export interface ErrorAlert {
  /** Whether it tells of issues that are new and that are back. */
  readonly tellsOfIssues: () => boolean;
}

/** What compares figures of errors with a bound. Each question may throw UnknownRead. */
export interface ErrorFigure {
  readonly resource: Resource;
  /** Whether it is the rate of failed requests. */
  readonly isErrorRate: () => boolean;
  /** Whether there is an incident where the rate, a ratio, is above that. */
  readonly isBelow: (ratio: number) => Verdict;
  /** Set where it tells somebody by itself. */
  readonly isAlert?: true;
}

/** What watches a figure, a URL or a job, and opens an incident. Each question may throw UnknownRead. */
export interface Monitor {
  readonly resource: Resource;
  readonly isOn: () => boolean;
  readonly switch: AnyValue;
  /** What somebody has to be paged for. */
  readonly isUrgent: boolean;
  /** Alerts that tell of what it finds. */
  readonly alerts: () => readonly { readonly pages: () => boolean }[];
}

/** What else of the platform a watch is about. */
export interface Watched {
  readonly isOwnName: (host: string) => boolean;
  /** Scheduled jobs that back up, as far as they are known. */
  readonly backupJobs: () => readonly Job[];
}

/** What watches the platform, of which it could watch another one, or take a failure for a success. */
export interface Watch {
  readonly resource: Resource;
  /** Throws UnknownRead. */
  readonly isUseful: (watched: Watched) => Verdict;
}
