import { type ProbeWaiver, readWaivers } from "../checklist/waivers.ts";
import type { Settings } from "../config/settings.ts";
import type { ProbeResult } from "./document.ts";

/** Waivers of probes that count, and one sentence for each that does not. */
export interface ProbeWaivers {
  readonly valid: readonly ProbeWaiver[];
  readonly problems: readonly string[];
}

/** Reads those of the setting `waivers` that are for probes; the policy pack judges the others. */
export function probeWaivers(
  { waivers, waiverDays, domains }: Pick<Settings, "waivers" | "waiverDays" | "domains">,
  probes: readonly { name: string }[],
  today: Date,
): ProbeWaivers {
  const { probes: valid, problems } = readWaivers(
    waivers === undefined ? undefined : JSON.stringify(waivers),
    { probes: new Set(probes.map(({ name }) => name)) },
    today.toISOString().slice(0, 10),
    { domain: domains.zone, days: waiverDays === undefined ? undefined : String(waiverDays) },
  );
  const own = problems.filter(({ index }) => index === undefined || isOfProbe(waivers, index));
  return { valid, problems: own.map(({ found }) => found) };
}

function isOfProbe(waivers: unknown, index: number): boolean {
  const entry: unknown = Array.isArray(waivers) ? waivers[index] : undefined;
  return typeof entry === "object" && entry !== null && "probe" in entry;
}

/** What does not hold is waived where a waiver covers each check that does not. What is unknown is never waived. */
export function waive(result: ProbeResult, waivers: readonly ProbeWaiver[]): ProbeResult {
  if (result.state !== "does-not-hold") return result;
  const own = waivers.filter(({ probe }) => probe === result.name);
  const covering = result.checks
    .filter(({ state }) => state === "does-not-hold")
    .map(({ subject }) => own.find(({ resource }) => resource === "*" || resource === subject));
  const found = covering.filter((waiver) => waiver !== undefined);
  if (found.length === 0 || found.length < covering.length) return result;
  // What could not be told of another subject stays to be told.
  if (result.checks.some(({ state }) => state === "unknown")) return result;
  const [first] = found.toSorted((one, other) => (one.until < other.until ? -1 : 1));
  if (first === undefined) return result;
  const { until, reason, approvedBy } = first;
  return { ...result, state: "waived", waiver: { until, reason, approvedBy } };
}
