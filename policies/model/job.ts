import type { AnyValue, Fault, Resource } from "../framework/index.ts";
import type { CodeSource } from "./section-host.ts";

/** What runs on a schedule, at whatever vendor. */
export interface Job {
  readonly resource: Resource;
  /** Its schedules as the five fields of cron. Throws UnknownRead. */
  readonly schedules: () => readonly string[];
  readonly scheduleAt: AnyValue;
  /** What keeps it from starting at `now`, in milliseconds since 1970, or soon after; absent where its vendor has no such thing. Throws UnknownRead. */
  readonly isOff?: (now: number) => Fault | undefined;
  /** What it is called and what it runs, beside the name of the resource. */
  readonly labels: readonly AnyValue[];
  /** The command that goes before what its program would run by itself. */
  readonly command: AnyValue;
  /** What it runs without a command: images and Dockerfiles; empty where the vendor has no such thing. */
  readonly programs: readonly AnyValue[];
  /** What it is built from; empty or absent where it runs an image or its vendor has no such thing. Throws UnknownRead. */
  readonly sources?: () => readonly CodeSource[];
  /** Folders and files of the repository that it is built from. */
  readonly folders?: readonly AnyValue[];
  /** Its variables. */
  readonly variables: JobVariables;
}

interface JobVariables {
  /** What they are among, to ask for where they are unknown. */
  readonly at: AnyValue;
  /** By name. Throws UnknownRead. */
  readonly entries: () => readonly (readonly [string, AnyValue])[];
  /** Resources that they are made from. */
  readonly sources: readonly Resource[];
}
