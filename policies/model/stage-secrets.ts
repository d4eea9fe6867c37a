import { known, type Resource, type Stack, undecided } from "../framework/index.ts";
import { generatorsOfOther, type NamedVariable, variablesNamed } from "./generated.ts";
import type { StageVariable } from "./host.ts";
import { perStack } from "./per-stack.ts";
import { isSecretName } from "./secret-names.ts";
import { postgresql } from "./tokens.ts";
import { declaredVariables } from "./variables.ts";

/** Shorter texts, and what stands for an encrypted setting offline, may be the same by chance. */
const shortest = 12;

/** Secrets of production's hosts, by the names of their variables. */
const productionSecrets: (stack: Stack) => readonly NamedVariable[] = perStack((stack) => {
  const names = declaredVariables(stack).flatMap((variable) => known(variable.name) ?? []);
  return [...new Set(names)].filter(isSecretName).flatMap((name) => variablesNamed(stack, name).variables);
});

/**
 * The name of the variable of production that has the same secret, undefined where none has: the same text, or one
 * made from the same generator or role of a database. Throws UnknownRead.
 */
export function secretOfProduction(
  stack: Stack,
  name: string,
  { resource, value, name: readName }: StageVariable,
): string | undefined {
  const secrets = productionSecrets(stack);
  const text = value.isUnknown ? "" : (value.string() ?? "");
  const alone = secrets.filter((secret) => secret.alone).flatMap(({ sources }) => sources);
  const generators: readonly Resource[] =
    generatorsOfOther(name, { resource, value, name: readName }, new Set(alone)) ?? [];
  const roles = value.path.length === 1 ? resource.sourcesOf(value).filter(isRole) : [];
  const same = secrets.find(
    (secret) =>
      (text.length >= shortest && !secret.value.isUnknown && secret.value.string() === text) ||
      (secret.generators ?? []).some((generator) => generators.includes(generator)) ||
      (secret.alone && secret.sources.some((source) => roles.includes(source))),
  );
  // Another database's or vendor's value is known only once it is there, and may be the same.
  const sources = value.isUnknown && value.path.length === 1 ? resource.sourcesOf(value) : [];
  const isOpen = secrets.some(
    (secret) => secret.alone && secret.value.isUnknown && secret.sources.some((one) => sources.includes(one)),
  );
  if (same === undefined && isOpen) undecided(value);
  return same?.name;
}

const isRole = (resource: Resource): boolean => resource.is(postgresql.role);
