import type { ProjectArgs, ProjectDomainArgs } from "@pulumi/vercel";
import {
  type AnyValue,
  type Finding,
  judge,
  known,
  lookup,
  type Resource,
  type ResourceOf,
  type Stack,
  UnknownRead,
  type Verdict,
  violation,
} from "../framework/index.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { customDomains, type HostRecord, hostRecords, type RenderHost, recordsFor } from "./domains.ts";
import { ownerOf } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { redirectsHost } from "./redirects.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { type Zone, zoneName, zoneOf, zones } from "./zones.ts";

/** A public host of the platform and what stands in front of it. */
export interface Site {
  readonly host: string;
  /** The zone whose rules act on the host's traffic; undefined where the traffic goes past Cloudflare. */
  readonly zone: Zone | undefined;
  /** The record that leaves the zone out of the traffic, since it is not proxied. */
  readonly unproxied: Resource | undefined;
  /** The Vercel project that serves the host, if one does. */
  readonly project: ResourceOf<ProjectArgs> | undefined;
  /** The Render service that serves the host, if one does. */
  readonly service: RenderHost | undefined;
}

/**
 * Judges each public host: the domains of Vercel projects and Render services, and the proxied records of
 * the zones; without any of those, the zones themselves. A host that only redirects serves nothing and is
 * left out. Without any host, the requirement is violated with the message `absent`, if there is one.
 */
export function judgeSites(
  stack: Stack,
  absent: string | undefined,
  test: (site: Site) => Verdict,
): Finding[] {
  const { found, unknowns } = declarations(stack);
  return judgeFound(stack, { found: [...found], unknowns }, absent, test);
}

/**
 * Judges, as `judgeSites` does, only the hosts at which a Vercel project or a Render service answers by name.
 * A record without either may lead anywhere, and a wildcard is not a host to call.
 */
export function judgeApplicationSites(
  stack: Stack,
  absent: string,
  test: (site: Site) => Verdict,
): Finding[] {
  const { found, unknowns } = declarations(stack);
  const answering = [...found].filter(
    ([host, { domain, service }]) => !host.startsWith("*") && (domain ?? service) !== undefined,
  );
  return judgeFound(stack, { found: answering, unknowns }, absent, test);
}

function judgeFound(
  stack: Stack,
  { found, unknowns }: { found: readonly [string, Declaration][]; unknowns: readonly AnyValue[] },
  absent: string | undefined,
  test: (site: Site) => Verdict,
): Finding[] {
  if (found.length === 0 && unknowns.length === 0) {
    return absent === undefined ? [] : [violation(absent)];
  }
  return [
    ...found.map(([host, declaration]) =>
      judge(declaration.resource, () => test(toSite(stack, host, declaration))),
    ),
    ...unknowns.map((value): Finding => ({ answer: "unknown", value })),
  ];
}

/** A request to a site by which rules are judged. */
export function requestTo(site: Site, path = "/", method = "GET"): SampleRequest {
  const host = site.host.replace(/^\*/, "any");
  return { host, path, method, scheme: "https", zone: site.zone && knownName(site.zone) };
}

/** What a message adds where the rules of the zone cannot act on a site. */
export function notProxied({ unproxied }: Site): string {
  return unproxied === undefined ? "" : `, because its record ${unproxied.name} is not proxied`;
}

interface Declaration {
  /** The resource that declares the host. */
  readonly resource: Resource;
  readonly domain?: ResourceOf<ProjectDomainArgs>;
  readonly service?: RenderHost;
}

interface Declarations {
  readonly found: ReadonlyMap<string, Declaration>;
  /** What has to be known before it can be told which hosts there are. */
  readonly unknowns: readonly AnyValue[];
}

