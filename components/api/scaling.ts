import type { WebServiceArgs } from "@pulumi/render";
import type { Settings } from "../../config/settings.ts";

/**
 * How many instances run (item 7.4): a number between two bounds, by load, or a fixed number. Never both:
 * each update would reset the number that autoscaling chose.
 */
export function scaling(
  settings: Settings["api"]["scaling"],
): Pick<WebServiceArgs, "autoscaling" | "numInstances"> {
  if (!settings.enabled) return { numInstances: settings.min };
  return {
    autoscaling: {
      enabled: true,
      min: settings.min,
      max: settings.max,
      criteria: {
        cpu: { enabled: true, percentage: settings.cpuPercent },
        memory: { enabled: true, percentage: settings.memoryPercent },
      },
    },
  };
}
