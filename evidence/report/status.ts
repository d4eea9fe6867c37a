import { painter } from "../../lib/paint.ts";
import { counted, printable, printableText, shortened } from "../../lib/text.ts";
import { formatMoment } from "../../lib/units.ts";
import type { ReportDocument, Totals } from "./document.ts";
import { progressOf, totalOf, totalsLine, waiversLine } from "./words.ts";

export interface StatusView {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  /** The most actions that are shown. */
  actions: number;
}

/** The decision on one screen: a line for each section with a bar, what blocks, and the verdict last. */
export function statusText(document: ReportDocument, { color, width, actions }: StatusView): string {
  const paint = painter(color);
  const { project, stack, at, commit, sections, totals, evidence } = document;
  const nameWidth = Math.max(...sections.map(({ section }) => section.length));
  const barWidth = Math.max(10, Math.min(40, width - nameWidth - 14));
  const of = commit === undefined ? "" : `, commit ${commit.slice(0, 12)}`;
  const shown = document.actions.slice(0, actions);
  const left = document.actions.length - shown.length;
  const waivers = waiversLine(document.waivers);
  const lines = [
    printable(`${project}/${stack} at ${formatMoment(at)}${of}`),
    "",
    ...sections.map(({ section, totals: of }) => {
      const { done, due } = progressOf(of);
      return `${section.padEnd(nameWidth)}  ${bar(of, barWidth, color)}  ${done}/${due}`;
    }),
    "",
    ...shown.map(({ what, items, owner }) =>
      cut(printable(`- ${what}${items.length === 0 ? "" : ` (${itemList(items)})`}, ${owner}`), width),
    ),
    ...(left > 0 ? [`  and ${counted(left, "more action")}: npx optropic report --format markdown`] : []),
    ...(document.actions.length > 0 ? [""] : []),
    `Evidence: ${evidenceLine(evidence)}`,
    ...(waivers === undefined ? [] : [`Waivers: ${waivers}`]),
    `Items: ${totalsLine(totals)}`,
  ];
  const go = document.decision === "go";
  const verdict = go ? paint.green("GO") : paint.red("NO-GO");
  const why = go ? "every item that is due holds or is waived" : counted(document.actions.length, "action");
  return `${lines.join("\n")}\n${paint.bold(verdict)}: ${go ? why : `${why} needed`}\n`;
}

/** The decision for a script's log: the verdict first, then each thing that would make it go. */
export function decisionText({ decision, totals, actions }: ReportDocument): string {
  const lines = actions.map(
    ({ what, items, owner }) => `- ${what}${items.length === 0 ? "" : ` (${itemList(items)})`}, ${owner}`,
  );
  return printableText(`${[`${decision}: ${totalsLine(totals)}`, ...lines].join("\n")}\n`);
}

export function evidenceLine({
  records,
  signed,
  unsigned,
  untrusted,
  open,
  problems,
}: ReportDocument["evidence"]): string {
  const parts = [
    counted(records, "record"),
    `${signed} signed`,
    ...(unsigned > 0 ? [`${unsigned} unsigned`] : []),
    ...(untrusted > 0 ? [`${untrusted} by unknown keys`] : []),
    ...(open.length > 0 ? [`${open.length} not anchored`] : []),
    problems.length === 0 ? "whole" : counted(problems.length, "problem"),
  ];
  return parts.join(", ");
}

/** The first items of a list, and how many are left. */
export function itemList(items: readonly string[], most = 6): string {
  const shown = items.slice(0, most).join(", ");
  return items.length <= most ? shown : `${shown} and ${items.length - most} more`;
}

/** Cells in proportion; whatever is there gets at least one. */
function bar(totals: Totals, width: number, color: boolean): string {
  const paint = painter(color);
  const looks: Partial<Record<string, [string, (text: string) => string]>> = {
    holds: ["█", paint.green],
    waived: ["▓", paint.yellow],
    "not-applicable": ["▓", paint.dim],
    "does-not-hold": ["x", paint.red],
    unknown: ["?", paint.yellow],
    stale: ["~", paint.yellow],
    "not-due": ["·", paint.dim],
  };
  const order = [
    "holds",
    "waived",
    "not-applicable",
    "does-not-hold",
    "stale",
    "unknown",
    "not-due",
  ] as const;
  const all = totalOf(totals);
  let left = width;
  const cells = order
    .filter((verdict) => totals[verdict] > 0)
    .map((verdict, index, present) => {
      const wanted = Math.max(1, Math.round((totals[verdict] / all) * width));
      const later = present.length - index - 1;
      const size = later === 0 ? left : Math.max(1, Math.min(wanted, left - later));
      left -= size;
      const [cell, look] = looks[verdict] ?? ["?", paint.dim];
      return look(cell.repeat(size));
    });
  return cells.join("");
}

function cut(line: string, width: number): string {
  return shortened(line, Math.max(20, width - 1));
}
