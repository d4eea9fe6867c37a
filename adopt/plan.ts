import { type NaturalKey, naturalKeys } from "./keys.ts";
import { type Declared, type Existing, textOf, vendorOf } from "./resources.ts";

/**
 * What becomes of a declared resource in the first update.
 *
 * - `import`: the vendor has it, and Pulumi takes it over by its id.
 * - `create`: the vendor has none by its natural key.
 * - `ask`: several could be it, or it is there and its id cannot be told; a person decides.
 * - `adopt`: a resource of the program's own code that takes over what is there when it is created.
 * - `overwrite`: a setting that is always there and that no provider imports; the update writes over it.
 * - `rotate`: a generated secret, which is new and replaces the one in use.
 * - `unknown`: nothing is known of that vendor, so whether it is there cannot be told.
 */
export type Action = "import" | "create" | "ask" | "adopt" | "overwrite" | "rotate" | "unknown";

export interface Step {
  readonly declared: Declared;
  readonly action: Action;
  /** For `import`, what `pulumi import` takes. */
  readonly id?: string;
  /** For `ask`, the ids to choose from. */
  readonly candidates?: readonly string[];
  /** What the update would remove from a resource of which there is one, in words. */
  readonly loses?: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** What a vendor has and the program does not declare; it stays as it is. */
  readonly unmanaged: readonly Existing[];
}

export interface Given {
  readonly declared: readonly Declared[];
  readonly existing: readonly Existing[];
  /** Ids that a person chose, by URN; `create` for none. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
  /** Vendors of which everything is known, beside those that something was found of. */
  readonly vendors?: readonly string[] | undefined;
}

/** Types that no provider imports; declaring one writes over what is there. */
const overwritten = new Set([
  "cloudflare:index/r2BucketLock:R2BucketLock",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  "render:index/notificationSetting:NotificationSetting",
  "render:index/logStream:LogStream",
]);

/** Matches what is declared with what is there by their natural keys. The same input has the same plan. */
export function planImports(given: Given): Plan {
  const { declared, existing, answers = {} } = given;
  const known = new Set([...existing.map(({ type }) => vendorOf(type)), ...(given.vendors ?? [])]);
  const found = indexOf(existing);
  const scopes = scopesIn(declared, found);
  const taken = new Set<Existing>();
  const steps = declared
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"))
    .map((resource): Step => {
      const answer = Object.hasOwn(answers, resource.urn) ? answers[resource.urn] : undefined;
      if (answer === "create") return { declared: resource, action: "create" };
      if (answer !== undefined) return { declared: resource, action: "import", id: answer };
      if (resource.type.startsWith("pulumi-nodejs:")) return { declared: resource, action: "adopt" };
      if (resource.type.startsWith("random:")) return { declared: resource, action: "rotate" };
      if (overwritten.has(resource.type)) return { declared: resource, action: "overwrite" };
      const matches = matchesOf(resource, found, scopes);
      for (const match of matches) taken.add(match);
      if (matches.length === 0)
        return { declared: resource, action: known.has(vendorOf(resource.type)) ? "create" : "unknown" };
      return stepOf(resource, matches);
    });
  return { steps, unmanaged: existing.filter((one) => !taken.has(one) && isManageable(one.type)) };
}

function isManageable(type: string): boolean {
  return !type.startsWith("pulumi:") && !type.startsWith("pulumi-nodejs:") && !type.startsWith("random:");
}

function stepOf(declared: Declared, matches: readonly Existing[]): Step {
  const natural = naturalKeys[declared.type];
  const ids = matches.flatMap(({ id, properties }) => natural?.importId(id, properties) ?? []);
  const [only] = matches;
  const [id] = ids;
  if (only === undefined || id === undefined || ids.length !== 1 || matches.length !== 1)
    return { declared, action: "ask", candidates: ids };
  const loses = lossOf(natural, declared, only);
  return { declared, action: "import", id, ...(loses !== undefined && { loses }) };
}

/** What is in a resource of which there is one and not in its declaration. */
function lossOf(natural: NaturalKey | undefined, declared: Declared, existing: Existing): string | undefined {
  if (natural?.singleton === undefined) return undefined;
  const { holds, property } = natural.singleton;
  const stated = new Set(elementsOf(declared.inputs?.[property]));
  const lost = elementsOf(existing.properties[property]).filter((element) => !stated.has(element));
  if (lost.length === 0) return undefined;
  return `${lost.length} ${holds}${lost.length === 1 ? "" : "s"} that the program does not declare`;
}

function elementsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [];
}

/** What the declared resources belong to, as far as it is there. */
interface Scopes {
  /** Name of the program's zone; undefined where it has none or several. */
  readonly zone: string | undefined;
  /** Id of the program's project at Vercel, where it is there already. */
  readonly project: string | undefined;
}

function scopesIn(declared: readonly Declared[], found: Found): Scopes {
  const zone = only(declared.filter(({ type }) => type === zoneType));
  const project = only(declared.filter(({ type }) => type === projectType));
  const known = project && only(matchesOf(project, found, { zone: undefined, project: undefined }));
  return { zone: zone && textOf(zone.inputs ?? {}, "name"), project: known?.id };
}

const zoneType = "cloudflare:index/zone:Zone";
const projectType = "vercel:index/project:Project";

function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}

type Found = ReadonlyMap<string, readonly Existing[]>;

function matchesOf({ type, inputs = {} }: Declared, found: Found, scopes: Scopes): readonly Existing[] {
  const natural = naturalKeys[type];
  const key = natural?.key(inputs, { zone: scopes.zone });
  if (natural === undefined || key === undefined) return [];
  const at = (scope: string): readonly Existing[] => found.get(placeOf(type, scope, key)) ?? [];
  if (natural.scope === undefined) return at("");
  if (natural.scope.type === projectType) return scopes.project === undefined ? [] : at(scopes.project);
  // A zone that the inventory does not have may be that of the program.
  return scopes.zone === undefined ? [] : [...at(scopes.zone), ...at(anyZone)];
}

/** Where resources are kept whose zone is not known. */
const anyZone = "*";

function indexOf(existing: readonly Existing[]): Found {
  const zones = new Map(
    existing
      .filter(({ type }) => type === zoneType)
      .map(({ id, properties }) => [id, textOf(properties, "name")]),
  );
  const index = new Map<string, Existing[]>();
  for (const one of existing) {
    const natural = naturalKeys[one.type];
    if (natural === undefined) continue;
    const zone = zones.get(textOf(one.properties, "zoneId") ?? "");
    const key = natural.key(one.properties, { zone });
    if (key === undefined) continue;
    const at = placeOf(one.type, scopeOf(natural, one, zone), key);
    index.set(at, [...(index.get(at) ?? []), one]);
  }
  return index;
}

function scopeOf({ scope }: NaturalKey, { properties }: Existing, zone: string | undefined): string {
  if (scope === undefined) return "";
  return scope.type === zoneType ? (zone ?? anyZone) : (textOf(properties, scope.property) ?? "");
}

function placeOf(type: string, scope: string, key: string): string {
  return JSON.stringify([type, scope.toLowerCase(), key]);
}
