import type { Settings } from "../../config/settings.ts";
import { markdownTable } from "../../lib/table.ts";
import type { ShownResource } from "../../preview/index.ts";

/** What of a resource the page shows. */
export type Declared = Pick<ShownResource, "urn" | "type" | "custom">;

/** What a part of the platform is called, and which of its component's neighbors it sends to. */
const parts: readonly {
  component: string;
  label: (settings: Settings) => string;
  sends: readonly string[];
}[] = [
  { component: "Edge", label: ({ domains }) => `Cloudflare<br>${domains.zone}`, sends: ["WebApp", "Api"] },
  {
    component: "WebApp",
    label: ({ domains }) => `Vercel<br>${domains.web}`,
    sends: ["Api", "ErrorTracking", "Logs"],
  },
  {
    component: "Api",
    label: ({ domains }) => `Render<br>${domains.api}`,
    sends: ["Database", "ErrorTracking", "Logs", "Observability"],
  },
  { component: "Database", label: ({ database }) => `Supabase<br>${database.region}`, sends: ["Backups"] },
  {
    component: "Backups",
    label: ({ backups }) => `Backups<br>kept ${backups.retentionDays} days`,
    sends: ["ErrorTracking"],
  },
  { component: "Secrets", label: () => "Generated secrets", sends: ["WebApp", "Api"] },
  { component: "ErrorTracking", label: () => "Sentry", sends: ["OnCall"] },
  { component: "Logs", label: ({ logs }) => `Logs<br>${logs.aggregator}`, sends: [] },
  { component: "Observability", label: () => "Grafana", sends: ["OnCall"] },
  { component: "OnCall", label: ({ onCall }) => `PagerDuty<br>${onCall.people.length} people`, sends: [] },
];

/** docs/platform.md: item S7.6, drawn from what the stack declares. */
export function platformPage(settings: Settings, resources: readonly Declared[]): string {
  const present = new Set(resources.flatMap(({ type }) => /^optropic:index:(\w+)$/.exec(type)?.[1] ?? []));
  const shown = parts.filter(({ component }) => present.has(component));
  const nodes = shown.map(
    ({ component, label }) => `  ${component}["${label(settings).replaceAll('"', "'")}"]`,
  );
  const edges = shown.flatMap(({ component, sends }) =>
    sends.filter((to) => present.has(to)).map((to) => `  ${component} --> ${to}`),
  );
  const byComponent = Map.groupBy(
    resources.filter(({ type, custom }) => custom && !type.startsWith("pulumi:")),
    ({ urn }) => /optropic:index:(\w+)\$/.exec(urn)?.[1] ?? "",
  );
  const rows = shown.map(({ component }) => {
    const kinds = Map.groupBy(byComponent.get(component) ?? [], ({ type }) => type.split(":")[0] ?? "");
    const counts = [...kinds].sort().map(([vendor, some]) => `${some.length} ${vendor}`);
    return [component, String(byComponent.get(component)?.length ?? 0), counts.join(", ")];
  });
  return `# The platform

<!-- Generated: npm run docs -->

What the stack \`production\` declares: <https://${settings.domains.web}> and <https://${settings.domains.api}>. [architecture.md](architecture.md) is about the code that declares it.

\`\`\`mermaid
flowchart LR
  Users(["users"]) --> Edge
${[...nodes, ...edges].join("\n")}
\`\`\`

${markdownTable(["component", "resources", "of which"], rows)}

${renderYaml}
`;
}

/** Item 7R.2. */
const renderYaml = `## render.yaml

The checklist asks for a \`render.yaml\`. The program takes its place, and writes one for whoever needs it, from what it declares:

\`\`\`sh
npx optropic export render.yaml --output render.yaml   # previews the program offline
npx optropic export render.yaml --check render.yaml    # status 1 where the file differs from what is declared
\`\`\`

No secret is in the file: a variable whose value is secret, or known only after the deployment, has \`sync: false\`, so that Render asks for it. Its head names what a Blueprint cannot say, such as notifications and log streams. The form is checked against [the documented fields](https://render.com/docs/blueprint-spec). Do not connect the file to Render while Pulumi manages the services: both would change them.`;
