import { objectivesSchema } from "../../../config/operations.ts";
import {
  type AlertLinks,
  type AlertObjectives,
  type AlertOptions,
  type AlertRule,
  alertRules,
} from "../../../metrics/alerts.ts";

/** The objectives of a stack that sets none: the checklist's figures. */
export const objectives = objectivesSchema.parse({});

export const links: AlertLinks = {
  grafana: "https://optropic.grafana.example",
  runbooks: "https://runbooks.optropic.example",
};

export function rules(options?: AlertOptions): AlertRule[] {
  return alertRules(objectives, links, options);
}

export function rulesFor(changed: AlertObjectives): AlertRule[] {
  return alertRules(changed, links);
}
