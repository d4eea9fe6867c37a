import { UrlNormalizationSettings } from "@pulumi/cloudflare/urlNormalizationSettings.js";
import { Zone } from "@pulumi/cloudflare/zone.js";
import { ZoneDnssec } from "@pulumi/cloudflare/zoneDnssec.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { EdgeScope } from "./scope.ts";

/** The zone. A new name or account would delete it with every record, so it is protected. */
export function createZone(
  name: string,
  args: { readonly accountId: string; readonly domain: string },
  options: CustomResourceOptions,
): Zone {
  return new Zone(
    `${name}-zone`,
    { account: { id: args.accountId }, name: args.domain, type: "full" },
    { ...options, protect: true },
  );
}

/** Signs the zone. The chain is complete once the registrar holds the record in the `ds` output. */
export function signZone({ name, zoneId, options }: EdgeScope): ZoneDnssec {
  return new ZoneDnssec(`${name}-dnssec`, { zoneId, status: "active" }, options);
}

/**
 * One spelling of each URL for the rules and for the origin: `//api/x` and `/%61pi/x` are limited, filtered
 * and served as `/api/x`. Source: https://developers.cloudflare.com/rules/normalization/how-it-works/
 */
export function normalizeUrls({ name, zoneId, options }: EdgeScope): UrlNormalizationSettings {
  return new UrlNormalizationSettings(
    `${name}-url-normalization`,
    { zoneId, type: "cloudflare", scope: "both" },
    options,
  );
}
