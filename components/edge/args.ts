import type { CertificatePackArgs } from "@pulumi/cloudflare/certificatePack.js";
import type { DnsRecordArgs } from "@pulumi/cloudflare/dnsRecord.js";
import type { RulesetArgs } from "@pulumi/cloudflare/ruleset.js";
import type { UniversalSslSettingArgs } from "@pulumi/cloudflare/universalSslSetting.js";
import type { UrlNormalizationSettingsArgs } from "@pulumi/cloudflare/urlNormalizationSettings.js";
import type { ZoneArgs } from "@pulumi/cloudflare/zone.js";
import type { ZoneDnssecArgs } from "@pulumi/cloudflare/zoneDnssec.js";
import type { ZoneSettingArgs } from "@pulumi/cloudflare/zoneSetting.js";
import type { ZoneSubscriptionArgs } from "@pulumi/cloudflare/zoneSubscription.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Edge("edge", {
 *   accountId: settings.accounts.cloudflare,
 *   domains: settings.domains,
 *   edge: settings.edge,
 *   buyPlan: boughtPlan(settings.plans),
 *   loginPath: settings.api.loginPath,
 *   securityContact: settings.contacts.security,
 *   apiTarget: "optropic-api.onrender.com",
 *   owasp: { paranoiaLevel: 2 },
 *   transform: {
 *     zoneSetting: (args) => {
 *       if (args.settingId === "ipv6") args.value = "off";
 *     },
 *   },
 * });
 */
export interface EdgeArgs extends ComponentArgs<EdgeChildren> {
  /** Cloudflare account that holds the zone, 32 hexadecimal digits: `settings.accounts.cloudflare`. */
  readonly accountId: string;
  /**
   * The zone and its hosts: `settings.domains`. A zone belongs to one stack, so stages do not share one. A
   * zone that is a subdomain needs the Enterprise plan.
   */
  readonly domains: Settings["domains"];
  /** TLS, HSTS, limits, CSP, and certificate authorities: `settings.edge`. */
  readonly edge: Omit<Settings["edge"], "corsOrigins">;
  /**
   * Plan to buy for the zone each month, before anything that needs it: `boughtPlan(settings.plans)`. Default:
   * none, so the zone must already have the Pro plan or a larger one.
   */
  readonly buyPlan?: "pro" | "business" | undefined;
  /** Path of the login endpoint, which has the stricter limit: `settings.api.loginPath`. */
  readonly loginPath: string;
  /** E-mail address to which certificate authorities report refused orders: `settings.contacts.security`. */
  readonly securityContact: string;
  /** Host name of the API's service, such as `optropic-api.onrender.com`, without a scheme or a path. */
  readonly apiTarget: pulumi.Input<string>;
  /** Host name that serves the web host and the redirect host. Default: Vercel's `cname.vercel-dns.com`. */
  readonly webTarget?: pulumi.Input<string>;
  /** Hosts beside those, each with its target. One that `isApi` serves no pages. Default: none. */
  readonly further?: readonly FurtherTarget[];
  /** Web framework, which determines the path of immutable assets: `settings.web.framework`. Default: `nextjs`. */
  readonly framework?: Settings["web"]["framework"];
  /**
   * Origins, besides the API's, that pages may call, such as `https://o1.ingest.de.sentry.io`. They are added
   * to `connect-src` unless `edge.csp` names that directive itself. Default: none.
   */
  readonly connectOrigins?: readonly string[];
  /** How the OWASP ruleset judges requests. Default: paranoia level 1, score 40, block. */
  readonly owasp?: OwaspOptions;
  /**
   * Response headers to replace or add, by name, such as `{ "Referrer-Policy": "no-referrer" }`. Default: every
   * response has the headers of `defaultHeaders` in edge/headers.ts.
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A host beside those of the settings `domains`. */
export interface FurtherTarget {
  /** Part of the platform that it belongs to. */
  readonly name: string;
  readonly host: string;
  readonly target: pulumi.Input<string>;
  readonly isApi: boolean;
}

/** How the OWASP Core Ruleset judges requests. */
export interface OwaspOptions {
  /** Rules up to this level run. Higher levels block more, including some legitimate requests. Default: 1. */
  readonly paranoiaLevel?: 1 | 2 | 3 | 4;
  /** Score from which a request is blocked: 25 (high), 40 (medium), or 60 (low). Default: 40. */
  readonly scoreThreshold?: 25 | 40 | 60;
  /** The action for such a request. A client of the API cannot solve a challenge. Default: `block`. */
  readonly action?: "block" | "managed_challenge" | "log";
}

/** Hosts of the platform. `redirect` is absent where the stage has no such name. */
export type EdgeHosts = Pick<Settings["domains"], "web" | "redirect" | "api">;

/** The resources of an `Edge`. */
export interface EdgeChildren {
  zone: ZoneArgs;
  /** The plan of the zone. */
  subscription: ZoneSubscriptionArgs;
  dnssec: ZoneDnssecArgs;
  urlNormalization: UrlNormalizationSettingsArgs;
  /** The record of each host: `web`, `redirect`, `api`, and further ones. */
  hostRecord: DnsRecordArgs;
  /** Each CAA record. */
  caaRecord: DnsRecordArgs;
  universalSsl: UniversalSslSettingArgs;
  /** The certificate of hosts that Universal SSL does not cover. */
  certificate: CertificatePackArgs;
  /** Each setting of the zone, such as `min_tls_version`. */
  zoneSetting: ZoneSettingArgs;
  /** The managed WAF rules. */
  wafManaged: RulesetArgs;
  /** The WAF rules of our own. */
  wafCustom: RulesetArgs;
  rateLimits: RulesetArgs;
  responseHeaders: RulesetArgs;
  cache: RulesetArgs;
}

export type EdgeScope = Scope<EdgeChildren>;

/** The id of the zone that a child belongs to. */
export type ZoneId = pulumi.Input<string>;
