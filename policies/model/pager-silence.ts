import {
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { longestMaintenanceHours } from "./adapter.ts";
import { pagerduty, pagerRules } from "./tokens.ts";

type Service = ResourceOf<unknown>;

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
      .map((window) => judge(window, () => judgeWindow(window, now))),
    ...stack
      .ofType(...pagerRules.rules)
      .filter(concerns)
      .map((rules) => judge(rules, () => judgeRules(rules))),
  ];
}

/** At low urgency PagerDuty sends an e-mail, by default, and does not escalate. */
function judgeUrgency(service: Service): Verdict {
  const rule = service.at("incidentUrgencyRule");
  const parts: Value[] =
    rule.at("type").string() === "use_support_hours"
      ? [rule.at("duringSupportHours"), rule.at("outsideSupportHours")]
      : [rule];
  const low = parts.map((part) => part.at("urgency")).find((urgency) => urgency.string() === "low");
  return (
    low === undefined || fault(low, `Incidents of ${service.name} have low urgency, which wakes nobody.`)
  );
}

/** Longer than this, an alert is not told for minutes, or is put to an incident that somebody closed for himself. */
const longestHoldSeconds = { resolve: 3600, group: 3600, pause: 300 };

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
  const pause = service.at("autoPauseNotificationsParameters");
  const paused = pause.at("timeout");
  return (
    pause.at("enabled").boolean() !== true ||
    (paused.number() ?? 0) <= longestHoldSeconds.pause ||
    fault(paused, `${service.name} waits ${paused.number()} seconds before it calls anybody.`)
  );
}

function judgeWindow(window: ResourceOf<unknown>, now: number): Verdict {
  const [start, end] = [window.at("startTime"), window.at("endTime")].map((time) =>
    Date.parse(time.string() ?? ""),
  );
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end) || end <= now) {
    return true;
  }
  const hours = Math.round((end - start) / 3_600_000);
  return (
    hours <= longestMaintenanceHours ||
    fault(
      window.at("endTime"),
      `The maintenance window ${window.name} silences the pager for ${hours} hours.`,
    )
  );
}

/** Event orchestrations have sets of rules and a last one for the rest; the older rules are resources of their own. */
function judgeRules(resource: ResourceOf<unknown>): Verdict {
  const sets = resource.at("sets").items();
  const rules: Value[] = [
    ...sets.flatMap((set) => set.at("rules").items()),
    ...(resource.at("catchAll").exists && !isRule(resource) ? [resource.at("catchAll")] : []),
    ...(isRule(resource) ? [resource.at()] : []),
  ];
  return rules.map((rule) => ruleFault(resource, rule)).find((wrong) => wrong !== undefined) ?? true;
}

const isRule = ({ type }: Resource): boolean => /(?:serviceEventRule|rulesetRule):/.test(type);

function ruleFault({ name }: Resource, rule: Value): Fault | undefined {
  const action = silencing(rule.at("actions"));
  if (rule.at("disabled").boolean() === true || action === undefined) {
    return undefined;
  }
  const expressions = rule
    .at("conditions")
    .items()
    .map((condition) => condition.at("expression").string() ?? "");
  if (expressions.length > 0 && expressions.every(isMinor)) {
    return undefined;
  }
  if (expressions.length === 0 && !rule.at("conditions").exists) {
    return fault(action, `The rules of ${name} suppress every event, so nobody is paged.`);
  }
  return unproved(
    action,
    `A rule of ${name} suppresses events, and its condition does not say that critical ones are not among them.`,
    "Suppress only what is not critical: begin the condition with event.severity matches 'info' or 'warning'.",
  );
}

const isMinor = (expression: string): boolean =>
  /^\s*event\.severity\s+matches\s+'(?:info|warning)'(?:\s+and\s(?!.*\bor\b).*)?\s*$/i.test(expression);

/** The action of a rule by which an event calls nobody. */
function silencing(actions: Value): Value | undefined {
  const switches = [actions.at("suppress"), actions.at("dropEvent")];
  const delays = [actions.at("suspend"), actions.at("suspends", "0", "value")];
  return (
    switches.find((value) => known(() => value.boolean()) === true) ??
    delays.find((value) => Number(known(() => value.number() ?? value.string()) ?? 0) > 900) ??
    [actions.at("suppresses", "0")].find((value) => known(() => value.at("value").boolean()) === true)
  );
}
