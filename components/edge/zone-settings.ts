import { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
import type { Settings } from "../../config/settings.ts";
import type { EdgeScope } from "./scope.ts";

/** The slice of the stack's settings that TLS and HTTPS follow. */
export type TransportSettings = Pick<Settings["edge"], "minTlsVersion" | "alwaysHttps" | "hsts">;

/**
 * A setting of the zone for each id below, named `<edge>-<id with dashes>`. Cloudflare keeps the value when
 * the resource is destroyed. Brotli is no setting any more: it is on in every zone.
 */
export function createZoneSettings({ name, zoneId, options }: EdgeScope, settings: TransportSettings): void {
  for (const [settingId, value] of zoneSettings(settings)) {
    new ZoneSetting(`${name}-${settingId.replaceAll("_", "-")}`, { zoneId, settingId, value }, options);
  }
}

type SettingValue = string | number | { readonly strict_transport_security: StrictTransportSecurity };

/** The provider passes the value on as it is, so its keys are the API's. */
interface StrictTransportSecurity {
  readonly enabled: boolean;
  readonly max_age: number;
  readonly include_subdomains: boolean;
  readonly preload: boolean;
  readonly nosniff: boolean;
}

function zoneSettings(settings: TransportSettings): readonly (readonly [string, SettingValue])[] {
  return [
    // The origin's certificate is checked too: without it the way from the edge to the host is open.
    ["ssl", "strict"],
    ["min_tls_version", settings.minTlsVersion],
    ["tls_1_3", "on"],
    // Early data can be replayed (RFC 8446, section 8).
    ["0rtt", "off"],
    ["always_use_https", settings.alwaysHttps ? "on" : "off"],
    ["automatic_https_rewrites", "on"],
    ["opportunistic_encryption", "on"],
    ["security_header", { strict_transport_security: strictTransportSecurity(settings.hsts) }],
    ["http2", "on"],
    ["http3", "on"],
    ["ipv6", "on"],
    // The host says how long browsers keep a file; Cloudflare's own default lengthens it to four hours.
    ["browser_cache_ttl", 0],
    // Both put scripts of their own into pages, which the CSP and hydration do not expect.
    ["email_obfuscation", "off"],
    ["rocket_loader", "off"],
  ];
}

function strictTransportSecurity(hsts: TransportSettings["hsts"]): StrictTransportSecurity {
  return {
    enabled: true,
    max_age: hsts.maxAgeSeconds,
    include_subdomains: hsts.includeSubdomains,
    preload: hsts.preload,
    nosniff: true,
  };
}
