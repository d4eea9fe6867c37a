import type { DriftRow, PlacedCheck, ProbeResult } from "./document.ts";
import type { Probe } from "./probe.ts";

/** A row for each check of a vendor, joined with what other probes measured of the same setting. */
export function driftOf(probes: readonly Probe[], results: readonly ProbeResult[]): DriftRow[] {
  const vendors = new Map(
    probes.flatMap(({ name, needs }) => {
      const vendor = needs.find((need) => need.startsWith("vendor:"))?.slice("vendor:".length);
      // What was measured of the past is no setting at a vendor.
      return vendor === undefined || vendor === "prometheus" ? [] : [[name, vendor] as const];
    }),
  );
  const served = results.filter(({ name }) => !vendors.has(name)).flatMap(({ checks }) => checks);
  return results.flatMap(({ name, checks }) => {
    const vendor = vendors.get(name);
    return vendor === undefined ? [] : checks.map((check) => rowOf(vendor, check, served));
  });
}

function rowOf(vendor: string, check: PlacedCheck, served: readonly PlacedCheck[]): DriftRow {
  const { subject, setting, expected, measured, unit, state, declared } = check;
  const alike = setting === undefined ? [] : served.filter((one) => one.setting === setting);
  const shown = alike.find((one) => one.state !== "holds") ?? alike[0];
  const states = [state, ...alike.map((one) => one.state)];
  const of = unit === undefined ? "" : ` ${unit}`;
  return {
    ...{ vendor, subject, setting, declaredIn: declared },
    declared: state === "unknown" ? "" : `${expected}${of}`,
    atVendor: state === "unknown" ? measured : `${measured}${of}`,
    served: shown && `${shown.subject}: ${shown.measured}`,
    // What is served and could not be told may be anything.
    state: states.includes("does-not-hold")
      ? "drift"
      : states.includes("unknown")
        ? "unknown"
        : "as-declared",
  };
}
