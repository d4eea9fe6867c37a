import type { Adapter } from "../model/adapter.ts";
import { healthChecks } from "./sentry/monitors.ts";
import { judgeErrorTrackingValues } from "./sentry/values.ts";

export const sentryAdapter: Adapter = {
  healthChecks,
  rejects: { errorTracking: judgeErrorTrackingValues },
};
