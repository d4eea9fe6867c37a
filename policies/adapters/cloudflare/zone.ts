import { known, type Stack } from "../../framework/index.ts";
import type { EdgeZone } from "../../model/edge-zone.ts";
import { zones } from "../../model/zones.ts";
import { challengeFault } from "./challenges.ts";
import { rewritesIn } from "./rewrites.ts";
import { cacheOf } from "./zone-cache.ts";
import { hstsOf, judgeRedirect } from "./zone-https.ts";
import { contradictionsOf, weakenedFor } from "./zone-settings.ts";
import { tlsOf } from "./zone-tls.ts";

/** Zones, whose rules and settings stand in front of their hosts. */
export const edgeZones = (stack: Stack): EdgeZone[] =>
  zones(stack).map((zone) => ({
    resource: zone.resource,
    key: zone.key,
    redirectsHttp: () => judgeRedirect(stack, zone),
    hsts: () => known(() => hstsOf(stack, zone)),
    surelyHsts: () => hstsOf(stack, zone),
    ...tlsOf(stack, zone),
    ...cacheOf(stack, zone),
    ...rewritesIn(stack, zone),
    keepsFromHost: (question) => challengeFault(stack, zone, question),
    contradictions: () => contradictionsOf(stack, zone),
    weakens: (host, reaches) => weakenedFor(stack, zone, host, reaches),
  }));
