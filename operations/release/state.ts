import type { Entry } from "./journal.ts";

type Ended = Extract<Entry, { kind: "ended" }>;
type Measured = Extract<Entry, { kind: "measured" }>;

/** What the journal says of one action of a step. */
export interface ActionState {
  /** `acting` without an end: the process died in between, or its answer was lost. */
  state: "acting" | "acted" | "not-acted";
  key: string;
  summary: string;
  note: Readonly<Record<string, string>>;
  at: string;
}

/** What the journal says of one step. */
export interface StepState {
  attempts: number;
  /** When the last attempt began; undefined where none is open or was made. */
  begunAt: string | undefined;
  /** Looks of the last attempt, oldest first. */
  measured: Measured[];
  actions: Map<string, ActionState>;
  /** How the last attempt ended; undefined while it goes on. */
  ended: Ended | undefined;
  /** The first success, which later looks do not move. */
  succeededAt: string | undefined;
  /** Whether the end of the last attempt stands in the evidence. */
  recorded: string | undefined;
  /** The last end that stands in the evidence. */
  lastRecorded: { ended: Ended; record: string } | undefined;
}

/** What a journal says, read from its beginning. */
export interface ReleaseState {
  opened: Extract<Entry, { kind: "opened" }> | undefined;
  /** The run that holds the release, unless it let go. */
  lease: Extract<Entry, { kind: "lease" }> | undefined;
  closed: Extract<Entry, { kind: "closed" }> | undefined;
  steps: Map<string, StepState>;
  /** What was done and how steps ended, the oldest first, for people. */
  history: { at: string; text: string }[];
  /** The latest moment of any entry. */
  latest: string | undefined;
  size: number;
}

/** Reads a journal. The same entries give the same state, whichever run wrote them. */
export function stateOf(entries: readonly Entry[]): ReleaseState {
  const state: ReleaseState = {
    opened: undefined,
    lease: undefined,
    closed: undefined,
    steps: new Map(),
    history: [],
    latest: undefined,
    size: entries.length,
  };
  for (const entry of entries) read(entry, state);
  return state;
}

/** The state of a step; that of one which has not begun where the journal has none. */
export function stepOf(state: ReleaseState, name: string): StepState {
  const known = state.steps.get(name);
  if (known !== undefined) return known;
  const fresh: StepState = {
    attempts: 0,
    begunAt: undefined,
    measured: [],
    actions: new Map(),
    ended: undefined,
    succeededAt: undefined,
    recorded: undefined,
    lastRecorded: undefined,
  };
  state.steps.set(name, fresh);
  return fresh;
}

function read(entry: Entry, state: ReleaseState): void {
  if (entry.kind === "acted" || entry.kind === "ended") {
    const ending = entry.kind === "ended" && entry.state !== "successful" ? ` (${entry.state})` : "";
    state.history.push({ at: entry.at, text: `${entry.step}${ending}: ${entry.summary}` });
  } else if (entry.kind === "noted") {
    state.history.push({ at: entry.at, text: entry.text });
  }
  if (state.latest === undefined || entry.at > state.latest) state.latest = entry.at;
  if (entry.kind === "opened") state.opened ??= entry;
  else if (entry.kind === "lease") state.lease = entry;
  else if (entry.kind === "free") {
    if (state.lease?.run === entry.run) state.lease = undefined;
  } else if (entry.kind === "closed") state.closed ??= entry;
  else if (entry.kind !== "noted") readStep(entry, stepOf(state, entry.step));
}

function readStep(entry: Extract<Entry, { step: string }>, step: StepState): void {
  switch (entry.kind) {
    case "begun":
      step.attempts = entry.attempt;
      step.begunAt = entry.at;
      step.measured = [];
      step.ended = undefined;
      step.recorded = undefined;
      break;
    case "measured":
      step.measured.push(entry);
      break;
    case "acting":
    case "not-acted":
      step.actions.set(entry.action, {
        state: entry.kind,
        key: entry.key,
        summary: entry.kind === "acting" ? "" : entry.summary,
        note: {},
        at: entry.at,
      });
      break;
    case "acted":
      step.actions.set(entry.action, {
        state: "acted",
        key: entry.key,
        summary: entry.summary,
        note: entry.note,
        at: entry.at,
      });
      break;
    case "ended":
      step.ended = entry;
      step.recorded = undefined;
      if (entry.state === "successful") step.succeededAt ??= entry.at;
      break;
    case "recorded":
      if (entry.attempt !== step.attempts || step.ended === undefined) break;
      step.recorded = entry.record;
      step.lastRecorded = { ended: step.ended, record: entry.record };
      break;
  }
}
