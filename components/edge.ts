import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import type { EdgeArgs, EdgeHosts } from "./edge/args.ts";
import { createCacheRules } from "./edge/cache.ts";
import { createCertificates } from "./edge/certificates.ts";
import { createCustomFirewall, createManagedFirewall } from "./edge/firewall.ts";
import { createResponseHeaders } from "./edge/headers.ts";
import { createRateLimits } from "./edge/rate-limits.ts";
import { createCaaRecords, createHostRecords } from "./edge/records.ts";
import { subscribeZone } from "./edge/subscription.ts";
import { createZone, normalizeUrls, signZone } from "./edge/zone.ts";
import { createZoneSettings } from "./edge/zone-settings.ts";
import { Scope } from "./scope.ts";

export type { EdgeArgs } from "./edge/args.ts";

/**
 * The edge in front of both hosts, on Cloudflare: zone, DNSSEC, records, CAA, certificates, TLS and HSTS, WAF,
 * rate limits, response headers, and cache (sections 4 and 7 of the checklist).
 *
 * The managed WAF rules and the rate limits need the Pro plan, which `buyPlan` buys. Every plan has the rest,
 * except for the certificate of a host two levels below the zone (see `createCertificates`).
 *
 * Until a host has a certificate of its own, strict TLS answers 526 for it. Orders by HTTP challenge pass the
 * proxy, even when Always Use HTTPS is on.
 */
export class Edge extends Component {
  /** Id of the zone. */
  readonly zoneId: pulumi.Output<string>;
  /** Name servers to enter at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** DS record to enter at the registrar, in zone-file form. It completes DNSSEC; empty where the zone is not signed. */
  readonly dsRecord: pulumi.Output<string>;
  /** Host names that the edge answers for. */
  readonly hosts: pulumi.Output<EdgeHosts>;

  /** @throws {pulumi.RunError} for a CSP source, header, or path that would change the meaning of a rule */
  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Edge", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const { web, redirect, api } = args.domains;

    const zone = createZone(scope, args);
    const afterPlan = subscribeZone(scope, zone.id, args);
    const dnssec = signZone(scope, zone.id, args);
    normalizeUrls(scope, zone.id);
    createHostRecords(scope, zone.id, args);
    createCaaRecords(scope, zone.id, args);
    createCertificates(scope, zone.id, args);
    createZoneSettings(scope, zone.id, args.edge);
    createManagedFirewall(afterPlan, zone.id, args);
    createCustomFirewall(afterPlan, zone.id, args);
    createRateLimits(afterPlan, zone.id, args);
    createResponseHeaders(afterPlan, zone.id, args);
    createCacheRules(afterPlan, zone.id, args);

    this.zoneId = zone.id;
    this.nameServers = zone.nameServers;
    this.dsRecord = dnssec?.ds ?? pulumi.output("");
    this.hosts = pulumi.output({ web, redirect, api });
    this.publish(scope);
  }
}