const declarations: (stack: Stack) => Declarations = perStack((stack) => {
  const found = new Map<string, Declaration>();
  const unknowns: AnyValue[] = [];
  const add = (declaration: Declaration, read: () => string | undefined) => {
    try {
      const host = read()?.toLowerCase();
      if (host !== undefined && !isPlatformsOwn(host)) {
        found.set(host, { ...found.get(host), ...declaration });
      }
    } catch (error) {
      if (!(error instanceof UnknownRead)) {
        throw error;
      }
      unknowns.push(error.value);
    }
  };
  for (const record of hostRecords(stack)) {
    add({ resource: record.resource }, () => (isProxied(record) ? record.host() : undefined));
  }
  for (const service of stack.ofType(render.webService, render.staticSite)) {
    for (const name of customDomains(service)) {
      add({ resource: service, service }, () => name.string());
    }
  }
  const domains = stack.ofType(vercel.domain);
  for (const domain of domains) {
    add({ resource: domain, domain }, () =>
      servesProduction(domain) ? domain.at("domain").string() : undefined,
    );
  }
  for (const record of hostRecords(stack)) {
    const host = known(() => record.host());
    const { domain, service } = (host === undefined ? undefined : found.get(host)) ?? {};
    const { resource } = record;
    const zone = resource.is(cloudflare.dnsRecord, cloudflare.record)
      ? known(() => zoneOf(stack, resource))
      : undefined;
    if (host !== undefined && (domain ?? service) === undefined && zone && redirectsHost(stack, zone, host)) {
      found.delete(host);
    }
  }
  // The record of a host that redirects is proxied like any other.
  for (const domain of domains.filter((it) => known(() => servesProduction(it)) !== true)) {
    found.delete(known(() => domain.at("domain").string()?.toLowerCase()) ?? "");
  }
  if (found.size === 0 && unknowns.length === 0) {
    for (const { resource } of zones(stack)) {
      if (resource !== undefined) {
        add({ resource }, () => resource.at("name").string());
      }
    }
  }
  return { found, unknowns };
});

/** Vercel's own records are never proxied by Cloudflare. */
function isProxied({ resource }: HostRecord): boolean {
  return resource.is(cloudflare.dnsRecord, cloudflare.record) && resource.at("proxied").boolean() === true;
}

/** The names that Vercel and Render give every project: nobody can put an edge in front of them. */
const isPlatformsOwn = (host: string): boolean => /\.(vercel\.app|onrender\.com)$/i.test(host);

/** A domain that redirects, or that shows a preview, is not a site of its own. */
const servesProduction = (domain: ResourceOf<ProjectDomainArgs>): boolean =>
  !(["redirect", "gitBranch", "customEnvironmentId"] as const).some((property) => domain.at(property).exists);

function toSite(stack: Stack, host: string, { domain, service }: Declaration): Site {
  const [record, ...others] = recordsFor(stack)(host)
    .flatMap(({ resource }) => (resource.is(cloudflare.dnsRecord, cloudflare.record) ? [resource] : []))
    .filter((resource) => resource.at("type").string() !== "HTTPS");
  const unproxied = (record === undefined ? [] : [record, ...others]).find(
    (candidate) => candidate.at("proxied").boolean() !== true,
  );
  const zone = zoneFor(stack, host, record);
  // A paused zone answers by DNS alone.
  const acts = unproxied === undefined && zone?.resource?.at("paused").boolean() !== true;
  const project = domain && ownerOf(stack, domain, "projectId", vercel.project);
  return { host, zone: acts ? zone : undefined, unproxied, project, service };
}

/** By its record, else by its name: the longest name of a zone that the host ends in. */
function zoneFor(
  stack: Stack,
  host: string,
  record: Parameters<typeof zoneOf>[1] | undefined,
): Zone | undefined {
  const byRecord = record && zoneOf(stack, record);
  if (byRecord !== undefined) {
    return byRecord;
  }
  const zoneNamed = zonesByName(stack);
  const labels = host.split(".");
  const named = labels
    .map((_, index) => known(() => zoneNamed(labels.slice(index).join("."))[0]))
    .find((zone) => zone !== undefined);
  if (named !== undefined) {
    return named;
  }
  // Throws where a zone's name is unknown, so that the host may be in it.
  zoneNamed(host);
  const [elsewhere, ...others] = zones(stack).filter(({ resource }) => resource === undefined);
  return others.length === 0 ? elsewhere : undefined;
}

const zonesByName = perStack((stack) => lookup(zones(stack), zoneName));

const knownName = (zone: Zone): string | undefined => known(() => zoneName(zone));
