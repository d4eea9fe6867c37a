import {
  type Finding,
  judge,
  type Resource,
  type Stack,
  type Value,
  type Verdict,
  violation,
} from "../framework/index.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { known } from "./known.ts";
import { ownerOf } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { type Zone, zoneName, zoneOf, zones } from "./zones.ts";

/** A public host of the platform and what stands in front of it. */
export interface Site {
  readonly host: string;
  /** The zone whose rules act on the host's traffic; undefined where none does. */
  readonly zone: Zone | undefined;
  /** The record that leaves the zone out of the traffic, since it is not proxied. */
  readonly unproxied: Resource | undefined;
  /** The Vercel project that serves the host, if one does. */
  readonly project: Resource | undefined;
  /** The Render service that serves the host, if one does. */
  readonly service: Resource | undefined;
}

/**
 * Judges each public host: the domains of Vercel projects and Render services, and the proxied records of
 * the zones; where there are none, the zones themselves. A host that only redirects serves nothing and is
 * left out. Without any host, the requirement is violated with the message `absent`, if there is one.
 */
export function judgeSites(
  stack: Stack,
  absent: string | undefined,
  test: (site: Site) => Verdict,
): Finding[] {
  const { found, unknowns } = declarations(stack);
  if (found.size === 0 && unknowns.length === 0) {
    return absent === undefined ? [] : [violation(absent)];
  }
  return [
    ...[...found].map(([host, declaration]) =>
      judge(declaration.resource, () => test(toSite(stack, host, declaration))),
    ),
    // Reading the name of a host that is not known yet makes the finding unknown.
    ...unknowns.map((value) =>
      judge(value.resource, () => value.string() !== undefined || "The host has no name."),
    ),
  ];
}

/** A request to a site by which rules are judged. */
export function requestTo(site: Site, path = "/", method = "GET"): SampleRequest {
  const host = site.host.replace(/^\*/, "any");
  return { host, path, method, scheme: "https", zone: site.zone && knownName(site.zone) };
}

/** What a message adds where no rule of the zone can act on a site. */
export function notProxied({ unproxied }: Site): string {
  return unproxied === undefined ? "" : `, since its record ${unproxied.name} is not proxied`;
}

interface Declaration {
  /** The resource that declares the host. */
  readonly resource: Resource;
  readonly domain?: Resource;
  readonly service?: Resource;
}

interface Declarations {
  readonly found: ReadonlyMap<string, Declaration>;
  /** Names of hosts that are not known yet. */
  readonly unknowns: readonly Value[];
}

const declarations: (stack: Stack) => Declarations = perStack((stack) => {
  const found = new Map<string, Declaration>();
  const unknowns: Value[] = [];
  const add = (name: Value, declaration: Declaration, host = known(() => name.string())) => {
    if (host !== undefined && isPlatformsOwn(host)) {
      return;
    }
    if (host !== undefined) {
      found.set(host.toLowerCase(), { ...found.get(host.toLowerCase()), ...declaration });
    } else if (name.isUnknown) {
      unknowns.push(name);
    }
  };
  for (const record of proxiedRecords(stack)) {
    add(record.at("name"), { resource: record }, recordHost(stack, record));
  }
  for (const service of stack.ofType(render.webService, render.staticSite)) {
    for (const entry of known(() => service.at("customDomains").items()) ?? []) {
      add(entry.at("name"), { resource: service, service });
    }
  }
  for (const domain of stack.ofType(vercel.domain).filter(servesProduction)) {
    add(domain.at("domain"), { resource: domain, domain });
  }
  for (const domain of stack.ofType(vercel.domain).filter((it) => !servesProduction(it))) {
    found.delete(known(() => domain.at("domain").string()?.toLowerCase()) ?? "");
  }
  if (found.size === 0 && unknowns.length === 0) {
    for (const { resource } of zones(stack)) {
      if (resource !== undefined) {
        add(resource.at("name"), { resource });
      }
    }
  }
  return { found, unknowns };
});

/** The names that Vercel and Render give every project: nobody can put an edge in front of them. */
const isPlatformsOwn = (host: string): boolean => /\.(vercel\.app|onrender\.com)$/i.test(host);

/** A domain that redirects, or that shows a preview, is no site of its own. */
function servesProduction(domain: Resource): boolean {
  const other = ["redirect", "gitBranch", "customEnvironmentId"];
  return !other.some((property) => domain.at(property).isUnknown || domain.at(property).exists);
}

function toSite(stack: Stack, host: string, { domain, service }: Declaration): Site {
  const records = recordsByHost(stack).get(host) ?? [];
  const unproxied = records.find((record) => record.at("proxied").boolean() !== true);
  const zone = zoneFor(stack, host, records[0]);
  // A paused zone answers by DNS alone.
  const acts = unproxied === undefined && zone?.resource?.at("paused").boolean() !== true;
  const project = domain && ownerOf(stack, domain, "projectId", vercel.project);
  return { host, zone: acts ? zone : undefined, unproxied, project, service };
}

/** By its record, else by its name: the longest name of a zone that the host ends in. */
function zoneFor(stack: Stack, host: string, record: Resource | undefined): Zone | undefined {
  const byRecord = record && zoneOf(stack, record);
  if (byRecord !== undefined) {
    return byRecord;
  }
  const labels = host.split(".");
  for (let index = 0; index < labels.length; index++) {
    const zone = zonesByName(stack).get(labels.slice(index).join("."));
    if (zone !== undefined) {
      return zone;
    }
  }
  // The only zone there is may be named elsewhere, or not known yet.
  const [only, ...others] = zones(stack);
  return others.length === 0 && only !== undefined && knownName(only) === undefined ? only : undefined;
}

const zonesByName = perStack(
  (stack) => new Map(zones(stack).flatMap((zone) => keyed(knownName(zone), zone))),
);

const knownName = (zone: Zone): string | undefined => known(() => zoneName(zone));

const keyed = <T>(key: string | undefined, value: T): [string, T][] =>
  key === undefined ? [] : [[key, value]];

const recordsByHost = perStack((stack) => {
  const records = new Map<string, Resource[]>();
  for (const record of addressRecords(stack)) {
    const host = recordHost(stack, record);
    const same = host === undefined ? undefined : records.get(host);
    if (same !== undefined) {
      same.push(record);
    } else if (host !== undefined) {
      records.set(host, [record]);
    }
  }
  return records;
});

function addressRecords(stack: Stack): Resource[] {
  return stack
    .ofType(cloudflare.dnsRecord)
    .filter((record) => ["A", "AAAA", "CNAME"].includes(known(() => record.at("type").string()) ?? ""));
}

function proxiedRecords(stack: Stack): Resource[] {
  return addressRecords(stack).filter((record) => known(() => record.at("proxied").boolean()) === true);
}

/** The full name of a record, which Cloudflare takes as `@`, relative to the zone, or in full. */
function recordHost(stack: Stack, record: Resource): string | undefined {
  const name = known(() => record.at("name").string()?.toLowerCase());
  const zone = zoneOf(stack, record);
  const parent = zone && knownName(zone);
  if (name === undefined || parent === undefined || name === parent || name.endsWith(`.${parent}`)) {
    return name;
  }
  return name === "@" ? parent : `${name}.${parent}`;
}
