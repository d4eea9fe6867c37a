import { policy } from "./framework/index.ts";
import { rejected } from "./model/rejected.ts";

// Values of Sentry that no provider checks, and by which an alert or a monitor never does anything.

export const errorTrackingValues = policy({
  name: "error-tracking-values",
  items: ["5.1"],
  title:
    "Every project, key, alert and monitor at Sentry must have the names, types and figures that Sentry needs.",
  severity: "high",
  fix: "Correct the value that is named: a dataset and event types that exist, a condition that opens an issue and one that resolves it, actions with a target.",
  url: "https://docs.sentry.io/api/",
  check: (stack, _threshold, context) => rejected(stack, "errorTracking", context),
});
