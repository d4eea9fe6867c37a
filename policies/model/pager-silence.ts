import type { MaintenanceWindowArgs, ServiceArgs, UserNotificationRuleArgs } from "@pulumi/pagerduty";
import type { Input } from "@pulumi/pulumi";
import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type PropertiesOf,
  type Resource,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { longestMaintenanceHours } from "./adapter.ts";
import type { PagerActions, PagerEventRule, PagerServiceArgs, PagerSubcondition } from "./other-args.ts";
import { pagerduty, pagerRules } from "./tokens.ts";

type Service = ResourceOf<ServiceArgs & PagerServiceArgs>;

/** Judges what keeps a page from waking somebody: urgency, maintenance windows and rules that suppress. */
export function judgeSilence(stack: Stack, services: readonly Resource[], now: number): Finding[] {
  const others = stack.ofType(pagerduty.service).filter((service) => !services.includes(service));
  const concerns = (resource: Resource) =>
    !others.some((other) => resource.dependencies.includes(other)) ||
    services.some((service) => resource.dependencies.includes(service));
  return [
    ...stack
      .ofType(pagerduty.service)
      .filter((service) => services.includes(service))
      .flatMap((service) => [
        judge(service, () => judgeUrgency(service)),
        judge(service, () => judgeHolding(service)),
      ]),
    ...stack
      .ofType(pagerRules.window)
      .filter(concerns)
      .map((window, _, all) => judge(window, () => judgeWindow(window, all, now))),
    ...stack
      .ofType(...pagerRules.rules)
      .filter(concerns)
      .map((rules) => judge(rules, () => judgeRules(stack, rules))),
    ...judgeCalls(stack),
  ];
}

/** A mail wakes nobody, and somebody who is told late answers late. */
const longestDelayMinutes = 10;

/** Of each person whose notification rules the stack declares, one has to wake them soon. */
function judgeCalls(stack: Stack): Finding[] {
  const rules = stack
    .ofType(pagerRules.notification)
    .filter((rule) => known(() => rule.at("urgency").string()) !== "low");
  const people = Map.groupBy(rules, personOf);
  return [...people.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : judge(
          first,
          () =>
            [first, ...others].some(wakes) ||
            fault(
              first.at("contactMethod"),
              `${first.name} tells whoever is on call by e-mail or late, and no other rule of the same person wakes them.`,
              "Add a pagerduty.UserNotificationRule of that person for high urgency, by phone, text message or push, without a delay.",
            ),
        ),
  );
}

type NotificationRule = ResourceOf<UserNotificationRuleArgs>;

const personOf = (rule: NotificationRule): string =>
  known(() => rule.at("userId").string()) ??
  rule
    .dependenciesOf("userId")
    .map(({ urn }) => urn)
    .join(" ");

interface ContactMethod {
  type?: Input<string>;
}

function wakes(rule: NotificationRule): boolean {
  const method = rule.at("contactMethod").as<ContactMethod>().at("type").string() ?? "";
  return !/^email/.test(method) && (rule.at("startDelayInMinutes").number() ?? 0) <= longestDelayMinutes;
}

/** At low urgency PagerDuty sends an e-mail, by default, and does not escalate. */
function judgeUrgency(service: Service): Verdict {
  const rule = service.at("incidentUrgencyRule");
  const parts =
    rule.at("type").string() === "use_support_hours"
      ? [rule.at("duringSupportHours"), rule.at("outsideSupportHours")]
      : [rule];
  const low = parts.map((part) => part.at("urgency")).find((urgency) => urgency.string() === "low");
  return (
    low === undefined || fault(low, `Incidents of ${service.name} have low urgency, which wakes nobody.`)
  );
}

/** Longer than this, an alert is not told for minutes, or is put to an incident that somebody closed for himself. */
export const longestHoldSeconds = { resolve: 3600, group: 3600, pause: 300 };

/** What a service does with an alert before anybody is called, or before the next level is. */
function judgeHolding(service: Service): Verdict {
  const resolve = service.at("autoResolveTimeout");
  const resolved = Number(resolve.string() ?? resolve.number() ?? 0);
  if (resolved > 0 && resolved < longestHoldSeconds.resolve) {
    return fault(
      resolve,
      `${service.name} closes an incident after ${resolved} seconds, before the next level is called.`,
    );
  }
  const grouping = service.at("alertGroupingParameters");
  const span = grouping.at("config", "timeout");
  const isByTime = grouping.at("type").string() === "time";
  // Without a timeout, or with 0, alerts are grouped for as long as the incident is open.
  if (isByTime && (span.number() ?? 0) > longestHoldSeconds.group) {
    return fault(span, `${service.name} puts what comes within ${span.number()} seconds to an old incident.`);
  }
  const older = service.at("alertGroupingTimeout");
  const minutes = service.at("alertGrouping").string() === "time" ? Number(older.string() ?? 0) : 0;
  if (minutes * 60 > longestHoldSeconds.group) {
    return fault(older, `${service.name} puts what comes within ${minutes} minutes to an old incident.`);
  }
  const pause = service.at("autoPauseNotificationsParameters");
  const paused = pause.at("timeout");
  return (
    pause.at("enabled").boolean() !== true ||
    (paused.number() ?? 0) <= longestHoldSeconds.pause ||
    fault(paused, `${service.name} waits ${paused.number()} seconds before it calls anybody.`)
  );
}

