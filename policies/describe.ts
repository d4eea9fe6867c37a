import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findItem, items } from "../checklist/items.ts";
import { markdownTable } from "../lib/table.ts";
import type { Policy } from "./framework/index.ts";
import { registry } from "./registry.ts";

/** The pack's README: what the pack does, how to use it, and each policy as the code declares it. */
export function describePack(): string {
  const covered = items.filter(({ id }) => registry.some((policy) => policy.items.includes(id)));
  return `${introduction(covered.length)}\n${sections().join("\n\n")}\n`;
}

function introduction(covered: number): string {
  return `# The checklist as a policy pack

${registry.length} policies enforce ${covered} of the ${items.length} items of the production deployment checklist. They judge the providers' resources, so
they work with any Pulumi program that runs at Vercel, Render or AWS (ECS, App Runner, Lambda), has its database at
Supabase, Render, Neon or RDS and its DNS at Cloudflare, Vercel or Route 53, is watched by Sentry, Grafana, CloudWatch
or Datadog, pages by PagerDuty, Opsgenie or Grafana OnCall, stores backups at Cloudflare R2, Amazon S3 or another store
that speaks S3, or declares its repository at GitHub and its deployments at Pulumi Cloud.

\`\`\`sh
npm run preview                            # offline: no account, no Pulumi CLI, no network
pulumi preview --policy-pack policies      # with Pulumi itself
\`\`\`

\`node policies/describe.ts\` writes this page from the code; a test fails where they differ.

## What a policy says

- **violated**: something is wrong or missing. Each violation names the item, the resource, what was found, what must
  hold and how to fix it. Absence counts: an empty stack violates every item that is asked of it.
- **unproved**: something could weaken the item and the policy cannot read it, such as an expression of a firewall rule
  that asks for a field it does not know. What is not proved is not a pass: it refuses in production as a violation
  does, is advisory in staging, says what could not be read and how to write it so that it can be proved, and can be
  waived.
- **unknown**: nothing is wrong as far as the preview can tell, but a value that the policy needs is known only at
  deployment. Pulumi shows it as \`can't run policy … during preview\`; the policy decides at \`pulumi up\`.
- **judged elsewhere**: the settings say with \`manage\` that somebody else manages a component that the policy would
  have to see. What is declared is judged, and a violation of it refuses; nothing passes. A state of somebody else and
  \`optropic judge\` are judged as a whole. Pulumi shows it as a policy that does not apply, with this reason.
- **passed**: everything that the policy asks for is there and right.
- **not applicable**: the stack's scope asks it of another stack.

A violation in \`pulumi preview\` looks like this:

\`\`\`text
api-service has no health check path.
  Items: 5.7, 7R.4
  Property: healthCheckPath
  Expected: Every web service at Render must have a health check path.
  Fix: Set healthCheckPath to a path that answers 200 when the service can serve, such as /api/health.
\`\`\`

## Settings

In the project's own namespace of the stack's configuration:

- \`stage\`: in \`staging\` the policies marked _production_ are advisory. At any other stage, or without one, they are
  strict.
- \`manage\`: which components the stack manages, such as \`{"edge": false}\`. By default it manages all of them.
- \`scope\`: what is asked of the stack. \`platform\`, the default, leaves the policies marked _delivery_ out.
  \`delivery\` is for the repository and what deploys from it: it asks only for those and the ones marked _any_.
  \`all\`, or any other word, asks for everything. The scope is never guessed from what a stack contains, so that a
  stack cannot lose an item by losing its resources.
- \`backend\`: where it is \`self-managed\`, nothing is asked of Pulumi Cloud: \`pack-enforced\` and
  \`pull-requests-previewed\` then ask for the required check \`preview\`, which runs this pack. The default is Pulumi
  Cloud.
- \`roles\`: what hosts are there for, by the name of the resource, where it cannot be told: \`application\`,
  \`documentation\`, \`redirect\`, \`tool\` or \`worker\`. Only hosts of the application are asked for its variables, its
  health checks and its metrics. A host that has the application's secrets is of the application whatever the setting
  says, but for a \`tool\`, which may have the database.
- \`headers\`: \`application\` where the application sends the security headers itself, for example with Helmet. Where no
  rule declares a header, its policies then say unknown, and a probe has to measure it. The default is \`edge\`.
- \`productionEnvironment\`: name of the environment at GitHub that production is deployed from, if it is neither
  \`production\` nor \`prod\`.
- \`organizationOwners\`: logins of those who are to own the organization at GitHub, at most ten. A
  \`github.Membership\` that makes anybody else an owner is refused.
- \`waivers\`: accepted violations, shown as advisory with their reason until they end.

  \`\`\`yaml
  optropic:waivers:
    - policy: render-autoscaling
      resource: api-service      # a resource's name or URN, or "*" for a violation by the stack as a whole
      reason: Load is measured first, with one instance.
      approvedBy: devops@optropic.example
      until: "2026-12-31"        # the last day on which it counts, UTC
  \`\`\`

  \`approvedBy\` is an address at the domain of \`domains.zone\`, or a code owner such as \`@organization/team\`. The
  reason has three words or more, and the end is no more than 90 days away. A stack has at most 20 waivers. One that
  breaks these rules, is malformed, has ended or names a policy that does not exist counts for nothing, and violates
  \`waivers-valid\`. With \`probe\` in place of \`policy\`, a waiver accepts what that probe of \`optropic verify\`
  measured; its \`resource\` is the subject that the probe names, or "*".

With \`--policy-pack-config FILE\`, a JSON object of policy names, you can set a policy's \`enforcementLevel\` and
tighten its thresholds. A stack without Vercel or without Render is not asked for a project or a service there, unless
something of the stack, such as a DNS record, still leads there. A threshold that is looser than the checklist's figure is ignored.

\`\`\`json
{ "jwt-secret-length": { "minimumLength": 128 }, "sentry-dsn": "mandatory" }
\`\`\`

## How inputs reach the policies

Pulumi gives a stack policy the outputs that it expects of each resource. During a preview, an output that the program
did not set is unknown, and a dynamic resource may have no outputs. The inputs say what the program declares, so
\`secrets-encrypted\`, which sees the inputs of each resource as it is registered, records them for the other policies.
Where no inputs were recorded, as for an exported state, the policies judge the outputs.

\`secrets-encrypted\` has the level \`remediate\`, which makes violations mandatory. Its remediation changes nothing; it
is the one place where Pulumi still tells a pack which inputs are secrets. At another level it cannot tell and says
unknown; disabled, it records nothing.

What the pack cannot see:

- Whether a setting is encrypted: Pulumi gives packs every setting as text. \`no-literal-secrets\` takes a known text for
  written in the program unless it is a setting, part of the environment, or an output of a resource that exists. A
  secret that a program looks up by a function call must come from a setting or Pulumi ESC instead.
- What keys that are given to the stack may do. The bucket's lock, which \`backup-lock\` asks for, decides whether they
  could delete backups; \`backup-keys-scoped\` judges the tokens that the stack creates.
- Who else may do what a ruleset forbids: an owner of the organization can change the ruleset.
- In a map of variables, such as Render's, which variable comes from which resource. The same variable at Vercel tells,
  the name of what generates it, how many secrets the map is made from, or its value at \`pulumi up\`. A map that
  \`apply\` makes from another one is unknown in a preview with all its names: that it gives one secret under two names
  is found at \`pulumi up\`, unless it is made from too few.
- What a container of ECS is given where its definitions hold a value that only the deployment knows: they are one JSON
  document, which is then unknown. Written in the names of secrets they are known.

## Vendors

Each vendor has an adapter in \`adapters/\`, which says what its resources are to the platform: hosts, variables, domains,
DNS records, zones, databases, repositories, alerts, on-call. Policies read that model alone: \`npm run lint\` refuses one
that imports a provider's package or reads a resource by its type. To add a vendor, write its adapter and name it
in \`adapters/index.ts\`.
`;
}

