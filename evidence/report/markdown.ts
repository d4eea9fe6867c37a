import { code, prose } from "../../lib/markdown-text.ts";
import { markdownTable } from "../../lib/table.ts";
import { counted } from "../../lib/text.ts";
import { formatMinutes, formatMoment } from "../../lib/units.ts";
import type { ReportDocument } from "./document.ts";
import { evidenceLine } from "./status.ts";
import { controlWords, daysLeftWords, oneVerdict, phaseWords, totalsLine, verdictWords } from "./words.ts";

/** What stands before the items that are in the way, where they are few. */
const inTheWay = "In the way:";
const mostBlocking = 12;

/** The decision as Markdown, for a pull request or a file. A text of the evidence is shown and never obeyed. */
export function markdownReport(document: ReportDocument): string {
  const { project, stack, release, at, commit, decision, totals, sections, items, actions, evidence } =
    document;
  const { waivers, links, ages, drift } = document;
  const blocking = items.filter(({ blocks }) => blocks).map(({ id }) => id);
  const shown = verdictWords.filter(({ verdict }) => totals[verdict] > 0);
  const parts = [
    `# ${decision === "go" ? "Go" : "No-go"}: ${prose(`${project}/${stack} ${release}`)}`,
    [
      `${formatMoment(at)}${commit === undefined ? "" : `, commit \`${commit}\``}.`,
      `What is due ${phaseWords[document.phase]}.`,
      `${totalsLine(totals)} of ${items.length} items. Evidence: ${evidenceLine(evidence)}.`,
    ].join(" "),
    ...(evidence.problems.length === 0 && blocking.length > 0 && blocking.length <= mostBlocking
      ? [`${inTheWay} ${blocking.join(", ")}`]
      : []),
    ...(actions.length > 0
      ? [
          "## What would make it go",
          markdownTable(
            ["", "what", "where", "owner", "items"],
            actions.map(({ what, command, where, owner, items: ids }, index) => [
              String(index + 1),
              command ? code(what) : prose(what),
              where === undefined ? "" : code(where),
              prose(owner),
              ids.join(", "),
            ]),
          ),
        ]
      : []),
    ...(waivers.length > 0
      ? [
          "## Waivers",
          markdownTable(
            ["control", "items", "until", "", "approved by", "reason"],
            waivers.map((waiver) => [
              code(waiver.control),
              waiver.items.join(", "),
              waiver.until,
              daysLeftWords(waiver),
              prose(waiver.approver),
              prose(waiver.reason),
            ]),
          ),
        ]
      : []),
    ...(document.waiverProblems.length > 0
      ? [
          "## Waivers that accept nothing",
          document.waiverProblems.map((problem) => `- ${prose(problem)}`).join("\n"),
        ]
      : []),
    "## Sections",
    markdownTable(
      ["section", ...shown.map(({ words }) => words)],
      sections.map((section) => [
        section.section,
        ...shown.map(({ verdict }) => (section.totals[verdict] === 0 ? "" : String(section.totals[verdict]))),
      ]),
    ),
    "## Controls",
    markdownTable(
      ["kind", ...shownOf(document.controls).map(({ words }) => words)],
      document.controls.map(({ kind, totals: of }) => [
        controlWords[kind],
        ...shownOf(document.controls).map(({ verdict }) => (of[verdict] === 0 ? "" : String(of[verdict]))),
      ]),
    ),
    ...(ages.length > 0
      ? [
          "## Age of the evidence",
          markdownTable(
            ["run", "newest", "age", "counts until"],
            ages.map(({ kind, newest, ageMinutes, until }) => [
              kind,
              formatMoment(newest),
              formatMinutes(ageMinutes),
              until === undefined ? "no longer" : formatMoment(until),
            ]),
          ),
        ]
      : []),
    ...(drift === undefined ? [] : ["## Drift", ...driftParts(drift)]),
    "## Items",
    markdownTable(
      ["item", "", "state", "why"],
      items.map(({ id, text, verdict, reason }) => [id, prose(text), oneVerdict[verdict], prose(reason)]),
    ),
    ...(links.length > 0
      ? ["## Links", links.map(({ title, url }) => `- ${prose(title)}: <${new URL(url).href}>`).join("\n")]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function shownOf(some: readonly { totals: ReportDocument["totals"] }[]) {
  return verdictWords.filter(({ verdict }) => some.some(({ totals }) => totals[verdict] > 0));
}

const mostDrift = 50;

function driftParts({ at, compared, rows }: NonNullable<ReportDocument["drift"]>): string[] {
  const drifted = rows.filter(({ state }) => state === "drift");
  const line = `${counted(compared, "setting")} compared with the vendors at ${formatMoment(at)}: ${drifted.length} differ, ${rows.length - drifted.length} could not be told.`;
  if (drifted.length === 0) return [line];
  return [
    line,
    markdownTable(
      ["vendor", "what", "declared", "at the vendor", "where"],
      drifted
        .slice(0, mostDrift)
        .map(({ vendor, subject, declared, atVendor, place }) => [
          prose(vendor),
          prose(subject),
          code(declared),
          code(atVendor),
          place === undefined ? "" : code(`${place.path}:${place.line}`),
        ]),
    ),
  ];
}

/** What the first lines of a report in Markdown say; undefined for another text. */
export function readReport(
  text: string,
): { decision: "go" | "no-go"; subject: string; commit: string | undefined; blocking: string[] } | undefined {
  const [heading = "", ...lines] = text.replaceAll("\r\n", "\n").split("\n");
  const [, decision, subject] = /^# (Go|No-go): (.{1,400})$/.exec(heading) ?? [];
  if (decision === undefined || subject === undefined) return undefined;
  const intro = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith("## ")),
  );
  const commit = intro.flatMap((line) => /, commit `([0-9a-f]{40}|[0-9a-f]{64})`\./.exec(line)?.[1] ?? [])[0];
  const blocking = intro.find((line) => line.startsWith(inTheWay))?.slice(inTheWay.length);
  return {
    decision: decision === "Go" ? "go" : "no-go",
    subject: subject.replaceAll("`", ""),
    commit,
    blocking: blocking === undefined ? [] : blocking.split(",").map((id) => id.trim()),
  };
}
