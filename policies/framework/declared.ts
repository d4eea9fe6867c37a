/**
 * What a program's host is there for, where a setting says it. A proxy, such as a Worker of Cloudflare's at a route,
 * passes requests on to the host behind it.
 */
export type StatedRole = "application" | "documentation" | "redirect" | "tool" | "worker" | "proxy";

export const statedRoles: readonly StatedRole[] = [
  "application",
  "documentation",
  "redirect",
  "tool",
  "worker",
  "proxy",
];

/** What a stack's settings say of its resources, where these cannot tell it. */
export interface Declared {
  /** Roles of hosts and zones, by the name of the resource. */
  readonly roles: ReadonlyMap<string, StatedRole>;
  /** What sends the security headers: rules at the edge, or the application itself, which a probe then measures. */
  readonly headers: "edge" | "application";
  /** Name of the environment at GitHub that production is deployed from, in lower case. */
  readonly productionEnvironment: string;
  /** Logins at GitHub, in lower case, of those who are to own the organization. */
  readonly organizationOwners: ReadonlySet<string>;
  /** Names that `secrets.existing` has: of secrets that a person gives, which an offline preview does not know. */
  readonly existingSecrets: ReadonlySet<string>;
}

export const nothingDeclared: Declared = {
  roles: new Map(),
  headers: "edge",
  productionEnvironment: "production",
  organizationOwners: new Set(),
  existingSecrets: new Set(),
};
