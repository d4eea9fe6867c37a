import type { ItemId } from "../checklist/items.ts";
import type { SourcePosition } from "../lib/failure.ts";
import { printable, shortened } from "../lib/text.ts";
import type { Drift, Result } from "./statement.ts";

/** What a verification says of one probe, as its document has it. */
export interface MeasuredProbe {
  name: string;
  title: string;
  items: readonly ItemId[];
  /** `error` is a fault of the probe itself, which shows nothing of the platform. */
  state: "holds" | "does-not-hold" | "waived" | "unknown" | "error";
  message?: string | undefined;
  checks: readonly {
    subject: string;
    state: "holds" | "does-not-hold" | "unknown";
    expected: string;
    measured: string;
    unit?: string | undefined;
  }[];
  declared?: SourcePosition | undefined;
  at: string;
  durationMs: number;
  digest?: string | undefined;
  waiver?: { until: string; reason: string; approvedBy: string } | undefined;
}

/** The results of a verification: one for each probe, with the check that decides it. */
export function verifyResults(probes: readonly MeasuredProbe[]): Result[] {
  return probes.map((probe) => {
    const state = stateOf(probe);
    const shown = state === "waived" ? "does-not-hold" : state;
    const [worst] = probe.checks.filter((check) => check.state === shown);
    const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(probe.digest ?? "")?.[1];
    return {
      control: { kind: "probe", name: probe.name },
      items: [...probe.items],
      state,
      summary: text(summaryOf(probe, worst)),
      ...(state !== "holds" && {
        fix: text(`${probe.title} See npx optropic verify --only ${probe.items.join(",")}.`),
      }),
      ...(worst !== undefined && { measured: short(worst.measured), expected: short(worst.expected) }),
      ...(worst?.unit !== undefined && { unit: worst.unit.slice(0, 40) }),
      ...(probe.waiver !== undefined && {
        waiver: {
          until: probe.waiver.until,
          reason: short(probe.waiver.reason),
          approver: short(probe.waiver.approvedBy),
        },
      }),
      at: probe.at,
      durationMs: Math.max(0, probe.durationMs),
      ...(probe.declared !== undefined && {
        place: { path: short(probe.declared.path), line: probe.declared.line },
      }),
      ...(digest !== undefined && { raw: digest }),
    };
  });
}

/** One thing that is declared and what its vendor has, as a verification's document has it. */
export interface ComparedRow {
  vendor: string;
  subject: string;
  declaredIn?: SourcePosition | undefined;
  declared: string;
  atVendor: string;
  served?: string | undefined;
  state: "as-declared" | "drift" | "unknown";
}

/** What differs from its declaration, and what nothing could tell of: the first of many. */
export function driftOfRows(compared: readonly ComparedRow[]): Drift {
  const rows = compared.flatMap(({ vendor, subject, declaredIn, declared, atVendor, served, state }) =>
    state === "as-declared"
      ? []
      : [
          {
            ...{ vendor: short(vendor), subject: short(subject), state },
            ...{ declared: short(declared), atVendor: short(atVendor) },
            ...(served !== undefined && { served: short(served) }),
            ...(declaredIn !== undefined && {
              place: { path: short(declaredIn.path), line: declaredIn.line },
            }),
          },
        ],
  );
  const worstFirst = rows.toSorted(
    (one, other) => Number(one.state === "unknown") - Number(other.state === "unknown"),
  );
  return { compared: compared.length, rows: worstFirst.slice(0, 500) };
}

/** A probe that looked at nothing has shown nothing. */
function stateOf({ state, checks }: MeasuredProbe): Result["state"] {
  return state === "error" || (state === "holds" && checks.length === 0) ? "unknown" : state;
}

function summaryOf(
  { title, state, message, checks }: MeasuredProbe,
  worst: MeasuredProbe["checks"][number] | undefined,
): string {
  if (state === "holds") return checks.length === 0 ? "It looked at nothing" : title;
  if (worst === undefined) return message ?? title;
  const alike = checks.filter((check) => check.state === worst.state).length;
  const more = alike > 1 ? ` (and ${alike - 1} more)` : "";
  const wanted = worst.state === "does-not-hold" ? `, not ${worst.expected}` : "";
  return `${worst.subject}: ${worst.measured}${wanted}${more}`;
}

function text(value: string): string {
  return shortened(printable(value), 3900);
}

function short(value: string): string {
  return shortened(printable(value), 990);
}
