import type { AlertArgs, AlertCondition, CronMonitorArgs, UptimeMonitorArgs } from "@pulumi/sentry";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { longestIntervalSeconds } from "../../model/adapter.ts";
import type { Watch, Watched } from "../../model/error-tracking.ts";
import { isOn } from "../../model/given.ts";
import { sentry } from "../../model/tokens.ts";
import { firstWrong, isOneOf } from "../../model/value-checks.ts";
import { isTimeZone } from "../../values/api-values.ts";

const longestOutageSeconds = 60 * 60;

/** Whether an environment is not production's by its name. */
export const isElsewhere = (environment: string): boolean =>
  /stag|test|dev|preview|qa|sandbox|local|demo/i.test(environment);

function judgeUptime({ isOwnName }: Watched, monitor: ResourceOf<UptimeMonitorArgs>): Verdict {
  const url = monitor.at("url");
  const text = url.string() ?? "";
  const parsed = URL.parse(text);
  const environment = monitor.at("environment");
  return firstWrong([
    (parsed !== null && isOwnName(parsed.hostname)) ||
      fault(url, `${monitor.name} watches ${text}, which is not a URL of the platform.`),
    (parsed?.protocol === "https:" && !/\s/.test(text)) ||
      fault(url, `${monitor.name} asks ${JSON.stringify(text)}, which is not an https URL.`),
    isOneOf(monitor.at("method"), ["GET", "HEAD"], `The method of ${monitor.name}`),
    isWithin(monitor.at("timeoutMs"), 1000, 60_000, `The timeoutMs of ${monitor.name}`),
    isWithin(monitor.at("intervalSeconds"), 60, 3600, `The intervalSeconds of ${monitor.name}`),
    isWithin(monitor.at("downtimeThreshold"), 1, 100, `The downtimeThreshold of ${monitor.name}`),
    !isElsewhere(environment.string() ?? "") ||
      fault(environment, `${monitor.name} reports failures as those of ${environment.string()}.`),
    intervalFault(monitor) ?? true,
    successFault(monitor) ?? true,
  ]);
}

function intervalFault(monitor: ResourceOf<UptimeMonitorArgs>): Fault | undefined {
  const interval = monitor.at("intervalSeconds");
  const seconds = interval.number() ?? 0;
  const outage = seconds * (monitor.at("downtimeThreshold").number() ?? 1);
  return seconds > longestIntervalSeconds || outage > longestOutageSeconds
    ? fault(
        interval,
        `${monitor.name} reports a host that is down only after ${Math.round(outage / 60)} minutes.`,
      )
    : undefined;
}

/** An assertion that an error would meet as well. */
function successFault(monitor: ResourceOf<UptimeMonitorArgs>): Fault | undefined {
  const assertion = monitor.at("assertionJson");
  if (!assertion.exists) return undefined;
  const root = assertion.json<{ root?: Assertion }>().at("root");
  if (mayHold(root, 503) || mayHold(root, 404)) {
    return fault(assertion, `${monitor.name} accepts an error such as 503 as healthy.`);
  }
  return [200, 201, 202, 204].some((status) => mayHold(root, status))
    ? undefined
    : fault(assertion, `${monitor.name} accepts no answer as healthy, so it always fails.`);
}

/** A node of an assertion, as Sentry's API has it. */
interface Assertion {
  op?: string;
  children?: Assertion[];
  operand?: Assertion;
  operator?: { cmp?: string };
  value?: number;
}

/** Whether an answer with that status may meet the assertion; what asks for something else may be met. */
function mayHold(node: Value<Assertion | undefined>, status: number): boolean {
  const children = node.at("children").items();
  switch (node.at("op").string()) {
    case "and":
      return children.every((child) => mayHold(child, status));
    case "or":
      return children.some((child) => mayHold(child, status));
    case "not":
      return !mayHold(node.at("operand"), status);
    case "status_code_check":
      return compares(node.at("operator", "cmp").string(), status, node.at("value").number() ?? 0);
    default:
      return true;
  }
}

function compares(operator: string | undefined, status: number, value: number): boolean {
  switch (operator) {
    case "equals":
      return status === value;
    case "not_equal":
      return status !== value;
    case "less_than":
      return status < value;
    case "greater_than":
      return status > value;
    default:
      return true;
  }
}

/** Of a daily backup, one more may fail before somebody looks. */
const mostFailures = 2;
const mostRuntimeMinutes = 24 * 60;

