import type { Control, ItemId } from "../../checklist/items.ts";
import type { Samples } from "../../evidence/samples.ts";

/**
 * What one look at a step shows. `failed` is a fact, `error` a fault of the look itself, `inconclusive` an answer
 * that does not tell, and `waiting` asks for more time. Only `successful` lets a release go on.
 */
export const measurementStates = ["successful", "failed", "error", "inconclusive", "waiting"] as const;

export type MeasurementState = (typeof measurementStates)[number];

/** What a look shows of one control, which becomes a result in the evidence. */
export interface Finding {
  control: { kind: Control; name: string };
  items: readonly ItemId[];
  state: "holds" | "does-not-hold" | "unknown";
  summary: string;
  details?: readonly string[] | undefined;
  measured?: string | number | undefined;
  expected?: string | number | undefined;
  unit?: string | undefined;
  /** How it was over time. */
  samples?: Samples | undefined;
  url?: string | undefined;
  /** The last moment at which it counts, where it ends before its kind does. */
  until?: Date | undefined;
}

export interface Measurement {
  state: MeasurementState;
  /** One sentence: what was found, or why nothing could tell. */
  summary: string;
  findings?: readonly Finding[];
  /** When to look again, for `waiting`. */
  until?: Date;
}

/** How often a look may end without success before its step ends with that state. */
export interface Limits {
  failed: number;
  /** Without a success between them. */
  error: number;
  inconclusive: number;
  /** Pause between two looks, in milliseconds. */
  intervalMs: number;
  /** Time limit of one call to anything outside, in milliseconds. */
  callMs: number;
  /** How long a run holds a release without renewing, in milliseconds; at least twice `callMs`. */
  leaseMs: number;
}

export const holdsSuccessfully = (summary: string): Measurement => ({ state: "successful", summary });

/** The state of a step by its findings: the worst of them. */
export function measured(summary: string, findings: readonly Finding[]): Measurement {
  const states = findings.map(({ state }) => state);
  const worst = (["does-not-hold", "unknown"] as const).find((state) => states.includes(state));
  const shown = findings.find(({ state }) => state === worst);
  return {
    state: worst === undefined ? "successful" : worst === "unknown" ? "inconclusive" : "failed",
    summary: shown?.summary ?? summary,
    findings,
  };
}

/** More time is needed; it is looked at again after the milliseconds. */
export function waiting(now: Date, summary: string, milliseconds = 30_000): Measurement {
  return { state: "waiting", summary, until: new Date(now.getTime() + milliseconds) };
}
