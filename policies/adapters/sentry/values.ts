import type { Input } from "@pulumi/pulumi";
import type { AlertArgs, MetricMonitorArgs } from "@pulumi/sentry";
import {
  type Finding,
  fault,
  judge,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { sentry } from "../../model/tokens.ts";
import { firstWrong, isId, isOneOf, isThere, matches, untidy } from "../../model/value-checks.ts";
import { isElsewhere } from "./watching.ts";

export function judgeErrorTrackingValues(stack: Stack): Finding[] {
  return [
    ...stack
      .ofType(...sentry.project, ...sentry.key, sentry.alert, sentry.metricMonitor)
      .map((resource) => judge(resource, () => untidy(resource.at()) ?? true)),
    ...stack.ofType(...sentry.project).map((project) =>
      judge(project, () =>
        firstWrong([
          ...(project.at("teams").isUnknown
            ? []
            : [
                project.at("teams").items().length > 0 ||
                  fault(
                    project.at("teams"),
                    `${project.name} belongs to no team, so nobody sees its errors.`,
                  ),
                ...project
                  .at("teams")
                  .items()
                  .flatMap((team): Verdict[] => [
                    isThere(team, `A team of ${project.name}`),
                    matches(
                      team,
                      isId,
                      (text) => `${project.name} belongs to ${text}, which is not a team's slug.`,
                    ),
                  ]),
              ]),
          isNamed(project),
          matches(project.at("slug"), isId, (text) => `The slug of ${project.name} is ${text}.`),
        ]),
      ),
    ),
    ...stack.ofType(...sentry.key).map((key) => judge(key, () => isNamed(key))),
    ...stack.ofType(sentry.alert).map((alert) => judge(alert, () => judgeAlert(alert))),
    ...stack
      .ofType(sentry.metricMonitor)
      .map((monitor) => judge(monitor, () => judgeMonitor(stack, monitor))),
  ];
}

const logicTypes = ["all", "any", "any-short", "none"];

/** Whoever hears of an issue once in two days hears of it too late. */
const longestFrequencyMinutes = 1440;

function judgeAlert(alert: ResourceOf<AlertArgs>): Verdict {
  const { name } = alert;
  const filters = itemsOf(alert.at("actionFilters"));
  const actions = filters.flatMap((filter) => itemsOf(filter.at("actions")));
  const targets = actions.flatMap((action) =>
    action.isUnknown || action.at("email").isUnknown ? [] : action.at("email"),
  );
  const isTeams = alert
    .dependenciesOf("actionFilters")
    .some(({ type }) => /^sentry:index\/(?:sentryT|t)eam:/.test(type));
  const frequency = alert.at("frequencyMinutes");
  return firstWrong([
    isNamed(alert),
    ...itemsOf(alert.at("monitorIds")).flatMap((id): Verdict[] => [
      isThere(id, `An id of a monitor of ${name}`),
      matches(id, isId, (text) => `${name} is about ${text}, which is not a monitor's id.`),
    ]),
    ...itemsOf(alert.at("triggerConditions")).map((trigger) => isOfAKind(trigger, `A trigger of ${name}`)),
    ...filters.flatMap((filter): Verdict[] => [
      itemsOf(filter.at("actions")).length > 0 ||
        filter.at("actions").isUnknown ||
        // An alert that does nothing at all is for the policy on that.
        actions.length === 0 ||
        fault(filter.at("actions"), `A filter of ${name} has no action.`),
      isOneOf(filter.at("logicType"), logicTypes, `The logicType of ${name}`),
    ]),
    ...actions.map((action) => isOfAKind(action, `An action of ${name}`)),
    ...targets.flatMap((mail): Verdict[] =>
      mail.exists
        ? [
            isThere(mail.at("targetType"), `The targetType of an e-mail of ${name}`),
            isOneOf(
              mail.at("targetType"),
              ["user", "team", "issue_owners"],
              `The targetType of an e-mail of ${name}`,
            ),
            mail.at("targetType").string() === "issue_owners"
              ? true
              : isThere(mail.at("targetId"), `The targetId of an e-mail of ${name}`),
            !isTeams ||
              mail.at("targetType").string() !== "user" ||
              fault(mail.at("targetType"), `${name} names a team as a user, whom Sentry does not find.`),
          ]
        : [],
    ),
    ...actions
      .flatMap((action) =>
        action.isUnknown || action.at("pagerduty").isUnknown || !action.at("pagerduty").exists
          ? []
          : action.at("pagerduty"),
      )
      .flatMap((page): Verdict[] => [
        ...(["integrationId", "serviceId", "serviceName"] as const).map((key) =>
          isThere(page.at(key), `${key} of a page of ${name}`),
        ),
        matches(
          page.at("integrationId"),
          (text) => /^\d+$/.test(text),
          (text) => `The integrationId of ${name} is ${text}, not a number.`,
        ),
        isOneOf(
          page.at("severity"),
          ["default", "critical", "error", "warning", "info"],
          `The severity of a page of ${name}`,
        ),
      ]),
    frequency.isUnknown ||
      (frequency.number() ?? 0) <= longestFrequencyMinutes ||
      fault(frequency, `${name} reports an issue once in ${frequency.number()} minutes.`),
  ]);
}

/** An object with one key that says of which kind it is. */
function isOfAKind(value: Value, what: string): Verdict {
  return (
    value.isUnknown ||
    value.entries().some(([, child]) => child.isUnknown || child.exists) ||
    fault(value, `${what} is of no kind.`)
  );
}

const datasets = [
  "errors",
  "events",
  "events_analytics_platform",
  "generic_metrics",
  "metrics",
  "transactions",
];

const eventTypes = [
  "default",
  "error",
  "transaction",
  "trace_item_span",
  "trace_item_log",
  "trace_item_metric",
];

const comparisons = ["gt", "gte", "lt", "lte", "eq", "ne", "anomaly_detection"];

/** A name that is left out is made from the resource's. */
const isNamed = (resource: ResourceOf<{ name?: Input<string> }>): Verdict => {
  const name = resource.at("name");
  return name.isUnknown || !name.exists || isThere(name, `The name of ${resource.name}`);
};

/** A monitor of a project by a name that no project of the stack has. */
function judgeProject(stack: Stack, monitor: ResourceOf<MetricMonitorArgs>): Verdict {
  const project = monitor.at("project");
  const projects = stack.ofType(...sentry.project);
  if (project.isUnknown || projects.length === 0 || monitor.dependenciesOf("project").length > 0) return true;
  const text = project.string() ?? "";
  return (
    projects.some(({ id }) => id === text) ||
    projects.some(
      (one) => one.at("slug").isUnknown || !one.at("slug").exists || one.at("slug").string() === text,
    ) ||
    fault(
      project,
      `${monitor.name} is of the project ${JSON.stringify(text)}, which the stack does not declare.`,
    )
  );
}

function judgeMonitor(stack: Stack, monitor: ResourceOf<MetricMonitorArgs>): Verdict {
  const { name } = monitor;
  const group = monitor.at("conditionGroup");
  const events = monitor.at("eventTypes");
  const owner = monitor.at("owner");
  return firstWrong([
    isThere(monitor.at("project"), `The project of ${name}`),
    isNamed(monitor),
    judgeProject(stack, monitor),
    isThere(monitor.at("dataset"), `The dataset of ${name}`),
    isOneOf(monitor.at("dataset"), datasets, `The dataset of ${name}`),
    events.isUnknown || events.items().length > 0 || fault(events, `${name} counts no events.`),
    ...itemsOf(events).map((event) => isOneOf(event, eventTypes, `An event type of ${name}`)),
    isOneOf(group.at("logicType"), ["any", "any-short"], `The logicType of ${name}`),
    judgeQuery(monitor),
    judgeEnvironment(monitor),
    owner.isUnknown ||
      !owner.exists ||
      owner.entries().length > 0 ||
      fault(owner, `The owner of ${name} is nobody.`),
    ...(owner.isUnknown || owner.at("teamId").isUnknown || !owner.at("teamId").exists
      ? []
      : [isThere(owner.at("teamId"), `The owner of ${name}`)]),
    group.isUnknown ? true : judgeConditions(monitor),
  ]);
}

/** A monitor of errors of another environment tells nothing of production. */
function judgeEnvironment(monitor: ResourceOf<MetricMonitorArgs>): Verdict {
  const environment = monitor.at("environment");
  return (
    environment.isUnknown ||
    !isElsewhere(environment.string() ?? "") ||
    fault(
      environment,
      `${monitor.name} watches the environment ${environment.string()}, which is not production by its name.`,
    )
  );
}

/** A query leaves out what it does not match: all requests count, but for those that only machines make. */
function judgeQuery(monitor: ResourceOf<MetricMonitorArgs>): Verdict {
  const query = monitor.at("query");
  const text =
    query.isUnknown || !/failure_rate/.test(monitor.at("aggregate").string() ?? "")
      ? ""
      : (query.string() ?? "");
  const other = text
    .split(/\s+/)
    .find(
      (term) =>
        term !== "" &&
        !/^(?:is_transaction:true|event\.type:transaction|environment:\S*prod\S*|!\S*(?:health|ready|live|ping|metrics)\S*)$/i.test(
          term,
        ),
    );
  return (
    other === undefined ||
    unproved(
      query,
      `${monitor.name} counts only requests with ${JSON.stringify(other)}, of which the pack cannot tell whether they are all.`,
      "Set query to is_transaction:true, and leave out nothing but health checks.",
    )
  );
}

/** Priorities of an issue: high, medium, low, and resolved. */
const priorities = [75, 50, 25, 0];

function judgeConditions(monitor: ResourceOf<MetricMonitorArgs>): Verdict {
  const { name } = monitor;
  const conditions = itemsOf(monitor.at("conditionGroup", "conditions"));
  if (
    monitor.at("conditionGroup", "conditions").isUnknown ||
    conditions.some(
      (condition) =>
        condition.isUnknown || condition.at("type").isUnknown || condition.at("conditionResult").isUnknown,
    )
  )
    return true;
  const resolving = conditions.filter((condition) => condition.at("conditionResult").number() === 0);
  const opening = conditions.filter((condition) => (condition.at("conditionResult").number() ?? 0) > 0);
  const isStatic = monitor.at("issueDetection", "type").string() === "static";
  const figures = opening.flatMap((condition) => condition.at("comparison").number() ?? []);
  return firstWrong([
    ...conditions.flatMap((condition): Verdict[] => [
      isThere(condition.at("type"), `The type of a condition of ${name}`),
      isOneOf(condition.at("type"), comparisons, `The type of a condition of ${name}`),
      isThere(condition.at("conditionResult"), `The result of a condition of ${name}`),
      isOneOf(condition.at("conditionResult"), priorities, `The result of a condition of ${name}`),
      condition.at("type").string() === "anomaly_detection" ||
        isThere(condition.at("comparison"), `The figure of a condition of ${name}`),
    ]),
    !isStatic ||
      resolving.length > 0 ||
      fault(
        monitor.at("conditionGroup"),
        `${name} has no condition that resolves an issue, which Sentry refuses.`,
      ),
    !isStatic ||
      figures.every((figure) => figure > 0) ||
      fault(
        monitor.at("conditionGroup"),
        `${name} opens an issue above 0, so that one failed request is an incident.`,
      ),
    ...resolving.map((condition) => {
      const figure = condition.at("comparison").number() ?? 0;
      return (
        figures.length === 0 ||
        figure <= Math.min(...figures) ||
        fault(
          condition.at("comparison"),
          `${name} resolves an issue at ${figure}, above the figure that opens it.`,
        )
      );
    }),
  ]);
}

function itemsOf<T>(list: { readonly isUnknown: boolean; items(): T[] }): T[] {
  return list.isUnknown ? [] : list.items();
}
