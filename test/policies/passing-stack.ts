import type { Fixture } from "./fixture.ts";
import { passingCache } from "./passing-cache.ts";
import { passingDatabase } from "./passing-database.ts";
import { passingDelivery } from "./passing-delivery.ts";
import { passingEdge } from "./passing-edge.ts";
import { passingErrorTracking } from "./passing-error-tracking.ts";
import { passingHosts } from "./passing-hosts.ts";
import { passingMonitoring } from "./passing-monitoring.ts";

/**
 * A stack that no policy of the registry objects to, as its first preview sees it: what depends on values
 * that the vendors give, such as the connection strings, is unknown there.
 */
export function passingStack(): Fixture[] {
  return [
    ...passingHosts(),
    ...passingDatabase(),
    ...passingEdge(),
    ...passingErrorTracking(),
    ...passingCache(),
    ...passingMonitoring(),
    ...passingDelivery(),
  ];
}
