import { judge, known, policy } from "./framework/index.ts";
import { backupJobs } from "./model/backups.ts";
import type { Watched } from "./model/error-tracking.ts";
import { watches } from "./model/facts.ts";
import { isOwnName } from "./model/own-names.ts";

// Item 5.7 and 5.1: each thing that watches has to watch the platform, and to tell a failure from a success.

export const monitorsWatch = policy({
  name: "monitors-watch-platform",
  items: ["5.1", "5.7"],
  title:
    "Every monitor, check and alert must watch the production of this platform, and take no failure for a success.",
  severity: "high",
  fix: "Give the monitor an https URL of the platform and a status of 200, the check-in its job's own schedule, and the alert no environment but production.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/monitors/",
  productionOnly: true,
  check: (stack) => {
    const watched: Watched = {
      isOwnName: (host) => isOwnName(stack, host),
      backupJobs: () => known(() => backupJobs(stack)) ?? [],
    };
    return watches(stack).map(({ resource, isUseful }) => judge(resource, () => isUseful(watched)));
  },
});
