import { join } from "node:path";
import type { Drill, DrillFinding } from "../../evidence/drill.ts";
import { lastDrill } from "../../evidence/drill-record.ts";
import { markdownTable } from "../../lib/table.ts";
import { counted } from "../../lib/text.ts";
import { code, inline } from "./inline.ts";

/**
 * What a stack's last recorded drill found; undefined where there is none.
 *
 * @param root folder with `records/`
 * @throws {Failure} when the records are not intact
 */
export function readDrill(root: string, stack: string): DrillFinding | undefined {
  return lastDrill(join(root, "records"), stack);
}

/** What the last drill showed, as a section's text. */
export function drillText(evidence: DrillFinding | undefined, command: string): string {
  const drill = evidence?.drill;
  if (evidence === undefined || drill === undefined) {
    return `No drill is recorded yet, so nothing shows that the backups can be restored. Run one:

\`\`\`sh
${command}
npm run docs
\`\`\``;
  }
  const verdict = evidence.holds ? "The drill passed." : "**The drill failed.**";
  const problems = evidence.problems.map((problem) => `- ${inline(problem)}`);
  return [
    `${verdict} ${inline(evidence.summary)}`,
    figures(evidence.at, drill),
    ...(problems.length > 0 ? [problems.join("\n")] : []),
    markdownTable(
      ["step", "seconds"],
      drill.steps.map(({ name, durationMs }) => [inline(name), seconds(durationMs)]),
    ),
    ...(drill.checks.length > 0 ? [checks(drill)] : []),
    ...(drill.accepted === undefined
      ? []
      : [
          `The settings accept ${counted(drill.accepted.length, "difference")}:`,
          drill.accepted
            .map(({ difference, reason }) => `- ${inline(difference)} Reason: ${inline(reason)}`)
            .join("\n"),
        ]),
  ].join("\n\n");
}

function figures(at: string, drill: Drill): string {
  const { backup } = drill;
  return markdownTable(
    ["", "found", "allowed"],
    [
      ["when", at, ""],
      ["backup", `${code(backup.name)} of ${backup.takenAt}`, ""],
      ["server", `PostgreSQL ${inline(drill.serverVersion)}`, ""],
      ["size, encrypted", megabytes(backup.sealedBytes), ""],
      ["size, dumped", megabytes(backup.plainBytes), ""],
      ["tables, rows", `${drill.tables}, ${drill.rows}`, ""],
      ...(drill.rehearsedAs === undefined
        ? []
        : [["restore rehearsed as", `the role ${code(drill.rehearsedAs)}`, ""]]),
      ["differences from the manifest", String(drill.differences.length), "0"],
      ["time to restore", `${seconds(drill.durationMs)} s`, `${drill.rtoMinutes} min (RTO)`],
      [
        "loss: age of the backup",
        `${drill.lossMinutes} min`,
        `${drill.rpoMinutes} min (RPO) plus ${drill.graceMinutes} min to finish`,
      ],
    ],
  );
}

function checks({ checks }: Drill): string {
  return markdownTable(
    ["check", "passed", "found"],
    checks.map(({ name, holds, found }) => [inline(name), holds ? "yes" : "no", code(found)]),
  );
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
