import { type Resource, type Stack, select, some, type Value } from "../framework/index.ts";
import { belongsTo } from "./links.ts";
import { sentry } from "./tokens.ts";

const monitorTypes: readonly string[] = [sentry.metricMonitor, sentry.uptimeMonitor, sentry.cronMonitor];

/** Monitors at Sentry: of a figure, of a URL, of a job. */
export const monitors = (stack: Stack): Resource[] => stack.ofType(...monitorTypes);

/** On unless it says otherwise. */
export const isOn = (resource: Resource): boolean => resource.at("enabled").boolean() !== false;

/** Alerts that are on, do something, and are about the issues of the monitor. */
export function alertsOf(stack: Stack, monitor: Resource): Resource[] {
  return select(
    stack.ofType(sentry.alert),
    (alert) => isOn(alert) && belongsTo(alert, "monitorIds", monitor) && hasAction(alert),
  );
}

/** Whether an alert tells somebody of issues that are new and that are back, and not of monitors alone. */
export function tellsOfIssues(alert: Resource): boolean {
  if (alert.type !== sentry.alert) {
    return tellsOfIssuesBefore(alert);
  }
  const triggers = alert.at("triggerConditions").items();
  return (
    isOn(alert) &&
    ["firstSeenEvent", "regressionEvent"].every((event) =>
      some(triggers, (trigger) => trigger.at(event).exists),
    ) &&
    hasAction(alert) &&
    watchesMoreThanMonitors(alert)
  );
}

const hasAction = (alert: Resource): boolean =>
  some(alert.at("actionFilters").items(), (filter) => filter.at("actions").items().length > 0);

/** Whether an alert pages somebody. */
export function pages(alert: Resource): boolean {
  return some(alert.at("actionFilters").items(), (filter) =>
    some(filter.at("actions").items(), (action) => some(pagers, (pager) => action.at(pager).exists)),
  );
}

const pagers = ["pagerduty", "opsgenie"];

/**
 * Sentry's own monitors of a project are read by a data source, which is no resource of the stack: an alert
 * is about one of them where it names more monitors than it has of the stack's.
 */
function watchesMoreThanMonitors(alert: Resource): boolean {
  const own = alert.dependenciesOf("monitorIds").filter(({ type }) => monitorTypes.includes(type));
  return alert.at("monitorIds").items().length > own.length;
}

/** An issue alert from before there were monitors: its parts as lists of objects or as JSON. */
function tellsOfIssuesBefore(alert: Resource): boolean {
  const told = ["first_seen_event", "regression_event"].every((event) => hasCondition(alert, event));
  return told && (isFilled(alert.at("actionsV2")) || isFilled(alert.at("actions").json()));
}

function hasCondition(alert: Resource, event: string): boolean {
  const property = event.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return (
    some(alert.at("conditionsV2").items(), (condition) => condition.at(property).exists) ||
    some(alert.at("conditions").json().items(), (condition) =>
      (condition.at("id").string() ?? "").includes(`.${event}.`),
    )
  );
}

const isFilled = (list: Value): boolean => list.items().length > 0;
