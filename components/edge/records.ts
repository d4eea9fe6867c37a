import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import type { Input } from "@pulumi/pulumi";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";

/** Cloudflare's "automatic", the only time to live of a proxied record. */
const AUTOMATIC = 1;

/**
 * A record for each host, proxied, so that TLS, WAF, limits, headers, and cache apply to it. Cloudflare
 * flattens the CNAME at the apex. The edge neither caches nor blocks `/.well-known/`, where Vercel and the
 * certificate authorities validate a host. Render runs on Cloudflare itself and accepts proxied records of any
 * plan (Cloudflare calls this orange-to-orange), but WebSockets do not work that way.
 */
export function createHostRecords(
  scope: EdgeScope,
  zoneId: ZoneId,
  args: Pick<EdgeArgs, "domains" | "webTarget" | "apiTarget" | "further">,
): void {
  const { web, redirect, api } = args.domains;
  const webTarget = args.webTarget ?? "cname.vercel-dns.com";
  const alias = (role: string, host: string, target: Input<string>) =>
    new DnsRecord(
      ...scope.named("hostRecord", role, {
        zoneId,
        type: "CNAME",
        name: host,
        content: target,
        proxied: true,
        ttl: AUTOMATIC,
      }),
    );
  alias("web", web, webTarget);
  if (redirect !== undefined) alias("redirect", redirect, webTarget);
  alias("api", api, args.apiTarget);
  for (const { name, host, target } of args.further ?? []) alias(`host-${name}`, host, target);
}

/**
 * CAA records at the apex, which cover every host below it (RFC 8659): for each authority one for names and
 * one for wildcards, and the address to which an authority reports refused orders. While Universal SSL is on,
 * Cloudflare adds the authorities that it orders from to the answers.
 */
export function createCaaRecords(
  scope: EdgeScope,
  zoneId: ZoneId,
  { domains, edge, securityContact }: Pick<EdgeArgs, "domains" | "edge" | "securityContact">,
): void {
  if (!edge.zoneWide.caa) return;
  const caa = (suffix: string, tag: "issue" | "issuewild" | "iodef", value: string) =>
    new DnsRecord(
      ...scope.named("caaRecord", suffix, {
        zoneId,
        type: "CAA",
        name: domains.zone,
        data: { flags: 0, tag, value },
        ttl: AUTOMATIC,
      }),
    );
  for (const authority of new Set(edge.certificateAuthorities)) {
    caa(`caa-issue-${authority}`, "issue", authority);
    caa(`caa-issuewild-${authority}`, "issuewild", authority);
  }
  caa("caa-iodef", "iodef", `mailto:${securityContact}`);
}
