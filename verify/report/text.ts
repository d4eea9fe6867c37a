import { textTable } from "../../lib/table.ts";
import { counted, printable } from "../../lib/text.ts";
import { formatDuration } from "../../lib/units.ts";
import type { DriftRow, PlacedCheck, ProbeResult, State, Verification } from "../document.ts";

const marks: Readonly<Record<State, string>> = {
  holds: "✓",
  "does-not-hold": "✗",
  waived: "~",
  unknown: "?",
  error: "!",
};

/** A verification for a terminal: one line an item, then what does not hold and what could not be told. */
export function verificationText(verification: Verification): string {
  const { items, probes, stack, durationMs, summary } = verification;
  const rows = items.map(({ id, text, state, probes: names, allowed }) => [
    marks[state],
    id,
    text,
    `${stateWord(state)}${state === "unknown" && allowed ? ", allowed" : ""}`,
    names.length === 0 ? "no probe" : names.join(", "),
  ]);
  const open = probes.filter(({ state }) => state !== "holds");
  const without =
    summary.withoutProbe === 0
      ? []
      : [`${counted(summary.withoutProbe, "item")} of the checklist that ask for a probe have none yet.`];
  const lines = [
    ...textTable(rows),
    ...open.flatMap((probe) => ["", ...probeLines(probe)]),
    ...driftLines(verification.drift),
    ...(verification.waiverProblems.length === 0 ? [] : ["", ...verification.waiverProblems]),
    "",
    `${stack}: ${summaryLine(verification)}, in ${formatDuration(durationMs)}.`,
    ...without,
  ];
  return lines.map(printable).join("\n");
}

export function summaryLine({ summary, items }: Verification): string {
  const parts = [
    `${counted(items.length, "item")} measured`,
    `${summary.holds} ${summary.holds === 1 ? "holds" : "hold"}`,
    ...(summary["does-not-hold"] > 0 ? [`${summary["does-not-hold"]} not holding`] : []),
    ...(summary.waived > 0 ? [`${summary.waived} waived`] : []),
    ...(summary.unknown > 0 ? [`${summary.unknown} unknown`] : []),
    ...(summary.error > 0 ? [`${counted(summary.error, "error")}`] : []),
  ];
  return parts.join(", ");
}

/** What a vendor or the platform has otherwise than it is declared. */
function driftLines(rows: readonly DriftRow[]): string[] {
  const drifted = rows.filter(({ state }) => state === "drift");
  if (drifted.length === 0) return [];
  const shown = drifted.map(({ vendor, subject, declared, atVendor, served, declaredIn }) => [
    declaredIn === undefined ? "" : `${declaredIn.path}:${declaredIn.line}`,
    subject,
    declared,
    `${vendor}: ${atVendor}`,
    served ?? "",
  ]);
  return [
    "",
    "Drift:",
    ...textTable([["declared in", "what", "declared", "at the vendor", "served"], ...shown]),
  ];
}

function probeLines(probe: ProbeResult): string[] {
  const { name, state, items, title, declared, message, reason } = probe;
  const checks = probe.checks.filter((check) => check.state !== "holds");
  const place = declared === undefined ? [] : [`    declared in ${declared.path}:${declared.line}`];
  const why =
    checks.length > 0 || message === undefined ? [] : [`    ${message}${reason ? ` (${reason})` : ""}`];
  return [
    `${marks[state]} ${name} (${items.join(", ")}): ${stateWord(state)}`,
    `    ${title}`,
    ...why,
    ...checks.map(checkLine),
    ...(probe.waiver === undefined ? [] : [`    ${waiverWords(probe.waiver)}`]),
    ...place,
  ];
}

/** `waived until 2026-12-31 by devops@optropic.example: Load is measured first.` */
export function waiverWords({ until, reason, approvedBy }: NonNullable<ProbeResult["waiver"]>): string {
  return `waived until ${until} by ${approvedBy}: ${reason}`;
}

function checkLine(check: PlacedCheck): string {
  const { state, reason } = check;
  return `    ${checkText(check)}${state === "unknown" && reason ? ` (${reason})` : ""}`;
}

/** `app.example.com: expected 301, measured 302`. */
export function checkText({ subject, state, expected, measured, unit }: PlacedCheck): string {
  if (state === "unknown") return `${subject}: ${measured}`;
  const of = unit === undefined ? "" : ` ${unit}`;
  return `${subject}: expected ${expected}${of}, measured ${measured}${of}`;
}

function stateWord(state: State): string {
  return state.replaceAll("-", " ");
}