type Window = ResourceOf<MaintenanceWindowArgs>;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** When nobody is called, in milliseconds since 1970; undefined where it is over, or cannot be read. */
function spanOf(window: Window, now: number): Span | undefined {
  const [start = Number.NaN, end = Number.NaN] = [window.at("startTime"), window.at("endTime")].map((time) =>
    Date.parse(known(() => time.string()) ?? ""),
  );
  return Number.isNaN(start) || Number.isNaN(end) || end <= now ? undefined : { start, end };
}

/** Between two windows that are not further apart nothing is told either. */
const shortestBreak = 3_600_000;

/** Windows that follow one another are one. */
function judgeWindow(window: Window, all: readonly Window[], now: number): Verdict {
  const own = spanOf(window, now);
  if (own === undefined) {
    return true;
  }
  let end = own.end;
  const later = all
    .flatMap((one) => spanOf(one, now) ?? [])
    .filter(({ start }) => start >= own.start)
    .toSorted((one, other) => one.start - other.start);
  for (const next of later) {
    if (next.start <= end + shortestBreak) end = Math.max(end, next.end);
  }
  const hours = Math.round((end - own.start) / 3_600_000);
  return (
    hours <= longestMaintenanceHours ||
    fault(
      window.at("endTime"),
      `The maintenance window ${window.name} silences the pager for ${hours} hours${end > own.end ? ", with those that follow it" : ""}.`,
    )
  );
}

/** Event orchestrations have sets of rules and a last one for the rest; the older rules are resources of their own. */
type Rules = ResourceOf<PropertiesOf<(typeof pagerRules.rules)[number]>>;

function judgeRules(stack: Stack, resource: Rules): Verdict {
  const sets = resource.at("sets").items();
  const rules: Value<PagerEventRule>[] = [
    ...sets.flatMap((set) => set.at("rules").items()),
    ...(resource.at("catchAll").exists && !isRule(resource) ? [resource.at("catchAll")] : []),
    ...(isRule(resource) ? [resource.at()] : []),
  ];
  return rules.map((rule) => ruleFault(stack, resource, rule)).find((wrong) => wrong !== undefined) ?? true;
}

const isRule = ({ type }: Resource): boolean => /(?:serviceEventRule|rulesetRule):/.test(type);

type Conditions = Value<PagerEventRule["conditions"]>;
type Actions = Value<PagerEventRule["actions"]>;

function ruleFault(stack: Stack, resource: Resource, rule: Value<PagerEventRule>): Fault | undefined {
  if (rule.at("disabled").boolean() === true) return undefined;
  const { name } = resource;
  const action = silencing(rule.at("actions")) ?? softening(stack, resource, rule.at("actions"));
  const conditions = rule.at("conditions");
  const merged = merging(rule.at("actions"));
  if (merged !== undefined && !tellsApart(conditions)) {
    return fault(
      merged,
      `The rules of ${name} give every event one dedup key, so nobody is paged for the second one while the first is open.`,
      "Leave the dedup key to what sends the event, or make it from what tells the alerts apart.",
    );
  }
  if (action === undefined) {
    return undefined;
  }
  const expressions = conditions.items().map((condition) => condition.at("expression").string() ?? "");
  if ((expressions.length > 0 && expressions.every(isMinor)) || asksForMinor(conditions)) {
    return undefined;
  }
  if (expressions.length === 0 && !conditions.exists) {
    return fault(action, `The rules of ${name} suppress, soften or send on every event, so nobody is paged.`);
  }
  return unproved(
    action,
    `A rule of ${name} suppresses, softens or sends on events, and its condition does not say that critical ones are not among them.`,
    "Suppress only what is not critical: begin the condition with event.severity matches 'info' or 'warning'.",
  );
}

