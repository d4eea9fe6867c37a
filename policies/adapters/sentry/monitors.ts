import type { Stack } from "../../framework/index.ts";
import type { HealthCheck } from "../../model/adapter.ts";
import { isOn } from "../../model/given.ts";
import { sentry } from "../../model/tokens.ts";

/** Uptime monitors, which Sentry asks from places of its own choice. */
export const healthChecks = (stack: Stack): HealthCheck[] =>
  stack.ofType(sentry.uptimeMonitor).map((monitor) => ({
    resource: monitor,
    isOn: () => isOn(monitor.at("enabled")),
    url: () => monitor.at("url").string(),
    locations: () => Number.POSITIVE_INFINITY,
    isApart: true,
  }));
