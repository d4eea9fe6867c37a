import { printable } from "../../lib/text.ts";
import { formatDuration, formatMoment } from "../../lib/units.ts";
import type { StepRun } from "../release/step.ts";
import type { RollbackParts } from "./parts.ts";
import { databaseText } from "./recovery.ts";
import { notBack, reached, short, targetOf } from "./targets.ts";
import { waiverOf, waiverText } from "./waiver.ts";

/** The incident report, in Markdown: what the journal knows, and what people have to add. */
export function incidentReport(parts: RollbackParts, run: StepRun): string {
  const { settings, stack, hosts, reason, links } = parts;
  const end = run.endedAt("probe");
  const without = notBack(parts, run);
  const rows = run.history.map(({ at, text }) => `| ${toTheSecond(at)} | ${cell(text)} |`);
  return [
    `# Incident: ${settings.project.name} was rolled back in ${stack}`,
    "",
    `- Began: ${formatMoment(run.openedAt.toISOString())}`,
    `- ${without.length === 0 ? "Every domain" : "Every domain of the hosts that went back"} served the earlier commit: ${end === undefined ? "not shown" : formatMoment(end.toISOString())}${end === undefined ? "" : ` (after ${formatDuration(end.getTime() - run.openedAt.getTime())}; the objective is ${settings.rollout.rollback.minutes} min)`}`,
    `- Why: ${printable(reason)}`,
    ...reached(hosts, run, "roll-back").map(({ name, domains }) => {
      const { from, commit, id } = targetOf(run, name);
      return `- ${name} (${domains.join(", ")}): from ${short(from)} to ${short(commit)}, deployment ${id}`;
    }),
    ...without.map((text) => `- ${text}`),
    `- ${databaseText(parts, run)}`,
    "",
    "## What happened",
    "",
    "| when | what |",
    "| --- | --- |",
    ...rows,
    "",
    "## What is still to be done",
    "",
    "1. Until `optropic rollback --finish`, no host deploys by itself. The policies object to that; this waiver, in `optropic:waivers` of the stack, ends by itself:",
    "",
    "   ```yaml",
    ...waiverText(waiverOf(parts, run.now)).map((line) => `   ${line}`),
    "   ```",
    "",
    "2. When a good release is out, run `npx optropic rollback --finish`, take the waiver out, and run the preview: it must show no difference.",
    "3. Hold the post-mortem, and sign R.3 and R.4 with `npx optropic attest`.",
    "",
    "## To be written by people",
    "",
    "- Who was affected, and how:",
    "- What caused it:",
    "- What was learned:",
    "",
    ...links.map(({ title, url }) => `- ${title}: ${url}`),
    "",
  ].join("\n");
}

function cell(text: string): string {
  return printable(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

/** Of minutes that count, the seconds matter. */
function toTheSecond(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}
