import type { Adapter } from "../model/adapter.ts";
import { judgeErrorTrackingValues } from "./sentry/values.ts";

export const sentryAdapter: Adapter = {
  rejects: { errorTracking: judgeErrorTrackingValues },
};
