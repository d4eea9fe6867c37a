import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/settings.ts";
import { createCacheRules, IMMUTABLE_SECONDS, immutableRequests } from "./edge/cache.ts";
import { createCertificates } from "./edge/certificates.ts";
import { allowConnections } from "./edge/csp.ts";
import { createCustomFirewall, createManagedFirewall, type OwaspOptions } from "./edge/firewall.ts";
import { createResponseHeaders } from "./edge/headers.ts";
import { createRateLimits } from "./edge/rate-limits.ts";
import { createCaaRecords, createHostRecords, type EdgeHosts } from "./edge/records.ts";
import type { EdgeScope } from "./edge/scope.ts";
import { createZone, normalizeUrls, signZone } from "./edge/zone.ts";
import { createZoneSettings } from "./edge/zone-settings.ts";

export interface EdgeArgs {
  /** Cloudflare account that holds the zone, 32 hexadecimal digits: `settings.accounts.cloudflare`. */
  readonly accountId: string;
  /**
   * The zone and its hosts: `settings.domains`. A zone belongs to one stack, so stages do not share one; a
   * zone that is a subdomain needs the Enterprise plan.
   */
  readonly domains: Settings["domains"];
  /** TLS, HSTS, limits, CSP and certificate authorities: `settings.edge`. */
  readonly edge: Omit<Settings["edge"], "corsOrigins">;
  /** Path of the login endpoint, which has the tighter limit: `settings.api.loginPath`. */
  readonly loginPath: string;
  /** Mail address that certificate authorities report refused orders to: `settings.contacts.security`. */
  readonly securityContact: string;
  /** Host name of the API's service, such as `optropic-api.onrender.com`: no scheme, no path. */
  readonly apiTarget: pulumi.Input<string>;
  /** Host name that serves the web and the redirect host. Default Vercel's `cname.vercel-dns.com`. */
  readonly webTarget?: pulumi.Input<string>;
  /** Web framework, which says where immutable assets are: `settings.web.framework`. Default `nextjs`. */
  readonly framework?: Settings["web"]["framework"];
  /**
   * Origins beside the API's that pages may call, such as `https://o1.ingest.de.sentry.io`. They go into
   * `connect-src` where `edge.csp` does not name that directive itself. Default none.
   */
  readonly connectOrigins?: readonly string[];
  /** How the OWASP ruleset judges. Default paranoia level 1, score 40, block. */
  readonly owasp?: OwaspOptions;
  /**
   * Response headers to replace or add, by name, such as `{ "Referrer-Policy": "no-referrer" }`. Default
   * none: every response has those of `defaultHeaders` in edge/headers.ts.
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The edge in front of both hosts, on Cloudflare: zone, DNSSEC, records, CAA, certificates, TLS and HSTS,
 * WAF, rate limits, response headers and cache (sections 4 and 7 of the checklist).
 *
 * The managed WAF rules and the second rate limit need the Pro plan; everything else is in every plan, but
 * for the certificate of a host two levels below the zone (see `createCertificates`).
 *
 * While a host has no certificate of its own yet, strict TLS answers 526 for it; orders by HTTP challenge go
 * through the proxy, also with always-HTTPS on.
 *
 * @example
 * new Edge("optropic-edge", {
 *   accountId: settings.accounts.cloudflare,
 *   domains: settings.domains,
 *   edge: settings.edge,
 *   loginPath: settings.api.loginPath,
 *   securityContact: settings.contacts.security,
 *   apiTarget: "optropic-api.onrender.com",
 * });
 */
export class Edge extends pulumi.ComponentResource {
  /** Id of the zone. */
  readonly zoneId: pulumi.Output<string>;
  /** Name servers to enter at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** DS record to enter at the registrar, in zone-file form: it completes DNSSEC. */
  readonly dsRecord: pulumi.Output<string>;
  /** Host names that the edge answers for. */
  readonly hosts: pulumi.Output<EdgeHosts>;

  /** Throws RunError for a CSP source, header or path that would change the meaning of a rule. */
  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Edge", name, {}, opts);
    const { domains, edge } = args;
    const apiHost = domains.api;
    const immutable = immutableRequests(args.framework ?? "nextjs", apiHost);
    const options = { parent: this };

    const zone = createZone(name, { accountId: args.accountId, domain: domains.zone }, options);
    const scope: EdgeScope = { name, zoneId: zone.id, options };

    const dnssec = signZone(scope);
    normalizeUrls(scope);
    createHostRecords(scope, domains, {
      web: args.webTarget ?? "cname.vercel-dns.com",
      api: args.apiTarget,
    });
    createCaaRecords(scope, domains.zone, edge.certificateAuthorities, args.securityContact);
    createCertificates(scope, domains.zone, hostNames(domains), edge.certificateAuthorities);
    createZoneSettings(scope, edge);
    createManagedFirewall(scope, args.owasp ?? {});
    createCustomFirewall(scope);
    createRateLimits(scope, edge.rateLimits, { apiHost, loginPath: args.loginPath });
    createResponseHeaders(scope, {
      csp: allowConnections(edge.csp, [`https://${apiHost}`, ...(args.connectOrigins ?? [])]),
      headers: args.headers ?? {},
      apiHost,
      immutable: { requests: immutable, seconds: IMMUTABLE_SECONDS },
    });
    createCacheRules(scope, { apiHost, immutable });

    this.zoneId = zone.id;
    this.nameServers = zone.nameServers;
    this.dsRecord = dnssec.ds;
    this.hosts = pulumi.output({ web: domains.web, redirect: domains.redirect, api: domains.api });
    this.registerOutputs({
      zoneId: this.zoneId,
      nameServers: this.nameServers,
      dsRecord: this.dsRecord,
      hosts: this.hosts,
    });
  }
}

function hostNames({ web, redirect, api }: EdgeHosts): string[] {
  return redirect === undefined ? [web, api] : [web, redirect, api];
}
