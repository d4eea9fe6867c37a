import type { ItemId } from "../../checklist/items.ts";
import type { Contact } from "../../evidence/owners.ts";
import type { RegisteredControl } from "../../evidence/registered.ts";
import type { RunKind } from "../../evidence/statement.ts";
import type { Measurement } from "./measurement.ts";

/** What a step is given for one call. */
export interface StepRun {
  version: string;
  /** The commit that goes live. */
  commit: string;
  now: Date;
  /** When this attempt of the step began. */
  begunAt: Date;
  /** Aborted when the call's time is up, or the run is stopped. */
  signal: AbortSignal;
  /** What an action of an earlier step noted, such as the id of a deployment. */
  noted(step: string, action?: string): Readonly<Record<string, string>> | undefined;
  /** When the release, or the rollback, was begun. */
  openedAt: Date;
  /** What happened so far, the oldest first, for people. */
  history: readonly { at: string; text: string }[];
  /** When a step ended successfully. */
  endedAt(step: string): Date | undefined;
}

export interface Done {
  /** One sentence: what was done, or found done. */
  summary: string;
  /** What later steps and the rollback need: ids and addresses, no secret. */
  note?: Readonly<Record<string, string>>;
}

/** What has happened of an action, as the world shows it. */
export type Trace = { state: "done"; done: Done } | { state: "not-done" } | { state: "unknown"; why: string };

/**
 * Something that changes the world, once. Where the process dies between doing it and noting it, the next run asks
 * `find`; where that cannot tell, a person has to say with `--settle`, as doing it twice is worse than waiting.
 */
export interface Action {
  /** In kebab case, unique in its step: a host, or a channel. */
  name: string;
  /** One sentence for `--plan`: what it will do. */
  does: string;
  /** It only asks, and changes nothing: a dry run does it too. */
  reads?: boolean;
  /**
   * Looks whether it was done. `key` is the same for every attempt of this action in this release.
   */
  find(run: StepRun, key: string): Promise<Trace>;
  /**
   * Does it.
   *
   * @throws {NotDone} where it is certain that nothing was done; any other error leaves that open
   */
  perform(run: StepRun, key: string): Promise<Done>;
}

/** An action failed, and it is certain that it changed nothing. */
export class NotDone extends Error {
  override readonly name = "NotDone";
}

/** One step of a release. Its actions are independent of each other and done side by side. */
export interface Step {
  /** In kebab case, unique. */
  name: string;
  /** What must hold at its end, in a sentence. */
  title: string;
  /** Items of the checklist that its success shows, or that it waits for. */
  items: readonly ItemId[];
  /** Controls whose findings it records. */
  controls: readonly RegisteredControl[];
  /** Who lets it go on, by the contacts in the settings. */
  approver: Contact;
  /** The most minutes from its beginning to its end. */
  limitMinutes: number;
  /** Time limit of one call to anything outside, in milliseconds, where it is shorter than that of the release. */
  callMs?: number;
  /** What must hold before anything is done. */
  before?: (run: StepRun) => Promise<Measurement>;
  actions?: readonly Action[];
  /**
   * Whether it goes on without the actions that ended in an error as often as they may. Later steps look at what was
   * done.
   */
  goesOnWithout?: (run: StepRun) => boolean;
  /** Whether it is as it should be now. */
  after: (run: StepRun) => Promise<Measurement>;
  /** How to undo it, in a sentence. */
  back: string;
  /** What kind of run its evidence is of, where that is not the release itself. */
  recordsAs?: RunKind;
  /** It looks at what people are served: where that does not hold, going back is due. */
  rollsBack?: boolean;
  /** Who is told at once when a look at it fails, or when nothing can tell any more. */
  alarms?: (measurement: Measurement) => readonly Action[];
}
