import type { StatedRole } from "../framework/declared.ts";
import { known, type Resource, type Stack } from "../framework/index.ts";
import { isBesideName } from "../values/beside-names.ts";
import { databasesBehind } from "./databases-behind.ts";
import { runsForeignImage } from "./foreign-images.ts";
import type { Host } from "./host.ts";

/** Variables that only the application has: its database and its own secrets. */
const own: ReadonlySet<string> = new Set(["DATABASE_URL", "JWT_SECRET", "SECRET_KEY"]);
const secrets: ReadonlySet<string> = new Set(["JWT_SECRET", "SECRET_KEY"]);

/**
 * Whether a host is of the application, as a host that gets its visitors or has its database is. One that has neither
 * its database nor its secrets is something else where a setting says so, where what it is called says so, or where
 * it has no domain, so that no visitor comes; but only beside a host that is of the application.
 */
export function isApplication(stack: Stack, host: Host, all: readonly Host[]): boolean {
  if (hasAny(host, own) || databasesBehind([host.resource]).length > 0) {
    // A tool of the staff may read the database. What has the application's secrets is the application.
    const isTool = host.domains.length === 0 || statedRole(stack, host.resource) === "tool";
    return !isTool || hasAny(host, secrets) || !all.some((other) => other !== host && hasAll(other));
  }
  const stated = statedRole(stack, host.resource);
  if (stated !== undefined) {
    return stated === "application";
  }
  const isBeside = all.some((other) => other !== host && hasAny(other, secrets));
  return !isBeside || !(host.domains.length === 0 || saysOther(host));
}

/** The role that a setting gives a resource. */
export function statedRole(stack: Stack, { name }: Resource): StatedRole | undefined {
  return stack.declared.roles.get(name);
}

const namesOf = ({ variables }: Host): (string | undefined)[] =>
  variables.map((variable) => known(() => variable.name()));

const hasAny = (host: Host, names: ReadonlySet<string>): boolean =>
  // Of a list that is unknown it cannot be told that they are not in it.
  host.variables.some((variable) => {
    const name = known(() => variable.name() ?? "");
    return name === undefined || names.has(name);
  });

const hasAll = (host: Host): boolean => {
  const names = new Set(namesOf(host));
  return [...own].every((name) => names.has(name));
};

/** Whether a setting says that a host is something else than the application, or what it is called or runs does. */
export function isSaidOther(stack: Stack, host: Host): boolean {
  const stated = statedRole(stack, host.resource);
  return stated === undefined
    ? saysOther(host) || runsForeignImage(stack)(host.resource)
    : stated !== "application";
}

/** Whether what a host is called says that it is something around an application. */
export function saysOther({ labels, domains }: Host): boolean {
  const first = domains.flatMap((domain) => known(() => domain.string())?.split(".")[0] ?? []);
  return [...(known(labels) ?? []), ...first].some(isBesideName);
}
