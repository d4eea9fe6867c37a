import { adapters } from "../adapters/index.ts";
import { known, type Resource, type Stack, some } from "../framework/index.ts";
import type { Scrape } from "./adapter.ts";
import { isGenerator } from "./generators.ts";
import type { Host, Variable } from "./host.ts";
import { perStack } from "./per-stack.ts";
import { postgresql } from "./tokens.ts";
import { applicationHosts } from "./variables.ts";

/** Something that hosts of the application get by a variable: a role's connection, or the token of their metrics. */
export interface Shared {
  readonly source: Resource;
  /** What it is for, as the end of a sentence. */
  readonly use: string;
  readonly holders: readonly Holder[];
}

/** A host whose variables are made from it. */
export interface Holder {
  readonly host: Host;
  /** Variables that are made from it and nothing beside it tells of; in a map of all, none is. */
  readonly alone: readonly Variable[];
}

/** What several variables may give, with the hosts that have it. */
export const sharedSecrets: (stack: Stack) => readonly Shared[] = perStack((stack) => {
  const tokens = new Map(
    scrapes(stack).flatMap(({ token, resource }) =>
      resource
        .sourcesOf(token)
        .filter(isGenerator)
        .map((source) => [source, "the metrics"] as const),
    ),
  );
  const roles = stack.ofType(postgresql.role).map((role) => [role, "the database"] as const);
  return [...roles, ...tokens].map(([source, use]) => ({
    source,
    use,
    holders: applicationHosts(stack).flatMap((host) => {
      const made = host.variables.filter((variable) => sourcesOf(variable).includes(source));
      return made.length === 0 ? [] : [{ host, alone: made.filter(isAlone) }];
    }),
  }));
});

/** What calls the metrics of hosts, and is not switched off. */
export const scrapes: (stack: Stack) => readonly Scrape[] = perStack((stack) =>
  adapters
    .flatMap((adapter) => adapter.scrapes?.(stack) ?? [])
    .filter((scrape) => known(() => scrape.isOn()) !== false),
);

export const hasVariable = ({ variables }: Host, name: string): boolean =>
  some(variables, (variable) => variable.name() === name && !isEmpty(variable));

/** What is known to be empty; a value that cannot be read back, or is made up by the host, is not. */
export const isEmpty = ({ value, writeOnly, generatedLength }: Variable): boolean =>
  generatedLength === undefined &&
  known(() => writeOnly?.exists ?? false) === false &&
  !value.isUnknown &&
  (value.string() ?? "").trim() === "";

/** What a variable is made from; with its neighbors' in a map. */
export const sourcesOf = ({ sources, resource, value }: Variable): readonly Resource[] =>
  sources ?? resource.sourcesOf(value);

/** Pulumi knows sources by top-level property only. */
const isAlone = ({ value, isPart }: Variable): boolean => value.path.length === 1 && isPart !== true;
