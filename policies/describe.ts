import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findItem, items } from "../checklist/items.ts";
import type { Policy } from "./framework/index.ts";
import { registry } from "./registry.ts";

/** The pack's README: what the pack does, how to use it, and each policy as the code declares it. */
export function describePack(): string {
  const covered = items.filter(({ id }) => registry.some((policy) => policy.items.includes(id)));
  return `${introduction(covered.length)}\n${sections().join("\n")}`;
}

function introduction(covered: number): string {
  return `# The checklist as a policy pack

${registry.length} policies on ${covered} of the ${items.length} items of the production deployment checklist. They judge the resources of the
providers, so they work on any Pulumi program that uses Vercel, Render, Supabase, Cloudflare, PostgreSQL, Sentry,
Grafana and PagerDuty, keeps backups at Cloudflare R2, Amazon S3 or another store that speaks S3, or declares its
repository at GitHub and its deployments at Pulumi Cloud.

\`\`\`sh
npm run preview                            # offline: no account, no Pulumi CLI, no network
pulumi preview --policy-pack policies      # with Pulumi itself
\`\`\`

This page is written by \`node policies/describe.ts\` from the code; a test fails where they differ.

## What a policy says

- **violated**: something is wrong or absent. Each message names the item and the fix. Absence counts: the
  empty stack violates every item that is asked of it.
- **unknown**: nothing is wrong as far as can be told, and a value that is needed is known only once it is
  deployed. Pulumi shows it as \`can't run policy … during preview\`; the policy decides at \`pulumi up\`.
- **passed**: everything that it asks for is there and right.
- **not applicable**: the stack's scope asks it of another stack.

## Settings

In the project's own namespace of the stack's configuration:

- \`stage\`: in \`staging\` the policies marked _production_ are advisory. Any other stage, or none, is strict.
- \`scope\`: what is asked of the stack. \`platform\`, or none, is what runs, and leaves the policies marked
  _delivery_ out; \`delivery\` is the repository and what deploys from it, and asks for those alone, with the
  ones marked _any_; \`all\`, like any other word, asks for everything of one stack. It is set and never
  guessed from what a stack holds, so that a stack cannot lose an item by losing its resources.
- \`backend\`: where \`self-managed\`, nothing of Pulumi Cloud is asked of the delivery: \`pack-enforced\` and
  \`pull-requests-previewed\` then want the check \`preview\` to be required, which runs this pack. A stack that
  says nothing is at Pulumi Cloud.
- \`waivers\`: accepted violations, shown as advisory with their reason until they end.

  \`\`\`yaml
  optropic:waivers:
    - policy: render-autoscaling
      resource: api-service      # a resource's name or urn, or "*" for a violation that is on none
      reason: Load is measured first, with one instance.
      approvedBy: devops@optropic.example
      until: "2026-12-31"        # the last day on which it counts, UTC
  \`\`\`

  A waiver that is malformed, has ended or names a policy that is not here counts for nothing, and violates
  \`waivers-valid\`.

With \`--policy-pack-config FILE\`, a JSON object of policy names, a policy's \`enforcementLevel\` can be set, which
is also how a stack without Vercel or without Render disables the policies on them, and its thresholds can be
tightened. A threshold looser than the checklist's figure is not used.

\`\`\`json
{ "jwt-secret-length": { "minimumLength": 128 }, "sentry-dsn": "mandatory" }
\`\`\`

## How inputs reach the policies

Pulumi hands a stack policy the outputs that it expects of each resource. At a preview an output that the
program did not set is unknown there, and a dynamic resource may have none. What the program declares is in
the inputs, so \`secrets-encrypted\`, which sees the inputs of each resource as it is registered, records them for
the other policies. Where none were recorded, as for an exported state, the policies judge the outputs.

\`secrets-encrypted\` has the level \`remediate\`, which makes violations mandatory: the remediation changes nothing,
and is the one place where Pulumi still tells a pack which inputs are secrets. At another level it cannot tell
and does not object; disabled, it records nothing.

What the pack cannot see:

- Whether a setting is encrypted: Pulumi hands packs every setting as text. \`no-literal-secrets\` takes a known
  text for written in the program unless it is a setting, part of the environment, or given by a resource that
  exists. A secret that a program looks up by a function call has to come by a setting or Pulumi ESC instead.
- What keys that were given to the stack may do. Whether they could delete backups, the bucket's lock decides, which
  \`backup-lock\` asks for; \`backup-keys-scoped\` judges tokens that the stack makes.
- Who else may do what a ruleset forbids: an owner of the organisation can change the ruleset itself, and a
  ruleset of the organisation or a classic branch protection rule is not read, so neither counts.
- Of a map of variables, such as Render's, which variable is made from which resource. The same variable at
  Vercel tells, or at \`pulumi up\` its value.
`;
}

function sections(): string[] {
  const titles = [...new Set(registry.map(sectionOf))];
  return titles.map((title) => {
    const policies = registry.filter((policy) => sectionOf(policy) === title);
    return [`## ${title}`, "", ...policies.flatMap(describe)].join("\n");
  });
}

function sectionOf({ items: [first] }: Policy): string {
  return (first && findItem(first)?.section) ?? "The pack itself";
}

function describe(policy: Policy): string[] {
  const { name, items: own, title, severity, level, scope, productionOnly, fix, thresholds, url } = policy;
  const facts = [
    own.length > 0 ? `items ${own.join(", ")}` : "no item",
    `${severity} severity`,
    productionOnly ? `${level} in _production_` : level,
    ...(scope === "platform" ? [] : [`_${scope}_`]),
  ];
  return [
    `### \`${name}\``,
    "",
    `${title} (${facts.join("; ")})`,
    "",
    `- Fix: ${fix}`,
    ...Object.entries(thresholds).map(
      ([key, { description, default: standard, minimum = "none", maximum = "none" }]) =>
        `- Threshold \`${key}\`: ${description} Default ${standard}, at least ${minimum}, at most ${maximum}.`,
    ),
    ...(url === undefined ? [] : [`- Source: <${url}>`]),
    "",
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("README.md", import.meta.url), describePack());
}
