import { judge, policy } from "./framework/index.ts";
import { edgeZoneOf, edgeZones } from "./model/edge-zones.ts";
import { zoneSettings } from "./model/facts.ts";
import { reachOf } from "./model/reach.ts";
import { judgeApplicationSites } from "./model/sites.ts";

// Settings of a zone that take away, by one word, what the items 4.1, 4.2, 4.7 and 6.8 ask for.

export const zoneSettingsSafe = policy({
  name: "zone-settings-safe",
  items: ["4.1", "4.2", "4.7", "6.8"],
  title:
    "No setting of a zone may switch off its cache, its protection or its encryption, or contradict another.",
  severity: "high",
  fix: "Remove the setting, or give it the value that Cloudflare has by default.",
  url: "https://developers.cloudflare.com/fundamentals/reference/zone-level-settings/",
  check: (stack) => [
    ...zoneSettings(stack).map(({ resource, isGood }) => judge(resource, isGood)),
    ...edgeZones(stack).flatMap(({ contradictions }) =>
      contradictions().map(({ resource, isGood }) => judge(resource, isGood)),
    ),
    ...(edgeZones(stack).length === 0
      ? []
      : judgeApplicationSites(
          stack,
          undefined,
          (site) =>
            edgeZoneOf(stack, site)?.weakens(
              site.host,
              (expression) => reachOf(expression, site).kind !== "none",
            ) ?? true,
        )),
  ],
});
