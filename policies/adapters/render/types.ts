import type { ResourceTypes } from "../../model/resource-type.ts";
import { render, renderWebhook } from "../../model/tokens.ts";

/** Types of Render's provider up to version 1.9. */
export const resourceTypes: ResourceTypes = {
  vendor: "Render",
  judged: [...Object.values(render), renderWebhook],
  harmless: [
    ["is a cache beside the database", ["KeyValue", "Redis"]],
    [
      "tells the team of deploys, or reads images and measures",
      [
        "MetricsIntegration",
        "MetricsStream",
        "NotificationSetting",
        "RegistryCredential",
        "ServiceNotificationOverride",
      ],
    ],
  ],
  doubtful: [],
};
