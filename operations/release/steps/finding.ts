import type { RegisteredControl } from "../../../evidence/registered.ts";
import type { MeasuredProbe } from "../../../evidence/verify-results.ts";
import { counted } from "../../../lib/text.ts";
import type { Finding, Measurement } from "../measurement.ts";

/** What a look shows of a control. */
export function findingOf(
  { kind, name, items }: RegisteredControl,
  holds: boolean,
  summary: string,
): Finding {
  return { control: { kind, name }, items, state: holds ? "holds" : "does-not-hold", summary };
}

/** What probes show as a whole: one that is not met is a fact, one that could not tell keeps it open. */
export function ofProbes(probes: readonly MeasuredProbe[]): Measurement {
  if (probes.length === 0) return { state: "inconclusive", summary: "Nothing measures this" };
  const named = (...states: MeasuredProbe["state"][]) =>
    probes.filter(({ state }) => states.includes(state)).map((probe) => `${probe.name} (${reasonOf(probe)})`);
  const unmet = named("does-not-hold");
  if (unmet.length > 0) return { state: "failed", summary: `Not met: ${unmet.join("; ")}` };
  const open = named("unknown", "error");
  if (open.length > 0) return { state: "inconclusive", summary: `Could not tell: ${open.join("; ")}` };
  return { state: "successful", summary: counted(probes.length, "probe holds", "probes hold") };
}

/** What each probe shows by itself; what somebody accepts is left out. */
export function findingsOfProbes(probes: readonly MeasuredProbe[]): Finding[] {
  return probes.flatMap((probe): Finding[] => {
    const { name, items, state } = probe;
    if (state === "waived") return [];
    const shown = state === "error" ? "unknown" : state;
    return [{ control: { kind: "probe", name }, items, state: shown, summary: reasonOf(probe) }];
  });
}

function reasonOf({ message, title, checks, state }: MeasuredProbe): string {
  const worst = checks.find((check) => check.state === state);
  return worst === undefined ? (message ?? title) : `${worst.subject}: ${worst.measured}`;
}
