import { markdownTable } from "../lib/table.ts";
import type { AlertRule, ContactRole } from "./alerts.ts";
import { runbooks } from "./runbooks.ts";

const generated = "<!-- Generated: node docs/runbooks.ts -->";

/** The pages of docs/runbooks, by file name: one for each rule, and a list of them (item S7.4). */
export function runbookPages(rules: readonly AlertRule[]): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", index(rules)],
    ...rules.map((rule) => [`${rule.name}.md`, page(rule)] as const),
  ]);
}

function index(rules: readonly AlertRule[]): string {
  const rows = rules.map((rule) => [
    `[${rule.name}](${rule.name}.md)`,
    rule.severity,
    owners[rule.owner],
    rule.items.join(", "),
    plain(rule.summary),
  ]);
  return `# Runbooks

${generated}

One page for each alert, which links to it. Critical alerts page the person on call; warnings are posted. The figures
are those of the default objectives; a stack may set others.

${markdownTable(["alert", "severity", "owner", "items", "fires when"], rows)}
`;
}

function page(rule: AlertRule): string {
  const { impact, checks, remedies } = runbooks[rule.name];
  const facts = [
    [
      "severity",
      rule.severity === "critical" ? "critical: pages the person on call" : "warning: posted, pages nobody",
    ],
    ["owner", `${owners[rule.owner]} (\`contacts.${rule.owner}\`)`],
    ["dashboard", `\`${rule.dashboard}\``],
    ["fires after", rule.for],
    ["items", rule.items.join(", ")],
  ];
  return `# ${rule.name}

${generated}

**${plain(rule.summary)}.** ${rule.description} ${impact}

${markdownTable(["", ""], facts)}

## Check first

${numbered(checks)}

## Then

${numbered(remedies)}

## The rule

\`\`\`promql
${rule.expr}
\`\`\`

The alert fires for each series that this query returns. The figures are those of the default objectives.
`;
}

const owners: Readonly<Record<ContactRole, string>> = {
  technicalLead: "technical lead",
  devops: "DevOps",
  databaseAdmin: "database administrator",
  security: "security",
};

/** A summary without a label's value: "on {{ $labels.host }}" is "on a host". */
function plain(summary: string): string {
  const text = summary
    .replace("{{ $labels.host }}", "a host")
    .replace("{{ $labels.scrape_job }}", "a host")
    .replace("{{ $labels.instance }}", "a health check")
    .replace("{{ $labels.series }}", "a series");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
}
