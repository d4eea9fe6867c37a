import type { Adapter } from "../model/adapter.ts";
import { errorAlerts, errorFigures, monitors } from "./sentry/alerts.ts";
import { healthChecks } from "./sentry/monitors.ts";
import { errorKeys, errorProjects, scrubbings } from "./sentry/projects.ts";
import { resourceTypes } from "./sentry/types.ts";
import { judgeErrorTrackingValues } from "./sentry/values.ts";
import { watches } from "./sentry/watching.ts";

/** Errors of the application, and what watches it, at Sentry. */
export const sentryAdapter: Adapter = {
  packages: ["sentry"],
  types: resourceTypes,
  hasOwnTexts: true,
  errorProjects,
  errorKeys,
  scrubbings,
  errorAlerts,
  errorFigures,
  monitors,
  healthChecks,
  watches,
  rejects: { errorTracking: judgeErrorTrackingValues },
};
