import { UrlNormalizationSettings } from "@pulumi/cloudflare/urlNormalizationSettings.js";
import { Zone } from "@pulumi/cloudflare/zone.js";
import { ZoneDnssec } from "@pulumi/cloudflare/zoneDnssec.js";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";

/** The zone. A new name or account would delete it with every record, so it is protected. */
export function createZone(scope: EdgeScope, args: Pick<EdgeArgs, "accountId" | "domains">): Zone {
  return new Zone(
    ...scope.child(
      "zone",
      { account: { id: args.accountId }, name: args.domains.zone, type: "full" },
      { protect: true },
    ),
  );
}

/**
 * Signs the zone, unless it is left as it is. The chain is complete once the registrar has the record in the `ds` output. Until then
 * Cloudflare reports `pending`, which no update can change, so a refresh must not count it as drift.
 * Source: https://developers.cloudflare.com/dns/dnssec/dnssec-states/
 */
export function signZone(
  scope: EdgeScope,
  zoneId: ZoneId,
  { edge: { dnssecDelegated, zoneWide } }: Pick<EdgeArgs, "edge">,
): ZoneDnssec | undefined {
  if (!zoneWide.dnssec) return undefined;
  return new ZoneDnssec(
    ...scope.child(
      "dnssec",
      {
        zoneId,
        status: "active",
        // The API returns false where they are left out, and a refresh would report that.
        dnssecMultiSigner: false,
        dnssecPresigned: false,
        dnssecUseNsec3: false,
      },
      dnssecDelegated ? {} : { ignoreChanges: ["status"] },
    ),
  );
}

/**
 * Gives each URL one spelling for the rules and for the origin: `//api/x` and `/%61pi/x` are limited, filtered,
 * and served as `/api/x`. Source: https://developers.cloudflare.com/rules/normalization/how-it-works/
 */
export function normalizeUrls(scope: EdgeScope, zoneId: ZoneId): UrlNormalizationSettings {
  return new UrlNormalizationSettings(
    ...scope.child("urlNormalization", { zoneId, type: "cloudflare", scope: "both" }),
  );
}
