import { counted } from "../lib/text.ts";
import { type NaturalKey, naturalKeys } from "./keys.ts";
import { type Declared, type Existing, textOf, vendorOf } from "./resources.ts";

/**
 * What becomes of a declared resource in the first update.
 *
 * - `managed`: the state of the stack has it already.
 * - `import`: the vendor has it, and Pulumi takes it over by its id.
 * - `create`: the vendor has none by its natural key.
 * - `ask`: several could be it, or it is there and its id cannot be told; a person decides.
 * - `adopt`: a resource of the program's own code that takes over what is there when it is created.
 * - `overwrite`: a setting that is always there and that no provider imports; the update writes over it.
 * - `rotate`: a generated secret, which is new and replaces the one in use.
 * - `unknown`: nothing is known of that vendor, so whether it is there cannot be told.
 */
export type Action = "managed" | "import" | "create" | "ask" | "adopt" | "overwrite" | "rotate" | "unknown";

export interface Step {
  readonly declared: Declared;
  readonly action: Action;
  /** For `import`, what `pulumi import` takes. */
  readonly id?: string;
  /** For `ask`, the ids to choose from. */
  readonly candidates?: readonly string[];
  /** What the update would remove from a resource of which there is one, in words. */
  readonly loses?: string;
  /** What a resource of which there is one holds, while it is not imported: an update would replace that, too. */
  readonly replaces?: string;
  /** The name that the update takes from it, and the one that it gets. */
  readonly renames?: string;
  /** Why it cannot be told whether it is there. */
  readonly why?: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** What a vendor has and the program does not declare; it stays as it is. */
  readonly unmanaged: readonly Existing[];
  /** What the state of the stack itself has and the program no longer declares: an update deletes it. */
  readonly deleted: readonly Existing[];
}

export interface Given {
  readonly declared: readonly Declared[];
  readonly existing: readonly Existing[];
  /** Ids that a person chose, by URN; `create` for none. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
  /** Vendors of which everything is known, beside those that something was found of. */
  readonly vendors?: readonly string[] | undefined;
  /** Types of which there may be more than what is known, each with the reason. */
  readonly unread?: ReadonlyMap<string, string> | undefined;
}

/** Types that no provider imports; declaring one writes over what is there. */
const overwritten = new Set([
  "cloudflare:index/r2BucketLock:R2BucketLock",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  "render:index/notificationSetting:NotificationSetting",
  "render:index/logStream:LogStream",
]);

/** Settings of a zone, which always have some value: where none is known, declaring one writes over it. */
const alwaysThere = new Set([
  "cloudflare:index/zoneSetting:ZoneSetting",
  "cloudflare:index/zoneDnssec:ZoneDnssec",
  "cloudflare:index/universalSslSetting:UniversalSslSetting",
  "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings",
]);

/** Matches what is declared with what is there by their natural keys. The same input has the same plan. */
export function planImports(given: Given): Plan {
  const { declared, existing, answers = {}, unread = new Map<string, string>() } = given;
  const known = new Set([...existing.map(({ type }) => vendorOf(type)), ...(given.vendors ?? [])]);
  const managed = new Set(existing.flatMap(({ urn }) => urn ?? []));
  const types = Map.groupBy(existing, ({ type }) => type);
  const found = indexOf(existing);
  const chosenOf = ({ urn, type }: Declared): Existing | undefined => {
    const answer = Object.hasOwn(answers, urn) ? answers[urn] : undefined;
    return answer === undefined ? undefined : types.get(type)?.find((one) => isImportedBy(one, answer));
  };
  const scopes = scopesIn(declared, found, chosenOf);
  const taken = new Set<Existing>();
  const steps = declared
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"))
    .map((resource): Step => {
      const answer = Object.hasOwn(answers, resource.urn) ? answers[resource.urn] : undefined;
      if (managed.has(resource.urn)) {
        const matches = matchesOf(resource, found, scopes);
        for (const match of matches) taken.add(match);
        const live = only(matches.filter(({ urn }) => urn === undefined));
        return { declared: resource, action: "managed", ...(live && lossOf(resource, live)) };
      }
      if (answer === "create") return { declared: resource, action: "create" };
      if (answer !== undefined) {
        const chosen = chosenOf(resource);
        if (chosen !== undefined) taken.add(chosen);
        return { declared: resource, action: "import", id: answer, ...(chosen && renamed(resource, chosen)) };
      }
      if (resource.type.startsWith("pulumi-nodejs:")) return { declared: resource, action: "adopt" };
      if (resource.type.startsWith("random:")) return { declared: resource, action: "rotate" };
      if (overwritten.has(resource.type)) return { declared: resource, action: "overwrite" };
      const matches = matchesOf(resource, found, scopes);
      for (const match of matches) taken.add(match);
      if (matches.length > 0) return stepOf(resource, matches);
      const why = unread.get(resource.type);
      if (why !== undefined) return { declared: resource, action: "unknown", why };
      if (!known.has(vendorOf(resource.type))) return { declared: resource, action: "unknown" };
      const isTold = given.vendors?.includes(vendorOf(resource.type)) ?? false;
      return absent(resource, types.get(resource.type) ?? [], isTold);
    });
  const declaredUrns = new Set(declared.map(({ urn }) => urn));
  const ownStacks = new Set(declared.map(({ urn }) => stackOf(urn)));
  const isDeleted = ({ urn, type }: Existing): boolean =>
    urn !== undefined && ownStacks.has(stackOf(urn)) && !declaredUrns.has(urn) && !type.startsWith("pulumi:");
  const isLeft = (one: Existing): boolean =>
    !taken.has(one) && !declaredUrns.has(one.urn ?? "") && !isDeleted(one) && isManageable(one.type);
  return { steps, unmanaged: existing.filter(isLeft), deleted: existing.filter(isDeleted) };
}

