import type { ItemId } from "../checklist/items.ts";
import type { ProbeWaiver } from "../checklist/waivers.ts";
import { type ExitStatus, exitStatus } from "../lib/exit.ts";
import type { SourcePosition } from "../lib/failure.ts";
import type { Check } from "./probe.ts";
import type { UnknownReason } from "./unknown.ts";

/** States of a probe and of an item. `error` is a fault of the probe itself; a waived one does not hold. */
export const states = ["holds", "does-not-hold", "waived", "unknown", "error"] as const;

export type State = (typeof states)[number];

/** A check, and where its expectation is declared. */
export interface PlacedCheck extends Check {
  readonly declared?: SourcePosition | undefined;
}

/** What one probe measured. */
export interface ProbeResult {
  readonly name: string;
  readonly title: string;
  readonly items: readonly ItemId[];
  readonly state: State;
  /** Why, unless it holds. */
  readonly reason?: UnknownReason | undefined;
  readonly message?: string | undefined;
  readonly checks: readonly PlacedCheck[];
  /** Who accepts what does not hold, and until when. */
  readonly waiver?: Pick<ProbeWaiver, "until" | "reason" | "approvedBy"> | undefined;
  /** Where the settings say what is expected. */
  readonly declared?: SourcePosition | undefined;
  /** When it began, in UTC. */
  readonly at: string;
  readonly durationMs: number;
  /** Digest of the answers as they came. */
  readonly digest?: string | undefined;
}

/** An item that was asked for, by the worst of its probes. */
export interface ItemResult {
  readonly id: ItemId;
  readonly text: string;
  readonly state: State;
  readonly probes: readonly string[];
  /** Whether it may be unknown, as `--allow-unknown` says. */
  readonly allowed: boolean;
}

/** One thing that is declared, what its vendor has, and what is served. */
export interface DriftRow {
  readonly vendor: string;
  readonly subject: string;
  /** Path of the setting that declares it, where one does. */
  readonly setting?: string | undefined;
  /** The line that declares it. */
  readonly declaredIn?: SourcePosition | undefined;
  readonly declared: string;
  readonly atVendor: string;
  /** What probes of the platform itself measured of the same setting; the first that differs, else the first. */
  readonly served?: string | undefined;
  /** `drift` where the vendor or what is served differs. */
  readonly state: "as-declared" | "drift" | "unknown";
}

/** A verification, as `optropic verify --json` prints it. */
export interface Verification {
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly stack: string;
  readonly at: string;
  readonly durationMs: number;
  readonly summary: Readonly<Record<State, number>> & {
    /** Items of the checklist that ask for a probe and have none here. */
    readonly withoutProbe: number;
  };
  readonly items: readonly ItemResult[];
  readonly probes: readonly ProbeResult[];
  /** What is declared, what its vendor has and what is served, side by side. */
  readonly drift: readonly DriftRow[];
  /** One sentence for each waiver of a probe that counts for nothing. */
  readonly waiverProblems: readonly string[];
}

/** What could not be told weighs more than what is wrong: it could be anything. */
export function statusOf({ items }: Pick<Verification, "items">): ExitStatus {
  const open = items.filter(({ state, allowed }) => state === "error" || (state === "unknown" && !allowed));
  if (open.length > 0) return exitStatus.couldNotTell;
  const wrong = items.some(({ state }) => state === "does-not-hold");
  return wrong ? exitStatus.doesNotHold : exitStatus.holds;
}
