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
    if (!section.required) about.push("The section is optional.");
    return `## ${section.path.join(".")}\n\n${about.join(" ")}\n\n${table(inside)}`;
  });
  return [`## The stack itself\n\n${table(single)}`, ...parts];
}

function secretsSection(): string {
  const rows = Object.entries(givenSecrets).map(
    ([name, meaning]) => `- \`optropic-secrets:${name}\`: ${meaning}.`,
  );
  return `## Secrets

Set each secret of a stack with \`pulumi config set --secret optropic-secrets:NAME\`, which asks for the value and
stores it encrypted. A preview runs without them. An update stops before it changes anything and names the missing ones.

${rows.join("\n")}`;
}

const introduction = `# Settings

<!-- Generated: node config/describe.ts > docs/settings.md -->

The settings of a stack are in \`Pulumi.<stack>.yaml\`, under keys of the project's namespace. Write \`pitrDays\` of
\`database\` as

\`\`\`yaml
config:
  optropic:database:
    pitrDays: 7
\`\`\`

or set it with \`pulumi config set --path optropic:database.pitrDays 7\`. A program with another name uses that
name instead of \`optropic\`.

- Settings with a default are optional. A mapping may be given in part; a list, or \`edge.csp\`, replaces its entire default.
- Settings that are missing, malformed, impossible or unknown are refused before any resource is declared. All of them are reported at once, and the commands end with status 2. A well-formed setting that breaks the checklist is accepted here. The policies refuse it, with status 1, and name the item.
- Quote text that looks like a number or like true or false: \`minTlsVersion: "1.2"\`. A number may be quoted too.
- No setting is a secret. The stack generates its own secrets, the tokens of providers come from the environment, and the secrets that vendors hand out are listed under [Secrets](#secrets). A setting that is stored as a secret anyway does not appear in any message, but reaches resources like any other setting.
- A value has at most 65,536 characters and 12 levels.

The column "items" refers to the checklist.`;

const deliveryIntroduction = `# Settings of the delivery

<!-- Generated: node config/describe.ts delivery > docs/delivery-settings.md -->

The settings of the program in \`delivery/\` are in \`delivery/Pulumi.<stack>.yaml\`, under keys of that project's
namespace. Write \`approvals\` of \`repository.review\` as

\`\`\`yaml
config:
  optropic-delivery:repository:
    review:
      approvals: 1
\`\`\`

The same rules apply as for [the platform's settings](settings.md). None of them is a secret: tokens come from the
environment, as [Delivery](delivery.md) describes.

The column "items" refers to the checklist.`;

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
