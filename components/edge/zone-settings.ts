import { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
import type { Settings } from "../../config/settings.ts";
import type { EdgeScope, ZoneId } from "./args.ts";

/** The settings of TLS and HTTPS. */
export type TransportSettings = Pick<Settings["edge"], "minTlsVersion" | "alwaysHttps" | "hsts" | "zoneWide">;

/**
 * A resource for each setting below, named after its id. Cloudflare keeps the value when the resource is
 * destroyed. Brotli is not a setting any more: it is on in every zone.
 */
export function createZoneSettings(scope: EdgeScope, zoneId: ZoneId, settings: TransportSettings): void {
  const { zoneWide } = settings;
  for (const [settingId, value] of zoneSettings(settings)) {
    const own = ownSettings[settingId];
    if (own !== undefined && !zoneWide[own]) continue;
    new ZoneSetting(
      ...scope.named("zoneSetting", settingId.replaceAll("_", "-"), { zoneId, settingId, value }),
    );
  }
}

/** Settings that can be left as they are for the sake of other hosts. */
const ownSettings: Readonly<Record<string, keyof Settings["edge"]["zoneWide"]>> = {
  ssl: "strictTls",
  min_tls_version: "minTlsVersion",
  always_use_https: "alwaysHttps",
  security_header: "hsts",
};

type SettingValue = string | number | { readonly strict_transport_security: StrictTransportSecurity };

/** The provider passes the value on unchanged, so the keys are the API's. */
interface StrictTransportSecurity {
  readonly enabled: boolean;
  readonly max_age: number;
  readonly include_subdomains: boolean;
  readonly preload: boolean;
  readonly nosniff: boolean;
}

function zoneSettings(settings: TransportSettings): readonly (readonly [string, SettingValue])[] {
  return [
    // Also checks the origin's certificate; anything less leaves the connection from the edge to the host open.
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
    // 0 respects the host's headers; Cloudflare's default extends browser caching to four hours.
    ["browser_cache_ttl", 0],
    // Both insert scripts into pages, which the CSP and hydration do not expect.
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