/** The stack and the project of a URN, `urn:pulumi:STACK::PROJECT`. */
function stackOf(urn: string): string {
  return urn.split("::", 2).join("::");
}

function isManageable(type: string): boolean {
  return !type.startsWith("pulumi:") && !type.startsWith("pulumi-nodejs:") && !type.startsWith("random:");
}

/**
 * What nothing known is, by its natural key. Without a key, whatever is there of its type may be it.
 *
 * @param isTold whether a person said that all of the vendor is known
 */
function absent(declared: Declared, ofType: readonly Existing[], isTold: boolean): Step {
  const natural = naturalKeys[declared.type];
  if (natural === undefined && ofType.length > 0)
    return { declared, action: "ask", candidates: ofType.map(({ id }) => id).slice(0, mostCandidates) };
  if (alwaysThere.has(declared.type)) return { declared, action: "overwrite" };
  if (isTold || natural?.singleton?.isAlwaysThere !== true) return { declared, action: "create" };
  const id = natural.importId("", declared.inputs ?? {});
  const { holds } = natural.singleton;
  return {
    ...{ declared, action: id === undefined ? "ask" : "import" },
    ...(id !== undefined && { id }),
    replaces: `what it holds, which is not known: any ${holds} of it`,
  };
}

const mostCandidates = 50;

function stepOf(declared: Declared, matches: readonly Existing[]): Step {
  const natural = naturalKeys[declared.type];
  // A state and a vendor may tell of the same thing: it is one where it is imported by one id.
  const told = matches.map((match) => natural?.importId(match.id, match.properties));
  const ids = [...new Set(told.filter((id) => id !== undefined))];
  const newest = matches.find(({ urn }) => urn === undefined) ?? matches[0];
  const [id] = ids;
  if (newest === undefined || id === undefined || ids.length !== 1 || told.includes(undefined))
    return { declared, action: "ask", candidates: ids };
  return {
    declared,
    action: "import",
    id,
    ...lossOf(declared, newest),
    ...replacedBy(natural, newest),
    ...renamed(declared, newest),
  };
}

function isImportedBy({ type, id, properties }: Existing, answer: string): boolean {
  return id === answer || naturalKeys[type]?.importId(id, properties) === answer;
}

/** What is called otherwise where it is. A record's name is the place that it was found at. */
function renamed(declared: Declared, existing: Existing): Pick<Step, "renames"> {
  if (declared.type === "cloudflare:index/dnsRecord:DnsRecord") return {};
  const [from, to] = [existing.properties, declared.inputs ?? {}].map((all) => textOf(all, "name"));
  const isShown = from !== undefined && to !== undefined && ![from, to].includes("[secret]");
  return isShown && from !== to ? { renames: `${from} becomes ${to}` } : {};
}

/** What is in a resource of which there is one and not in its declaration. */
function lossOf(declared: Declared, existing: Existing): Pick<Step, "loses"> {
  const singleton = naturalKeys[declared.type]?.singleton;
  if (singleton === undefined) return {};
  const { holds, property, names } = singleton;
  const stated = new Set(elementsOf(declared.inputs?.[property]).flatMap(names));
  const lost = elementsOf(existing.properties[property]).filter(
    (element) => !names(element).some((name) => name !== undefined && stated.has(name)),
  );
  return lost.length === 0
    ? {}
    : { loses: `${counted(lost.length, holds)} that the program does not declare` };
}

function replacedBy(natural: NaturalKey | undefined, { properties }: Existing): Pick<Step, "replaces"> {
  if (natural?.singleton === undefined) return {};
  const { holds, property } = natural.singleton;
  const count = elementsOf(properties[property]).length;
  return count === 0 ? {} : { replaces: counted(count, holds) };
}

function elementsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

/** What the declared resources belong to, as far as it is there. */
interface Scopes {
  /** Name of the program's zone; undefined where it has none or several. */
  readonly zone: string | undefined;
  /** Id of the program's project at Vercel, where it is there already. */
  readonly project: string | undefined;
}

function scopesIn(
  declared: readonly Declared[],
  found: Found,
  chosenOf: (resource: Declared) => Existing | undefined,
): Scopes {
  const zone = only(declared.filter(({ type }) => type === zoneType));
  const project = only(declared.filter(({ type }) => type === projectType));
  const known =
    project &&
    (chosenOf(project) ?? only(matchesOf(project, found, { zone: undefined, project: undefined })));
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
