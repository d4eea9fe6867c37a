import {
  type Finding,
  judge,
  type Resource,
  type Stack,
  select,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { known } from "./known.ts";
import { ownerOf } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { cloudflare, render, vercel } from "./tokens.ts";

/** A Cloudflare zone: one that the stack declares, or one whose protection it declares by the zone's id. */
export interface Zone {
  /** Its resource, on which what is wrong with the whole zone is reported; undefined if declared elsewhere. */
  readonly resource: Resource | undefined;
  readonly key: string;
}

/** Every zone that the stack is responsible for. A record in someone else's zone does not make it so. */
export const zones: (stack: Stack) => readonly Zone[] = perStack((stack) => {
  const declared = stack.ofType(cloudflare.zone).map((resource) => ({ resource, key: resource.urn }));
  const keys = new Set(protections.flatMap((type) => [...byZone(stack, type).keys()]));
  const urns = new Set(declared.map(({ key }) => key));
  const others = [...keys].filter((key) => key !== unresolved && !urns.has(key));
  const named = [...declared, ...others.map((key) => ({ resource: undefined, key }))];
  // With no other zone in sight, what has an unknown zone has one and the same.
  return named.length === 0 && keys.has(unresolved) ? [{ resource: undefined, key: unresolved }] : named;
});

/** The zone of a resource, such as a record; undefined where it is none that the stack is responsible for. */
export function zoneOf(stack: Stack, resource: Resource): Zone | undefined {
  return zonesByKey(stack).get(zoneKey(stack, resource) ?? "");
}

const zonesByKey = perStack((stack) => new Map(zones(stack).map((zone) => [zone.key, zone])));

/** Judges each zone. Without any, the requirement is violated with the message `absent`, if there is one. */
export function judgeZones(
  stack: Stack,
  absent: string | undefined,
  test: (zone: Zone) => Verdict,
): Finding[] {
  const all = zones(stack);
  return all.length === 0 ? nothing(absent) : all.map((zone) => judge(zone.resource, () => test(zone)));
}

/**
 * Judges in each zone the resources that `find` gives; a zone in which it finds none is violated with the
 * message `missing`. Without any zone, the requirement is violated with the message `absent`, if there is one.
 */
export function judgeInZones(
  stack: Stack,
  absent: string | undefined,
  find: (zone: Zone) => readonly Resource[],
  missing: string,
  test: (resource: Resource) => Verdict,
): Finding[] {
  const all = zones(stack);
  if (all.length === 0) {
    return nothing(absent);
  }
  return all.flatMap((zone) => {
    const found: Resource[] = [];
    const presence = judge(zone.resource, () => {
      found.push(...find(zone));
      return found.length > 0 || missing;
    });
    return [presence, ...found.map((resource) => judge(resource, () => test(resource)))];
  });
}

const nothing = (absent: string | undefined): Finding[] => (absent === undefined ? [] : [violation(absent)]);

/**
 * The message that no zone is declared; none where Vercel or Render face the public themselves. Both then
 * issue certificates, take TLS 1.2 or higher and redirect plain http, whatever the stack says:
 * https://vercel.com/docs/encryption and https://render.com/docs/tls
 */
export function unlessHostFacesPublic(stack: Stack, absent: string): string | undefined {
  return stack.ofType(vercel.domain, render.webService).length > 0 ? undefined : absent;
}

/** The name of a zone, in lower case; undefined for one that is declared elsewhere. Throws UnknownRead. */
export function zoneName(zone: Zone): string | undefined {
  return zone.resource?.at("name").string()?.toLowerCase();
}

/**
 * The resources of a type in a zone that pass the test. Throws UnknownRead where there is none and one whose
 * zone or tested value is unknown could be it.
 */
export function inZone(
  stack: Stack,
  zone: Zone,
  type: string,
  test: (resource: Resource) => boolean = () => true,
): Resource[] {
  const index = byZone(stack, type);
  const found = select(index.get(zone.key) ?? [], test);
  const [anyones] = index.get(unresolved) ?? [];
  if (found.length === 0 && anyones !== undefined && zone.key !== unresolved) {
    // Throws: its zone is unknown, so it may be this one.
    anyones.at("zoneId").string();
  }
  return found;
}

/** The zone settings with an id, such as `min_tls_version`, of a zone. Throws UnknownRead. */
export function zoneSettings(stack: Stack, zone: Zone, id: string): Resource[] {
  return inZone(stack, zone, cloudflare.zoneSetting, (setting) => setting.at("settingId").string() === id);
}

const unresolved = "";

/** What makes a stack responsible for a zone. */
const protections: readonly string[] = [
  cloudflare.zoneSetting,
  cloudflare.ruleset,
  cloudflare.universalSsl,
  cloudflare.certificatePack,
  cloudflare.dnssec,
];

const indexes = perStack(() => new Map<string, ReadonlyMap<string, readonly Resource[]>>());

/** Resources of a type by the key of their zone: the zone's urn, else its id, else `unresolved`. */
function byZone(stack: Stack, type: string): ReadonlyMap<string, readonly Resource[]> {
  const kept = indexes(stack).get(type);
  if (kept !== undefined) {
    return kept;
  }
  const index = new Map<string, Resource[]>();
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

/** Key of a resource's zone; undefined for a resource of a whole account. */
function zoneKey(stack: Stack, resource: Resource): string | undefined {
  const found = known(() => ({
    key: ownerOf(stack, resource, "zoneId", cloudflare.zone)?.urn ?? resource.at("zoneId").string(),
  }));
  return found === undefined ? unresolved : found.key;
}
