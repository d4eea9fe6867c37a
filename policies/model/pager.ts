import type { Resource, Verdict } from "../framework/index.ts";

/** Figures by which an on-call schedule is judged. */
export interface PeopleLimits {
  readonly people: number;
  readonly turnDays: number;
}

/** Figures by which an escalation is judged. */
export interface LevelLimits {
  readonly levels: number;
  readonly minutes: number;
}

/** Who is on call when. Each question may throw UnknownRead. */
export interface OnCallSchedule {
  readonly resource: Resource;
  /** Whether enough people take turns, none of them for too long. */
  readonly people: (limits: PeopleLimits) => Verdict;
  /** Whether somebody is on call at any time from now on, in milliseconds since 1970. */
  readonly coverage: (now: number) => Verdict;
}

/** Whom a page goes to, one after the other. */
export interface Escalation {
  readonly resource: Resource;
  readonly levels: (limits: LevelLimits) => Verdict;
  /** Whether it begins with a schedule that the stack declares. */
  readonly beginsWithSchedule: () => Verdict;
}
