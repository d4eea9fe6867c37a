import {
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type Stack,
  UnknownRead,
} from "../framework/index.ts";
import { passwordHolders } from "./database-roles.ts";
import { makesSecret, type NamedVariable, variablesNamed } from "./generated.ts";
import type { Variable } from "./host.ts";
import { perStack } from "./per-stack.ts";
import { scrapes } from "./shared-secrets.ts";
import { applicationHosts, declaredVariables } from "./variables.ts";

// Of a map of variables Pulumi knows what all of it is made from. That cannot tell which variable has which secret, but
// it can tell that there are too few of them.

/** The secrets that must be of no other use. */
const names = ["JWT_SECRET", "SECRET_KEY"] as const;

/** Whether what a map is made from leaves nothing that a variable of it could have for itself. */
export function isLeftWithout(stack: Stack, variable: NamedVariable): boolean {
  const pair = names.flatMap((name) => variablesNamed(stack, name).variables);
  const rivals = pair.filter(
    (one) => isInOneMap(one, variable) && isOpen(one) && !isGivenElsewhere(stack, one),
  );
  if (!rivals.some(({ name }) => name === variable.name)) return false;
  const open = new Set(rivals.map(({ name }) => name));
  const used = new Set<Resource>(
    namesIn(stack, variable)
      .filter((name) => !open.has(name))
      .flatMap((name) => variablesNamed(stack, name).variables)
      .filter((one) => isInOneMap(one, variable))
      .flatMap(({ generators }) => generators ?? []),
  );
  const made: readonly Resource[] = variable.sources.filter(makesSecret);
  const free = made.filter((source) => !used.has(source) && !isOfAnother(stack, source, open));
  if (free.length >= rivals.length) return false;
  const taken = new Set<Resource>(
    pair.filter(({ name }) => name !== variable.name).flatMap(({ generators }) => generators ?? []),
  );
  return (
    made.some((source) => taken.has(source)) ||
    (free.length > 0 && rivals.every(({ elsewhere }) => [...elsewhere].some(makesSecret)))
  );
}

/** Maps of which not even the names are known, and which have fewer secrets than their host has to have. */
export const unreadMaps = (stack: Stack): Finding[] =>
  applicationHosts(stack).flatMap(({ resource: host, variables }) => {
    const has = new Set(variables.map(({ name }) => known(name)));
    const needed = names.filter((name) => !has.has(name) && isGeneratedElsewhere(stack, name));
    return variables.filter(isUnreadMap).map((map) =>
      judge(map.resource, () => {
        const made = map.resource.sourcesOf(map.value).filter(makesSecret);
        const free = made.filter((source) => !isOfAnother(stack, source, new Set(needed)));
        return (
          free.length === 0 ||
          free.length >= needed.length ||
          fault(
            map.value,
            `${map.resource.name} is made from one generated secret, and ${host.name} needs one each for ${needed.join(" and ")}.`,
          )
        );
      }),
    );
  });

type Entry = Pick<Variable, "resource" | "value">;

const isInOneMap = (one: Entry, other: Entry): boolean =>
  one.resource === other.resource && one.value.path[0] === other.value.path[0];

/** Whether nothing tells which secret a variable of a map has. */
const isOpen = ({ alone, value, generators }: NamedVariable): boolean =>
  !alone && value.isUnknown && (generators ?? []).length === 0;

/** Whether another host has it from something that is no resource, such as an encrypted setting. */
const isGivenElsewhere = (stack: Stack, { name }: NamedVariable): boolean =>
  variablesNamed(stack, name).variables.some(
    ({ alone, sources, value }) => alone && !sources.some(makesSecret) && known(() => value.exists) !== false,
  );

const isGeneratedElsewhere = (stack: Stack, name: string): boolean =>
  variablesNamed(stack, name).variables.some(({ alone, sources }) => alone && sources.some(makesSecret));

const namesIn = (stack: Stack, variable: NamedVariable): string[] => {
  const all = declaredVariables(stack).filter((one) => isInOneMap(one, variable));
  return [...new Set(all.flatMap(({ name }) => known(name) ?? []))];
};

/** Whether a secret is that of a role, of a database, of the metrics, or of a variable of another name that has it alone. */
function isOfAnother(stack: Stack, source: Resource, open: ReadonlySet<string>): boolean {
  const uses = usesOf(stack).get(source) ?? new Set();
  return [...uses].some((use) => !open.has(use));
}

const usesOf: (stack: Stack) => ReadonlyMap<Resource, ReadonlySet<string>> = perStack((stack) => {
  const uses = new Map<Resource, Set<string>>();
  const add = (source: Resource, use: string) => uses.set(source, (uses.get(source) ?? new Set()).add(use));
  for (const holder of passwordHolders(stack)) {
    for (const source of holder.dependencies) add(source, "a password");
  }
  for (const { resource, token } of scrapes(stack)) {
    for (const source of resource.sourcesOf(token)) add(source, "the metrics");
  }
  for (const variable of declaredVariables(stack)) {
    const name = known(variable.name);
    const isAlone = variable.value.path.length === 1 && variable.isPart !== true;
    if (name === undefined || !isAlone) continue;
    for (const source of variable.sources ?? variable.resource.sourcesOf(variable.value)) add(source, name);
  }
  return uses;
});

/** To ask such a map for the name of a variable is to ask for the map. */
function isUnreadMap({ name, value }: Variable): boolean {
  try {
    name();
    return false;
  } catch (error) {
    if (!(error instanceof UnknownRead)) throw error;
    return error.value.resource === value.resource && error.value.path.join() === value.path.join();
  }
}
