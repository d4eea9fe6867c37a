import { fileURLToPath } from "node:url";
import type * as z from "zod";
import { markdownTable } from "../lib/table.ts";
import { type CatalogueEntry, settingsCatalogue } from "./catalogue.ts";
import { deliverySchema } from "./delivery.ts";
import { givenSecrets } from "./secrets.ts";
import { settingsSchema } from "./settings.ts";

/** The reference of the platform's settings, in Markdown: docs/settings.md is this text. */
export function settingsReference(): string {
  return `${[introduction, ...sections(settingsSchema), secretsSection()].join("\n\n")}\n`;
}

/** The reference of the delivery's settings, in Markdown: docs/delivery-settings.md is this text. */
export function deliveryReference(): string {
  return `${[deliveryIntroduction, ...sections(deliverySchema)].join("\n\n")}\n`;
}

function sections(schema: z.ZodObject): string[] {
  const catalogue = settingsCatalogue(schema);
  const single = catalogue.filter((entry) => entry.path.length === 1 && !entry.section);
  const mappings = catalogue.filter((entry) => entry.path.length === 1 && entry.section);
  const parts = mappings.map((section) => {
    const inside = catalogue.filter((entry) => entry.path.length > 1 && entry.path[0] === section.path[0]);
    const about = [section.description];
    if (section.checklist.length > 0) about.push(`Items: ${section.checklist.join(", ")}.`);
    if (!section.required) about.push("The whole section may be left out.");
    return `## ${section.path.join(".")}\n\n${about.join(" ")}\n\n${table(inside)}`;
  });
  return [`## The stack itself\n\n${table(single)}`, ...parts];
}

function secretsSection(): string {
  const rows = Object.entries(givenSecrets).map(
    ([name, meaning]) => `- \`optropic-secrets:${name}\`: ${meaning}.`,
  );
  return `## Secrets

Given to each stack with \`pulumi config set --secret optropic-secrets:NAME\`, which asks for the value and keeps
it encrypted. A preview runs without them; an update stops at once and names those that are missing.

${rows.join("\n")}`;
}

const introduction = `# Settings

<!-- Generated: node config/describe.ts > docs/settings.md -->

Every setting of a stack is in \`Pulumi.<stack>.yaml\`, under a key of the project's namespace: \`pitrDays\` of
\`database\` is written

\`\`\`yaml
config:
  optropic:database:
    pitrDays: 7
\`\`\`

or set with \`pulumi config set --path optropic:database.pitrDays 7\`. A program of another name has its own
name for \`optropic\`.

- What has a default may be left out. A mapping may be given in part; lists and \`edge.csp\` replace their default as a whole.
- Settings that are missing, malformed, impossible or unknown are refused before any resource is declared, all at once, and the commands end with status 2. What is well formed but against the checklist is accepted here and refused by the policies, which name the item, with status 1.
- Text that looks like a number or like true or false goes in quotes: \`minTlsVersion: "1.2"\`. Where a number is expected, quotes do no harm.
- No setting is a secret: the stack generates its own, the tokens of providers come from the environment, and what else a vendor hands out is listed under [Secrets](#secrets). A value that is stored as a secret all the same is left out of every message, but reaches resources as any other setting does.
- A value has at most 65,536 characters and 12 levels.

The items are those of the checklist.`;

const deliveryIntroduction = `# Settings of the delivery

<!-- Generated: node config/describe.ts delivery > docs/delivery-settings.md -->

Every setting of the program in \`delivery/\` is in \`delivery/Pulumi.<stack>.yaml\`, under a key of that
project's namespace: \`approvals\` of \`repository.review\` is written

\`\`\`yaml
config:
  optropic-delivery:repository:
    review:
      approvals: 1
\`\`\`

They are read and refused as [the platform's settings](settings.md) are. None is a secret: tokens come from the
environment, as [Delivery](delivery.md) says.

The items are those of the checklist.`;

function table(entries: readonly CatalogueEntry[]): string {
  return markdownTable(headings, entries.map(cells));
}

const headings = ["setting", "expected", "default", "items", "meaning"];

function cells(entry: CatalogueEntry): string[] {
  return [
    `\`${entry.path.join(".")}\``,
    entry.expected,
    entry.section ? "" : fallbackText(entry),
    entry.checklist.join(", "),
    entry.description,
  ];
}

function fallbackText({ required, fallback }: CatalogueEntry): string {
  if (required) return "required";
  if (fallback === undefined) return "none";
  if (typeof fallback !== "object" || fallback === null) return `\`${String(fallback)}\``;
  if (Array.isArray(fallback)) return fallback.map((item) => `\`${String(item)}\``).join(", ");
  return Object.entries(fallback)
    .map(([name, value]) => `\`${[name, ...(Array.isArray(value) ? value : [value])].join(" ")}\``)
    .join("; ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(process.argv[2] === "delivery" ? deliveryReference() : settingsReference());
}
