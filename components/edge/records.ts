import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import type { Input } from "@pulumi/pulumi";
import type { EdgeScope } from "./scope.ts";

/** Cloudflare's "automatic", the only time to live of a proxied record. */
const AUTOMATIC = 1;

/** Hosts of the platform. `redirect` is absent where the stage has no such name. */
export interface EdgeHosts {
  readonly web: string;
  readonly redirect?: string | undefined;
  readonly api: string;
}

export interface EdgeTargets {
  /** Host name that serves `web` and `redirect`. */
  readonly web: Input<string>;
  /** Host name that serves `api`. */
  readonly api: Input<string>;
}

/**
 * A record for each host, proxied, so that TLS, WAF, limits, headers and cache apply to it. Cloudflare
 * flattens the CNAME at the apex. The edge neither keeps nor blocks `/.well-known/`, where Vercel and the
 * certificate authorities check a host. Render is on Cloudflare itself and takes proxied records of any plan
 * (Cloudflare calls it orange-to-orange); WebSockets do not pass that way.
 */
export function createHostRecords(scope: EdgeScope, hosts: EdgeHosts, targets: EdgeTargets): void {
  createAlias(scope, "web", hosts.web, targets.web);
  if (hosts.redirect !== undefined) createAlias(scope, "redirect", hosts.redirect, targets.web);
  createAlias(scope, "api", hosts.api, targets.api);
}

function createAlias(
  { name, zoneId, options }: EdgeScope,
  role: keyof EdgeHosts,
  host: string,
  target: Input<string>,
): void {
  new DnsRecord(
    `${name}-${role}`,
    { zoneId, type: "CNAME", name: host, content: target, proxied: true, ttl: AUTOMATIC },
    options,
  );
}

/**
 * CAA records at the apex, which cover every host below it (RFC 8659): for each authority one for names and
 * one for wildcards, and the address that a refused authority reports to. While Universal SSL is on,
 * Cloudflare also answers with the authorities that it issues from.
 */
export function createCaaRecords(
  scope: EdgeScope,
  domain: string,
  authorities: readonly string[],
  securityContact: string,
): void {
  for (const authority of new Set(authorities)) {
    createCaa(scope, domain, `caa-issue-${authority}`, "issue", authority);
    createCaa(scope, domain, `caa-issuewild-${authority}`, "issuewild", authority);
  }
  createCaa(scope, domain, "caa-iodef", "iodef", `mailto:${securityContact}`);
}

function createCaa(
  { name, zoneId, options }: EdgeScope,
  domain: string,
  suffix: string,
  tag: "issue" | "issuewild" | "iodef",
  value: string,
): void {
  new DnsRecord(
    `${name}-${suffix}`,
    { zoneId, type: "CAA", name: domain, data: { flags: 0, tag, value }, ttl: AUTOMATIC },
    options,
  );
}
