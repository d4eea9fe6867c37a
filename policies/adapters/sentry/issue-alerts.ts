import type { AlertAction, AlertArgs } from "@pulumi/sentry";
import {
  type AnyValue,
  type PropertiesOf,
  type Resource,
  type ResourceOf,
  type Stack,
  select,
  some,
  type Value,
} from "../../framework/index.ts";
import { isOn } from "../../model/given.ts";
import type { SentryIssueAlertArgs } from "../../model/other-args.ts";
import { sentry } from "../../model/tokens.ts";
import { type Issue, letsThrough } from "./filters.ts";

const monitorTypes = [sentry.metricMonitor, sentry.uptimeMonitor, sentry.cronMonitor] as const;

/** Monitors at Sentry: of a figure, of a URL, of a job. */
type Monitor = ResourceOf<PropertiesOf<(typeof monitorTypes)[number]>>;

type Alert = ResourceOf<AlertArgs>;

/** Monitors of the stack. */
export const sentryMonitors = (stack: Stack): Monitor[] => stack.ofType(...monitorTypes);

/**
 * Alerts that are on, do something, and are about the issues of the monitor: an id that is made from no monitor of
 * the stack, such as one that a data source reads, is not its id.
 */
export function alertsOf(stack: Stack, monitor: Resource): Alert[] {
  return select(
    stack.ofType(sentry.alert),
    (alert) =>
      isOn(alert.at("enabled")) &&
      alert.refersTo(monitor, "monitorIds") &&
      namesAll(alert) &&
      waitsFor(alert, "firstSeenEvent", "regressionEvent") &&
      hasAction(alert, "incident"),
  );
}

/** Ids are unknown before there are monitors: an alert with fewer of them than monitors it is made from leaves some out. */
function namesAll(alert: Alert): boolean {
  const own = alert.dependenciesOf("monitorIds").filter((source) => source.is<unknown>(...monitorTypes));
  const ids = new Set(own.flatMap(({ id }) => id ?? []));
  const named = alert
    .at("monitorIds")
    .items()
    .filter((id) => id.isUnknown || ids.has(id.string() ?? ""));
  return named.length >= own.length;
}

function waitsFor(alert: Alert, ...events: readonly ("firstSeenEvent" | "regressionEvent")[]): boolean {
  const triggers = alert.at("triggerConditions").items();
  return events.every((event) => some(triggers, (trigger) => trigger.at(event).exists));
}

/** Whether an alert tells somebody of issues that are new and that are back, and not of monitors alone. */
export function tellsOfIssues(alert: Alert): boolean {
  return (
    isOn(alert.at("enabled")) &&
    waitsFor(alert, "firstSeenEvent", "regressionEvent") &&
    hasAction(alert, "error") &&
    watchesMoreThanMonitors(alert)
  );
}

/** Whether one of its filters lets through what has just happened, and somebody is told of it. */
const hasAction = (alert: Alert, issue: Issue): boolean =>
  some(
    alert.at("actionFilters").items(),
    (filter) => letsThrough(filter, issue) && some(filter.at("actions").items(), reachesSomebody),
  );

/** Issues without an owner are nobody's, where nobody else is told of them. */
const reachesSomebody = (action: Value<AlertAction>): boolean =>
  action.at("email", "targetType").string() !== "issue_owners" ||
  action.at("email", "fallthroughType").string() !== "NoOne";

/** Whether an alert pages somebody. */
export function pages(alert: Alert): boolean {
  return some(
    alert.at("actionFilters").items(),
    (filter) =>
      letsThrough(filter, "incident") &&
      some(filter.at("actions").items(), (action) =>
        some(pagers, (pager) => action.at(pager).exists && !isMinor(action.at("pagerduty", "severity"))),
      ),
  );
}

/** At a service whose urgency follows the severity, such a page is an e-mail. */
const isMinor = (severity: AnyValue): boolean => ["info", "warning"].includes(severity.string() ?? "");

const pagers = ["pagerduty", "opsgenie"] as const;

/**
 * A data source reads Sentry's own monitors of a project, so that they are not resources of the stack: an alert
 * is about one of them where it names more monitors than the stack declares.
 */
function watchesMoreThanMonitors(alert: Alert): boolean {
  const own = alert.dependenciesOf("monitorIds").filter((source) => source.is<unknown>(...monitorTypes));
  return alert.at("monitorIds").items().length > own.length;
}

/** The same of an issue alert from before there were monitors: its parts are lists of objects or JSON. */
export function tellsOfIssuesBefore(alert: ResourceOf<SentryIssueAlertArgs>): boolean {
  const told = issueEvents.every(([property, event]) => hasCondition(alert, property, event));
  return told && (alert.at("actionsV2").items().length > 0 || alert.at("actions").json().items().length > 0);
}

/** What an issue alert waits for, as a property of the provider and as Sentry's API has it. */
const issueEvents = [
  ["firstSeenEvent", "first_seen_event"],
  ["regressionEvent", "regression_event"],
] as const;

type IssueEvent = (typeof issueEvents)[number];

function hasCondition(
  alert: ResourceOf<SentryIssueAlertArgs>,
  property: IssueEvent[0],
  event: IssueEvent[1],
): boolean {
  return (
    some(alert.at("conditionsV2").items(), (condition) => condition.at(property).exists) ||
    some(alert.at("conditions").json<{ id?: string }[]>().items(), (condition) =>
      (condition.at("id").string() ?? "").includes(`.${event}.`),
    )
  );
}
