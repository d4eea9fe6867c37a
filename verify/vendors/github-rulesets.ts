import * as z from "zod";
import { snakeCase } from "../../lib/text.ts";
import type { GitHubRuleset } from "../../vendors/github-settings.ts";
import type { DeclaredResource } from "../declared.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same } from "./checks.ts";
import { differenceOf } from "./difference.ts";
import { clientOf, repositoryOf } from "./github.ts";
import { question } from "./question.ts";

const declaredRuleset = z.looseObject({
  name: z.string(),
  target: z.string(),
  enforcement: z.string(),
  bypassActors: z
    .array(z.looseObject({ actorType: z.string(), actorId: z.number().optional(), bypassMode: z.string() }))
    .default([]),
  conditions: z
    .looseObject({ refName: z.looseObject({ includes: z.array(z.string()), excludes: z.array(z.string()) }) })
    .optional(),
  rules: z.record(z.string(), z.unknown()),
});

/** The rulesets of the repository itself; those of an organization can only add to them. */
const rulesets = question(async (context, access): Promise<GitHubRuleset[]> => {
  const { GitHubSettings } = await import("../../vendors/github-settings.ts");
  const [owner, name] = repositoryOf(context);
  return new GitHubSettings(await clientOf(access), { owner, name }).rulesets({ inherited: false });
});

export const githubRulesets = probe({
  name: "github-rulesets",
  items: ["1.5"],
  title:
    "The rulesets of the repository must be the declared ones: what they are for, their rules, and who may bypass them.",
  needs: ["vendor:github"],
  settings: ["project.repository"],
  measure: async (context) => {
    // Nobody needs a preview where there is nothing to compare it with.
    context.credential("GITHUB_TOKEN");
    const declared = (await context.declaredDelivery()).filter(({ type }) =>
      type.startsWith("github:index/repositoryRuleset:"),
    );
    if (declared.length === 0)
      throw new Unknown("no-data", "The program of the delivery declares no ruleset");
    const found = await rulesets(context);
    const names = declared.map(({ inputs }) => inputs.name);
    const others = found.filter(
      ({ name, enforcement }) => !names.includes(name) && enforcement !== "disabled",
    );
    return [
      ...declared.flatMap((one) => checksOf(one, found)),
      ...others.map(({ name, enforcement }) => same(`ruleset ${name}`, "not declared", enforcement)),
    ];
  },
});

function checksOf(resource: DeclaredResource, found: readonly GitHubRuleset[]): Check[] {
  const wanted = declaredRuleset.safeParse(resource.inputs);
  if (!wanted.success) {
    const message = `The ruleset ${resource.name} is not known before an update`;
    return [unknownCheck(`ruleset ${resource.name}`, new Unknown("no-data", message))];
  }
  const { name, target, enforcement, conditions, bypassActors, rules } = wanted.data;
  const subject = `ruleset ${name}`;
  const named = found.filter((one) => one.name === name);
  const [own] = named;
  if (own === undefined) return [{ ...absent(subject, enforcement), at: resource.source }];
  const refs = own.conditions?.ref_name;
  const checks: Check[] = [
    same(`${subject} (how many)`, 1, named.length),
    same(`${subject} (enforcement)`, enforcement, own.enforcement),
    same(`${subject} (target)`, target, own.target ?? "branch"),
    alike(`${subject} (for)`, conditions?.refName.includes ?? [], refs?.include ?? []),
    alike(`${subject} (not for)`, conditions?.refName.excludes ?? [], refs?.exclude ?? []),
    bypassCheck(`${subject} (who may bypass it)`, bypassActors, own),
    ...ruleChecks(subject, rules, own.rules ?? []),
  ];
  return checks.map((check) => ({ ...check, at: resource.source }));
}

function alike(subject: string, declared: readonly string[], found: readonly string[]): Check {
  const shown = (members: readonly string[]) => members.toSorted().join(", ") || "nothing";
  return same(subject, shown(declared), shown(found));
}

function bypassCheck(
  subject: string,
  declared: z.infer<typeof declaredRuleset>["bypassActors"],
  { bypass_actors: actors }: GitHubRuleset,
): Check {
  if (actors === undefined) {
    const message = "GitHub tells who may bypass a ruleset only to a token that may change it";
    return unknownCheck(subject, new Unknown("no-right", message));
  }
  return alike(
    subject,
    declared.map(({ actorType, actorId = 0, bypassMode }) => actorName(actorType, actorId, bypassMode)),
    actors.map(({ actor_type: type, actor_id: id, bypass_mode: mode }) => actorName(type, id ?? 0, mode)),
  );
}

/** Administrators of an organization have the number 1 in the provider and none at GitHub. */
function actorName(type: string, id: number, mode: string): string {
  const shown = ["OrganizationAdmin", "DeployKey"].includes(type) || id === 0 ? type : `${type} ${id}`;
  return `${shown} (${mode})`;
}

/** Names of rules and of their parameters that are not the provider's in snake case. */
const apiNames: Readonly<Record<string, string>> = {
  requiredChecks: "required_status_checks",
  requiredCodeScanning: "code_scanning",
  requiredCodeScanningTools: "code_scanning_tools",
  requiredDeploymentEnvironments: "required_deployment_environments",
};

function apiName(name: string): string {
  return apiNames[name] ?? snakeCase(name);
}

function ruleChecks(
  subject: string,
  declared: Readonly<Record<string, unknown>>,
  found: NonNullable<GitHubRuleset["rules"]>,
): Check[] {
  // A flag of another rule, and what is turned off.
  const wanted = Object.entries(declared).filter(
    ([name, value]) => name !== "updateAllowsFetchAndMerge" && value !== false && value !== undefined,
  );
  const types = wanted.map(([name]) => apiName(name));
  return [
    ...wanted.map(([name, value]) => {
      const type = apiName(name);
      const rule = found.find((one) => one.type === type);
      const what = `${subject}: ${type}`;
      if (rule === undefined) return absent(what, "as declared");
      if (value === true) return compare(what, { expected: "in force", measured: "in force", holds: true });
      const difference = differenceOf(inOrder(named(value)), inOrder(rule.parameters ?? {}));
      return compare(difference === undefined ? what : `${what} (${difference.path})`, {
        expected: difference?.declared ?? "as declared",
        measured: difference?.found ?? "as declared",
        holds: difference === undefined,
      });
    }),
    ...found
      .filter(({ type }) => !types.includes(type))
      .map(({ type }) => same(`${subject}: ${type}`, "not declared", "in force")),
  ];
}

/** The value with the names that the API has. */
function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  if (typeof value !== "object" || value === null || "unknown" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [apiName(key), named(each)]));
}

/** The value with each list in one order: none of a ruleset's lists has one. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder).toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inOrder(each)]));
}

function keyOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "context" in value) return String(value.context);
  return JSON.stringify(value);
}