function isWithin(value: AnyValue, least: number, most: number, what: string): Verdict {
  const figure = value.number();
  return (
    figure === undefined ||
    (figure >= least && figure <= most) ||
    fault(value, `${what} is ${figure}, not between ${least} and ${most}.`)
  );
}

/** A job that is late for longer is a day without a backup. */
const longestMarginMinutes = 12 * 60;

function judgeCheckIns({ backupJobs }: Watched, monitor: ResourceOf<CronMonitorArgs>): Verdict {
  const margin = monitor.at("checkinMarginMinutes");
  if ((margin.number() ?? 0) > longestMarginMinutes) {
    return fault(
      margin,
      `${monitor.name} waits ${margin.number()} minutes before it says that the job did not run.`,
    );
  }
  const failures = monitor.at("failureIssueThreshold");
  if ((failures.number() ?? 1) > mostFailures) {
    return fault(failures, `${monitor.name} reports only after ${failures.number()} backups have failed.`);
  }
  const runtime = monitor.at("maxRuntimeMinutes");
  if ((runtime.number() ?? 1) > mostRuntimeMinutes) {
    return fault(runtime, `${monitor.name} lets a backup run for ${runtime.number()} minutes.`);
  }
  const zone = monitor.at("timezone");
  if (zone.string() !== undefined && !isTimeZone(zone.string() ?? "")) {
    return fault(
      zone,
      `${monitor.name} has the time zone ${JSON.stringify(zone.string())}, which does not exist.`,
    );
  }
  const crontab = monitor.at("schedule").at("crontab");
  const expected = crontab.string();
  const jobs = backupJobs();
  const linked = jobs.filter((job) => job.variables.sources.includes(monitor));
  // The address for check-ins is often made from a key alone: then the name says which job is watched.
  const isNamed = /back-?_?up/i.test(`${monitor.name} ${known(() => monitor.at("name").string()) ?? ""}`);
  const own = linked.length === 0 && isNamed ? jobs : linked;
  const isTimed = monitor.at("schedule").at("intervalValue").exists || crontab.isUnknown || Boolean(expected);
  if (own.length > 0 && !isTimed) {
    return fault(monitor.at("schedule"), `${monitor.name} has no schedule, so it misses no run.`);
  }
  const schedules = own.flatMap((job) => known(() => job.schedules()) ?? []);
  return (
    expected === undefined ||
    schedules.length === 0 ||
    schedules.includes(expected) ||
    fault(
      crontab,
      `${monitor.name} expects a run at ${expected}, and the job runs at ${schedules.join(", ")}.`,
    )
  );
}

/** An issue that has to happen so often before anybody is told has gone on for long. */
const mostOccurrences = 100;

function judgeAlert(alert: ResourceOf<AlertArgs>): Verdict {
  const environment = alert.at("environment");
  if (isOn(alert.at("enabled")) && isElsewhere(environment.string() ?? "")) {
    return fault(environment, `${alert.name} reports only on ${environment.string()}.`);
  }
  const filters = alert.at("actionFilters").items();
  const rare = filters.map((filter) => filter.at("conditions").items().find(isRare));
  const [first] = rare;
  return (
    filters.length === 0 ||
    first === undefined ||
    rare.some((condition) => condition === undefined) ||
    fault(
      first,
      `${alert.name} reports an issue only after it has happened more than ${mostOccurrences} times.`,
    )
  );
}

function isRare(condition: Value<AlertCondition>): boolean {
  return (["issueOccurrences", "eventFrequencyCount", "eventUniqueUserFrequencyCount"] as const).some(
    (kind) => (condition.at(kind).at("value").number() ?? 0) > mostOccurrences,
  );
}

/** Monitors of URLs and jobs, and alerts: each may be of something else than production. */
export const watches = (stack: Stack): Watch[] => [
  ...stack.ofType(sentry.uptimeMonitor).map(
    (monitor): Watch => ({
      resource: monitor,
      isUseful: (watched) => !isOn(monitor.at("enabled")) || judgeUptime(watched, monitor),
    }),
  ),
  ...stack.ofType(sentry.cronMonitor).map(
    (monitor): Watch => ({
      resource: monitor,
      isUseful: (watched) => judgeCheckIns(watched, monitor),
    }),
  ),
  ...stack
    .ofType(sentry.alert)
    .map((alert): Watch => ({ resource: alert, isUseful: () => judgeAlert(alert) })),
];
