import { unmanagedIn } from "../../config/manage.ts";
import { parseJson } from "../../lib/json.ts";
import { counted, listed, listedSome } from "../../lib/text.ts";
import type { Project } from "../../project/project.ts";
import type { PolicyOutcome } from "./document.ts";

/** More waivers than these are counted, not listed. */
const mostWaivers = 20;

/** Settings given with --config that are named. */
const mostOverrides = 10;

const day = 86_400_000;

/**
 * What asks less of a stack than of a production platform: its stage, its scope, what it leaves to others, and its waivers. Each leaves a line
 * in every report, whatever else there is to say.
 *
 * @param now milliseconds since 1970, from which the days of a waiver are counted.
 * @param overrides settings that were given beside the stack's file, as `key=value`
 */
export function exceptionsOf(
  { config, name, stack }: Pick<Project, "config" | "name" | "stack">,
  policies: readonly PolicyOutcome[],
  now: number,
  overrides: readonly string[] = [],
): string[] {
  const stage = config.get(`${name}:stage`);
  const scope = config.get(`${name}:scope`);
  const unmanaged = [...unmanagedIn(parseJson(config.get(`${name}:manage`) ?? "{}"))];
  return [
    ...(stage === "staging"
      ? [
          `Stage staging: what only production needs is advisory, unless the stack's name, ${stack}, says production.`,
        ]
      : []),
    ...(scope === "delivery"
      ? ["Scope delivery: the items of the platform are not asked of this stack."]
      : []),
    ...(unmanaged.length > 0
      ? [`Not managed: ${listed(unmanaged, "and")}. What is about them is judged elsewhere.`]
      : []),
    ...overrideLines(name, overrides),
    ...waiverLines(policies, now),
    ...uselessWaivers(config.get(`${name}:waivers`), policies),
  ];
}

/** What was judged is then not what the stack's file says. */
function overrideLines(project: string, overrides: readonly string[]): string[] {
  const names = namesOf(project, overrides);
  return names.length === 0 ? [] : [`Given with --config: ${listedSome(names, mostOverrides)}.`];
}

/** The settings of `key=value`, without the project's namespace. */
export function namesOf(project: string, overrides: readonly string[]): string[] {
  const own = `${project}:`;
  const keys = overrides.map((override) => override.replace(/=.*$/s, ""));
  return [...new Set(keys.map((key) => (key.startsWith(own) ? key.slice(own.length) : key)))];
}

function waiverLines(policies: readonly PolicyOutcome[], now: number): string[] {
  const lines = policies.flatMap((policy) =>
    policy.violations.flatMap(({ waiver, urn }) => {
      if (waiver === undefined) return [];
      const days = Math.max(0, Math.floor((Date.parse(waiver.until) + day - now) / day));
      const resource = urn.split("::").at(-1) ?? urn;
      return [
        `Waived: ${policy.name} for ${resource}, ${counted(days, "day")} left, approved by ${waiver.approvedBy}.`,
      ];
    }),
  );
  const unique = [...new Set(lines)];
  const left = unique.length - mostWaivers;
  return left > 0
    ? [...unique.slice(0, mostWaivers), `Waived: ${counted(left, "further violation")}.`]
    : unique;
}

/** Waivers that nothing needs any more are a way out that stands open. */
function uselessWaivers(written: string | undefined, policies: readonly PolicyOutcome[]): string[] {
  const document: unknown = parseJson(written ?? "");
  if (!Array.isArray(document)) return [];
  const used = new Set(
    policies.flatMap(({ name, violations }) => (violations.some(({ waiver }) => waiver) ? [name] : [])),
  );
  const known = new Set(policies.map(({ name }) => name));
  const names = document.flatMap((entry: unknown) => {
    const policy: unknown =
      typeof entry === "object" && entry !== null ? Reflect.get(entry, "policy") : undefined;
    return typeof policy === "string" && known.has(policy) && !used.has(policy) ? [policy] : [];
  });
  return [...new Set(names)]
    .slice(0, mostWaivers)
    .map((policy) => `Waiver of ${policy}: nothing in this stack needs it; remove it.`);
}