/** Whether a rule's condition asks for more of an event than how bad it is, and from which client. */
function tellsApart(conditions: Conditions): boolean {
  if (conditions.isUnknown) return false;
  const named = [
    ...conditions.items().map((condition) => condition.at("expression").string() ?? ""),
    ...conditions
      .at("subconditions")
      .items()
      .flatMap((part) => part.at("parameters").items())
      .map((parameter) => parameter.at("path").string() ?? ""),
  ];
  return named.some((text) => fieldsOfAlerts.test(text) && !/\bnot\b/i.test(text));
}

const fieldsOfAlerts =
  /\b(?:summary|source|component|group|class|custom_details|details|dedup_key|incident_key|description|title)\b/i;

/** The same of the older rules, whose conditions are of parts: all of them, or any. */
function asksForMinor(conditions: Conditions): boolean {
  const parts = conditions.at("subconditions").items();
  const isOfMinor = (part: Value<PagerSubcondition>): boolean => {
    const parameters = part.at("parameters").items();
    return (
      part.at("operator").string() === "equals" &&
      parameters.length > 0 &&
      parameters.every(
        (parameter) =>
          /(?:^|\.)severity$/.test(parameter.at("path").string() ?? "") &&
          /^(?:info|warning)$/i.test(parameter.at("value").string() ?? ""),
      )
    );
  };
  return conditions.at("operator").string() === "and"
    ? parts.some(isOfMinor)
    : parts.length > 0 && parts.every(isOfMinor);
}

const isMinor = (expression: string): boolean =>
  /^\s*event\.severity\s+matches\s+'(?:info|warning)'(?:\s+and\s(?!.*\bor\b).*)?\s*$/i.test(expression);

/** Whether a service calls somebody at once only for events that say that they are critical or errors. */
export function followsSeverity(service: Service): boolean {
  const rule = service.at("incidentUrgencyRule");
  return [rule, rule.at("duringSupportHours"), rule.at("outsideSupportHours")].some(
    (part) => part.at("urgency").string() === "severity_based",
  );
}

/** What an event of low severity is, at a service whose urgency follows it, and one that goes by another policy. */
function softening(stack: Stack, resource: Resource, actions: Actions): AnyValue | undefined {
  const services = stack.ofType(pagerduty.service);
  const severities = [
    actions.at("severity"),
    ...valuesOf(actions.at("severities")),
    ...madeFor(actions, /(?:^|\.)severity$/),
  ];
  const minor = services.some(followsSeverity)
    ? severities.find((severity) => /^(?:info|warning)$/i.test(known(() => severity.string()) ?? ""))
    : undefined;
  const other = actions.at("escalationPolicy");
  const isOther =
    !other.isUnknown &&
    (other.string() ?? "") !== "" &&
    !resource.dependencies.some(({ type }) => type === pagerduty.escalationPolicy) &&
    stack.ofType(pagerduty.escalationPolicy).every(({ id }) => id !== other.string());
  return minor ?? (isOther ? other : undefined);
}

/** The older rules have lists of objects with one value. */
const valuesOf = (list: Value<PagerActions["suppresses"]>): AnyValue[] =>
  list.items().map((one) => one.at("value"));

/** Fixed texts that a rule writes into a field of the event. */
const madeFor = (actions: Actions, field: RegExp): AnyValue[] =>
  actions
    .at("extractions")
    .items()
    .filter((one) => field.test(known(() => one.at("target").string()) ?? ""))
    .map((one) => one.at("template"));

/** The action of a rule by which an event calls nobody. */
function silencing(actions: Actions): AnyValue | undefined {
  const switches = [actions.at("suppress"), actions.at("dropEvent"), ...valuesOf(actions.at("suppresses"))];
  const delays = [actions.at("suspend"), ...valuesOf(actions.at("suspends"))];
  const kinds = [
    actions.at("eventAction"),
    ...valuesOf(actions.at("eventActions")),
    ...madeFor(actions, /(?:^|\.)event_action$/),
  ];
  return (
    switches.find((value) => known(() => value.boolean()) === true) ??
    delays.find((value) => Number(known(() => value.number() ?? value.string()) ?? 0) > 900) ??
    kinds.find((value) => /^(?:resolve|acknowledge)$/i.test(known(() => value.string()) ?? ""))
  );
}

/** A key that is the same for every event puts what comes later to an alert that is open, and calls nobody for it. */
function merging(actions: Actions): AnyValue | undefined {
  return madeFor(actions, /(?:^|\.)dedup_key$/).find((template) => {
    const text = known(() => template.string()) ?? "";
    const names = [...text.matchAll(/\{\{\s*([\w.]+)/g)].map(([, name = ""]) => name);
    return (
      text !== "" &&
      names.every((name) =>
        /^(?:event\.)?(?:severity|event_action|client|client_url|routing_key)$/.test(name),
      )
    );
  });
}
