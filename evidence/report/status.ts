import { painter } from "../../lib/paint.ts";
import { counted, printable, printableText, shortened } from "../../lib/text.ts";
import { formatMoment } from "../../lib/units.ts";
import type { ReportDocument, Totals } from "./document.ts";
import { progressOf, totalOf, totalsLine, waiversLine } from "./words.ts";

export interface StatusView {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Rows of the terminal, which all of it has to fit; as many as it takes where there are none. */
  rows?: number | undefined;
  /** The most actions that are shown. */
  actions: number;
}

/** Fewer columns than these are too few for two sections side by side. */
const leastForTwo = 72;

/** The decision on one screen: each section with a bar, what blocks, and the verdict last. */
export function statusText(document: ReportDocument, view: StatusView): string {
  const { color, width, rows } = view;
  const paint = painter(color);
  const { project, stack, at, commit, sections, totals, evidence, actions } = document;
  const of = commit === undefined ? "" : `, commit ${commit.slice(0, 12)}`;
  const waivers = waiversLine(document.waivers);
  const table = sectionLines(sections, view);
  const foot = [
    cut(`Evidence: ${evidenceLine(evidence)}`, width),
    ...(waivers === undefined ? [] : [cut(`Waivers: ${waivers}`, width)]),
    cut(`Items: ${totalsLine(totals)}`, width),
  ];
  // Beside these: the title, the verdict, a line that says how many actions are left, and the prompt.
  const room = rows === undefined ? view.actions : Math.max(1, rows - table.length - foot.length - 4);
  const blank = rows === undefined || room >= actions.length + 4 || room > 8 ? [""] : [];
  const shown = actions.slice(0, Math.min(view.actions, room));
  const left = actions.length - shown.length;
  const lines = [
    cut(printable(`${project}/${stack} at ${formatMoment(at)}${of}`), width),
    ...blank,
    ...table,
    ...blank,
    ...shown.map(({ what, items, owner }) =>
      cut(printable(`- ${what}${items.length === 0 ? "" : ` (${itemList(items)})`}, ${owner}`), width),
    ),
    ...(left > 0 ? [`  and ${counted(left, "more action")}: npx optropic report --format markdown`] : []),
    ...(actions.length > 0 ? blank : []),
    ...foot,
  ];
  const go = document.decision === "go";
  const verdict = go ? paint.green("GO") : paint.red("NO-GO");
  const why = go ? "every item that is due holds or is waived" : counted(actions.length, "action");
  return `${lines.join("\n")}\n${paint.bold(verdict)}: ${go ? why : `${why} needed`}\n`;
}

/** A line for each section; two of them side by side where rows are few. */
function sectionLines(sections: ReportDocument["sections"], { color, width, rows }: StatusView): string[] {
  const two = rows !== undefined && width >= leastForTwo && sections.length > rows / 2;
  const room = two ? Math.floor((Math.min(width - 1, 160) - 3) / 2) : Math.min(width, 100);
  const longest = Math.max(...sections.map(({ section }) => section.length));
  const nameWidth = Math.min(longest, Math.max(18, room - (two ? 17 : 24)));
  const barWidth = Math.max(6, Math.min(40, room - nameWidth - 9));
  const lines = sections.map(({ section, totals: of }) => {
    const { done, due } = progressOf(of);
    const progress = due === 0 ? "-" : `${done}/${due}`;
    const name = section.length > nameWidth ? shortened(section, nameWidth - 1) : section.padEnd(nameWidth);
    return `${name}  ${bar(of, barWidth, color)} ${progress.padStart(5)}`;
  });
  if (!two) return lines;
  const half = Math.ceil(lines.length / 2);
  return lines.slice(0, half).map((line, index) => `${line}   ${lines[half + index] ?? ""}`.trimEnd());
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
    problems.length === 0 ? "intact" : counted(problems.length, "problem"),
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
  return shortened(line, Math.max(20, width - 2));
}
