import type { ProjectArgs } from "@pulumi/vercel";
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
import { type Domain, domains, type HostRecord, hostRecords, isVendorsOwn, recordsFor } from "./domains.ts";
import type { Edge } from "./edge.ts";
import { edges } from "./edges.ts";
import { perStack } from "./per-stack.ts";
import { redirectsHost } from "./redirects.ts";
import type { RenderHost, RenderHostArgs } from "./render-host.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { applicationHosts, hosts, isOtherHost } from "./variables.ts";
import { type Zone, zoneName, zoneOf, zones } from "./zones.ts";

/** A public host of the platform and what stands in front of it. */
export interface Site {
  readonly host: string;
  /** The zone whose rules act on the host's traffic; undefined where the traffic goes past Cloudflare. */
  readonly zone: Zone | undefined;
  /** The record that leaves the zone out of the traffic, since it is not proxied. */
  readonly unproxied: Resource | undefined;
  /** What else stands in front of the host. */
  readonly edge: Edge | undefined;
  /** The host of the application that answers there, where it is one. */
  readonly application: Resource | undefined;
  /** Whether a host of something else than the application answers there. */
  readonly isBeside: boolean;
  /** The framework whose pages the host that answers there is made for, where its vendor asks for one. */
  readonly framework: AnyValue | undefined;
  /** The path of the health check of the host that answers there. */
  readonly healthPath: AnyValue | undefined;
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
 * Judges, as `judgeSites` does, only the names at which a host of the application answers. A record without one may
 * lead anywhere, and a wildcard is not a host to call.
 */
export function judgeApplicationSites(
  stack: Stack,
  absent: string | undefined,
  test: (site: Site) => Verdict,
): Finding[] {
  const { unknowns } = declarations(stack);
  return judgeFound(stack, { found: answering(stack), unknowns }, absent, test);
}

/** The known names at which a host of the application answers, or at which this one does, in lower case. */
export const applicationNames = (stack: Stack, host?: Resource): readonly string[] =>
  answering(stack)
    .filter(([, { domain }]) => host === undefined || known(() => domain?.host()) === host)
    .map(([name]) => name);

const answering: (stack: Stack) => readonly [string, Declaration][] = perStack((stack) =>
  [...declarations(stack).found].filter(
    ([host, { domain }]) => !host.startsWith("*") && domain !== undefined && isOfApplication(stack, domain),
  ),
);

/** Judges, as `judgeSites` does, the names at which a host only sends visitors on. */
export function judgeRedirectingSites(stack: Stack, test: (site: Site) => Verdict): Finding[] {
  return domains(stack)
    .filter((domain) => known(() => domain.isServing()) === false)
    .flatMap((domain) => {
      const host = known(() => domain.name.string()?.toLowerCase());
      const { resource } = domain;
      return host === undefined
        ? []
        : [judge(resource, () => test(toSite(stack, host, { resource, domain })))];
    });
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

/** The path of a site's health check, where there is one and it is known. */
export const knownHealthPath = ({ healthPath }: Site): string | undefined =>
  healthPath?.isUnknown === false ? healthPath.string() : undefined;

/** What a message adds where the rules of the zone cannot act on a site. */
export function notProxied({ unproxied }: Site): string {
  return unproxied === undefined ? "" : `, because its record ${unproxied.name} is not proxied`;
}

interface Declaration {
  /** The resource that declares the host. */
  readonly resource: Resource;
  readonly domain?: Domain;
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
      if (host !== undefined && !isVendorsOwn(host)) {
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
  for (const domain of domains(stack)) {
    add({ resource: domain.resource, domain }, () => (domain.isServing() ? domain.name.string() : undefined));
  }
  for (const record of hostRecords(stack)) {
    const host = known(() => record.host());
    const { domain } = (host === undefined ? undefined : found.get(host)) ?? {};
    const { resource } = record;
    const zone = resource.is(cloudflare.dnsRecord, cloudflare.record)
      ? known(() => zoneOf(stack, resource))
      : undefined;
    if (host !== undefined && domain === undefined && zone && redirectsHost(stack, zone, host)) {
      found.delete(host);
    }
  }
  // The record of a host that redirects is proxied like any other.
  for (const domain of domains(stack).filter((it) => known(() => it.isServing()) !== true)) {
    found.delete(known(() => domain.name.string()?.toLowerCase()) ?? "");
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

/** A record at a vendor that is no CDN is never proxied. */
const isProxied = ({ proxied }: HostRecord): boolean => proxied?.boolean() === true;

/** Whether the host behind a domain is one of the application; of one that the stack does not declare it is taken so. */
function isOfApplication(stack: Stack, domain: Domain): boolean {
  const host = known(() => domain.host());
  const all = applicationHosts(stack);
  return host === undefined || all.length === 0 || all.some(({ resource }) => resource === host);
}

/** The site of a host that a domain declares, or a record alone: several policies ask for it. */
function toSite(stack: Stack, host: string, { domain }: Declaration): Site {
  const ofHost = sitesMade(stack);
  const made = ofHost.get(host) ?? new Map<Domain | undefined, () => Site>();
  ofHost.set(host, made);
  const site = made.get(domain) ?? once(() => siteOf(stack, host, domain));
  made.set(domain, site);
  return site();
}

const sitesMade = perStack(() => new Map<string, Map<Domain | undefined, () => Site>>());

/** The same answer each time, or the same error. */
function once<T>(compute: () => T): () => T {
  let answer: { readonly value: T } | { readonly error: unknown } | undefined;
  return () => {
    if (answer === undefined) {
      try {
        answer = { value: compute() };
      } catch (error) {
        answer = { error };
      }
    }
    if ("error" in answer) throw answer.error;
    return answer.value;
  };
}

function siteOf(stack: Stack, host: string, domain: Domain | undefined): Site {
  const [record, ...others] = recordsFor(stack)(host)
    .flatMap(({ resource }) => (resource.is(cloudflare.dnsRecord, cloudflare.record) ? [resource] : []))
    .filter((resource) => resource.at("type").string() !== "HTTPS");
  const unproxied = (record === undefined ? [] : [record, ...others]).find(
    (candidate) => candidate.at("proxied").boolean() !== true,
  );
  const zone = zoneFor(stack, host, record);
  // A paused zone answers by DNS alone.
  const acts = unproxied === undefined && zone?.resource?.at("paused").boolean() !== true;
  const own = domain?.host();
  return {
    host,
    zone: acts ? zone : undefined,
    unproxied,
    edge: edgeOf(stack, host),
    application: applicationHosts(stack).find(({ resource }) => resource === own)?.resource,
    isBeside: own !== undefined && isOtherHost(stack)(own),
    framework: hosts(stack).find(({ resource }) => resource === own)?.framework,
    healthPath: hosts(stack).find(({ resource }) => resource === own)?.healthPath,
    project: own?.is(vercel.project) ? own : undefined,
    service: own?.is<RenderHostArgs>(render.webService, render.staticSite) ? own : undefined,
  };
}

const edgeOf = (stack: Stack, host: string): Edge | undefined =>
  edges(stack).find(({ names }) => names.some((name) => known(() => name.string()?.toLowerCase()) === host));

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
