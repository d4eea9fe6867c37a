import type { Resource, ResourceOf, Token } from "../framework/index.ts";

/**
 * What the pack makes of the types of a vendor's resources. One that is in none of the three lists, as those of the next
 * version of its provider are, may do anything.
 */
export interface ResourceTypes {
  /** As people call the vendor. */
  readonly vendor: string;
  /** Types that an adapter reads. */
  readonly judged: readonly string[];
  /** Names of types that cannot weaken an item, by the reason. */
  readonly harmless: readonly (readonly [reason: string, names: readonly string[]])[];
  /** Types that may weaken an item and that nothing reads. */
  readonly doubtful: readonly Doubt[];
  /** What of the delivery they may weaken: who changes code and its rules, or who changes production. */
  readonly concern?: Concern;
}

export type Concern = "code" | "production";

export interface Doubt {
  readonly name: string;
  /** What it may do, as the end of a sentence that begins with `which`. */
  readonly may: string;
  /** Whether this one surely does not. Throws UnknownRead. */
  readonly unless?: (resource: Resource) => boolean;
}

/** A type that may weaken an item, but for resources whose own properties say that they do not. */
export function doubt<Properties>(
  type: Token<Properties>,
  may: string,
  unless: (resource: ResourceOf<Properties>) => boolean,
): Doubt {
  return { name: typeName(type), may, unless: (resource) => resource.is(type) && unless(resource) };
}

/** The token of a type, with the properties that its package declares. */
export const typeOf = <Properties>(text: string): Token<Properties> => text;

/**
 * A type without its package, as the tables call it: `ZoneHold` of `cloudflare:index/zoneHold:ZoneHold`,
 * `oss/Team` of `grafana:oss/team:Team`.
 */
export function typeName(type: string): string {
  const [, module = "", name = ""] = type.split(":");
  const folders = module.split("/").slice(0, -1);
  return [...(folders[0] === "index" ? [] : folders), name].join("/");
}
