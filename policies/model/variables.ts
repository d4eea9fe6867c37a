import { type Finding, judge, type Resource, type Stack, type Verdict } from "../framework/index.ts";
import { all } from "./facts.ts";
import type { Host } from "./host.ts";
import { perStack } from "./per-stack.ts";
import { isApplication, isSaidOther } from "./roles.ts";

export type { Host, Variable } from "./host.ts";

/** What runs the program's code, whatever it is for. */
export const hosts = all(({ hosts: part }) => part);

/** Hosts of the application: those that have its secrets, or its visitors. */
export const applicationHosts: (stack: Stack) => readonly Host[] = perStack((stack) => {
  const all = hosts(stack);
  return all.filter((host) => isApplication(stack, host, all));
});

/** Whether a resource is a host of something else than the application. */
export const isOtherHost: (stack: Stack) => (resource: Resource) => boolean = perStack((stack) => {
  const applications = new Set(applicationHosts(stack).map(({ resource }) => resource));
  const others = new Set(
    hosts(stack).flatMap(({ resource }) => (applications.has(resource) ? [] : [resource])),
  );
  return (resource) => others.has(resource);
});

/** Hosts that serve requests, for all that anything says: those of the application, and those of no known other role. */
export const servingHosts: (stack: Stack) => readonly Host[] = perStack((stack) => {
  const applications = new Set(applicationHosts(stack));
  return hosts(stack).filter((host) => applications.has(host) || !isSaidOther(stack, host));
});

/** Whether a resource is a host that a setting or a name calls something else than a service of the application. */
export const isAsideHost: (stack: Stack) => (resource: Resource) => boolean = perStack((stack) => {
  const serving = new Set(servingHosts(stack).map(({ resource }) => resource));
  const aside = new Set(hosts(stack).flatMap(({ resource }) => (serving.has(resource) ? [] : [resource])));
  return (resource) => aside.has(resource);
});

/** Every variable that reaches production and is declared anywhere in the stack, also for a host outside it. */
export const declaredVariables = all(({ variables: part }) => part);

/**
 * Judges the value of each declared variable whose name matches; one that the host generates has no value.
 * A message must not repeat the value: it may be a secret.
 */
export function judgeVariables(
  stack: Stack,
  matches: (name: string, resource: Resource) => boolean,
  test: (value: string, name: string) => true | string,
): Finding[] {
  return declaredVariables(stack).map((variable) =>
    judge(variable.resource, (): Verdict => {
      const name = variable.name();
      if (name === undefined || !matches(name, variable.resource)) {
        return true;
      }
      const value = variable.value.string();
      const verdict = value === undefined || test(value, name);
      return verdict === true || { found: verdict, at: variable.value };
    }),
  );
}
