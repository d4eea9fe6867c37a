import type { Input } from "@pulumi/pulumi";
import {
  type AnyValue,
  known,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  select,
  type Token,
  type Value,
} from "../framework/index.ts";
import { ownerOf } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { cloudflare } from "./tokens.ts";

/** A Cloudflare zone: one that the stack declares, or one whose protection it declares by the zone's id. */
export interface Zone {
  /** What a violation of the zone as a whole is reported on; undefined if the zone is declared elsewhere. */
  readonly resource: ReturnType<typeof declaredZones>[number] | undefined;
  readonly key: string;
}

/** Every zone that the stack is responsible for. A record in someone else's zone does not make it so. */
export const zones: (stack: Stack) => readonly Zone[] = perStack((stack) => {
  const declared = declaredZones(stack).map((resource) => ({ resource, key: resource.urn }));
  const keys = new Set(protections.flatMap((type) => [...byZone(stack, type).keys()]));
  const urns = new Set(declared.map(({ key }) => key));
  const others = [...keys].filter((key) => key !== unresolved && !urns.has(key));
  const named = [...declared, ...others.map((key) => ({ resource: undefined, key }))];
  // With no other zone in sight, all that is in an unknown zone is in the same one.
  return named.length === 0 && keys.has(unresolved) ? [{ resource: undefined, key: unresolved }] : named;
});

const declaredZones = (stack: Stack) => stack.ofType(cloudflare.zone);

/** The zone of a resource, such as a record; undefined where the stack is not responsible for it. */
export function zoneOf(stack: Stack, resource: ResourceOf<ZoneBound>): Zone | undefined {
  return zonesByKey(stack).get(zoneKey(stack, resource) ?? "");
}

const zonesByKey = perStack((stack) => new Map(zones(stack).map((zone) => [zone.key, zone])));

/** The name of a zone, in lower case; undefined for one that is declared elsewhere. Throws UnknownRead. */
export function zoneName(zone: Zone): string | undefined {
  return zone.resource?.at("name").string()?.toLowerCase();
}

/** Properties of what is in a zone. */
interface ZoneBound {
  zoneId?: Input<string | undefined>;
}

/**
 * The resources of a type in a zone that pass the test. Throws UnknownRead where none surely does and one whose
 * zone or tested value is unknown could.
 */
export function inZone<P extends ZoneBound>(
  stack: Stack,
  zone: Zone,
  type: Token<P>,
  test: (resource: ResourceOf<P>) => boolean = () => true,
): ResourceOf<P>[] {
  const index = byZone(stack, type);
  const candidates = (index.get(zone.key) ?? []).filter((resource) => resource.is(type));
  const found = select(candidates, test);
  const [anyones] = index.get(unresolved) ?? [];
  if (found.length === 0 && anyones !== undefined && zone.key !== unresolved) {
    // Throws: its zone is unknown, so it may be this one.
    anyones.at("zoneId").string();
  }
  return found;
}

/** The value of the setting `security_header`, as Cloudflare's API has it. */
export interface SecurityHeader {
  strict_transport_security?: {
    enabled?: boolean;
    max_age?: number;
    include_subdomains?: boolean;
    preload?: boolean;
    nosniff?: boolean;
  };
  /** The same as a program may misspell it. */
  strictTransportSecurity?: object;
}

/** The zone settings with an id, such as `min_tls_version`, of a zone. Throws UnknownRead. */
export function zoneSettings(stack: Stack, zone: Zone, id: string) {
  return inZone(stack, zone, cloudflare.zoneSetting, (setting) => setting.at("settingId").string() === id);
}

const unresolved = "";

/** What makes a stack responsible for a zone. */
const protections: readonly Token<ZoneBound>[] = [
  cloudflare.zoneSetting,
  cloudflare.ruleset,
  cloudflare.universalSsl,
  cloudflare.certificatePack,
  cloudflare.dnssec,
];

type ByZone = ReadonlyMap<string, readonly ResourceOf<ZoneBound>[]>;

const indexes = perStack(() => new Map<string, ByZone>());

/** Resources of a type by the key of their zone: the zone's urn, else its id, else `unresolved`. */
function byZone(stack: Stack, type: Token<ZoneBound>): ByZone {
  const kept = indexes(stack).get(type);
  if (kept !== undefined) {
    return kept;
  }
  const index = new Map<string, ResourceOf<ZoneBound>[]>();
  for (const resource of stack.ofType(type)) {
    const key = zoneKey(stack, resource);
    const same = key === undefined ? undefined : index.get(key);
    if (same !== undefined) {
      same.push(resource);
    } else if (key !== undefined) {
      index.set(key, [resource]);
    }
  }
  indexes(stack).set(type, index);
  return index;
}

/** Key of a resource's zone; undefined for a resource of an account as a whole. */
function zoneKey(stack: Stack, resource: ResourceOf<ZoneBound>): string | undefined {
  const found = known(() => ({
    key: ownerOf(stack, resource, "zoneId", cloudflare.zone)?.urn ?? resource.at("zoneId").string(),
  }));
  return found === undefined ? unresolved : found.key;
}

/** Where Cloudflare Access asks for a sign-in, as `app.example.com/path`: by each of the ways to say so. */
export const accessPlaces = (application: ResourceOf<PropertiesOf<typeof cloudflare.access>>): AnyValue[] => [
  application.at("domain"),
  ...application.at("selfHostedDomains").items(),
  ...application
    .at("destinations")
    .items()
    .map((destination) => destination.at("uri")),
];

/**
 * Whether a sign-in of Cloudflare Access is asked of nobody: a policy of the application, or a reusable one that it
 * names, bypasses it for everyone. Cloudflare looks at those before all others.
 */
export function asksNobody(
  stack: Stack,
  application: ResourceOf<PropertiesOf<typeof cloudflare.access>>,
): boolean {
  const own = application.at("policies").items();
  const ids = new Set(own.flatMap((policy) => known(() => policy.at("id").string()) ?? []));
  const reusable = stack
    .ofType(cloudflare.accessPolicy)
    .filter((it) => application.dependencies.includes(it) || (it.id !== undefined && ids.has(it.id)))
    .map((it) => it.at());
  return [...own, ...reusable].some(
    (policy) =>
      known(() => policy.at("decision").string() === "bypass" && isForEveryone(policy.as<AccessRules>())) ===
      true,
  );
}

/** Whom a policy of Cloudflare Access is about. */
interface AccessRules {
  includes?: Input<Input<{ everyone?: unknown }>[] | undefined>;
  excludes?: Input<Input<object>[] | undefined>;
  requires?: Input<Input<object>[] | undefined>;
}

function isForEveryone(policy: Value<AccessRules>): boolean {
  const isLimited = (["excludes", "requires"] as const).some((list) => policy.at(list).items().length > 0);
  return (
    !isLimited &&
    policy
      .at("includes")
      .items()
      .some((one) => one.at("everyone").exists && known(() => one.at("everyone").boolean()) !== false)
  );
}