function sections(): string[] {
  const titles = [...new Set(registry.map(sectionOf))];
  return titles.map((title) => {
    const policies = registry.filter((policy) => sectionOf(policy) === title);
    const table = markdownTable(["policy", "what must hold", "items", "level", "fix"], policies.map(row));
    return `## ${title}\n\n${table}`;
  });
}

function sectionOf({ items: [first] }: Policy): string {
  return (first && findItem(first)?.section) ?? "The pack itself";
}

function row(policy: Policy): string[] {
  const { name, items: own, title, severity, level, scope, productionOnly, fix, thresholds, url } = policy;
  const figures = Object.entries(thresholds).map(
    ([key, { description, default: standard, minimum, maximum }]) =>
      `\`${key}\`: ${description} Default ${standard}${minimum === undefined ? "" : `, at least ${minimum}`}${maximum === undefined ? "" : `, at most ${maximum}`}.`,
  );
  return [
    `\`${name}\``,
    [title, ...figures].join(" "),
    own.join(", "),
    [
      productionOnly ? `${level} in _production_` : level,
      severity,
      ...(scope === "platform" ? [] : [`_${scope}_`]),
    ].join(", "),
    url === undefined ? fix : `${fix} ([source](${url}))`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("README.md", import.meta.url), describePack());
}
