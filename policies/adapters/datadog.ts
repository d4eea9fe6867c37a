import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { type Adapter, type HealthCheck, longestMaintenanceHours, type Sender } from "../model/adapter.ts";
import type { AlertRule, Channel } from "../model/alert-rule.ts";
import type * as dd from "../model/datadog-args.ts";
import { datadog } from "../model/tokens.ts";
import type { Measure } from "../values/alert-measures.ts";
import { boundOf, limitsIn, measureOf, otherEnvironmentOf, windowOf } from "./datadog-query.ts";

type Monitor = ResourceOf<dd.MonitorArgs>;
type Downtime = ResourceOf<dd.DowntimeArgs>;

/** Monitors of Datadog, which tell by themselves whom their message mentions. */
export const datadogAdapter: Adapter = {
  packages: ["datadog"],
  api: /(?:^|\.)(?:datadoghq\.(?:com|eu)|ddog-gov\.com)$/,
  alerts: (stack) => stack.ofType(datadog.monitor).map((monitor) => toRule(stack, monitor)),
  channels: (stack): Sender[] =>
    stack
      .ofType(datadog.monitor)
      .map((monitor) => ({ resource: monitor, channels: () => mentionsIn(monitor) })),
  healthChecks,
  silences: (stack, now) =>
    stack
      .ofType(datadog.downtime, datadog.olderDowntime)
      .map((resource) => ({ resource, verdict: () => judgeOnce(resource, now) })),
  rejects: { alerts: judgeThresholds },
};

/** Datadog takes a monitor only if both of its bounds are the same number. */
function judgeThresholds(stack: Stack): Finding[] {
  return stack.ofType(datadog.monitor).map((monitor) =>
    judge(monitor, () => {
      const critical = monitor.at("monitorThresholds", "critical");
      const text = critical.string() ?? critical.number();
      const bound = boundOf(monitor.at("query").string() ?? "");
      return (
        text === undefined ||
        bound === undefined ||
        Number(text) === bound ||
        fault(
          critical,
          `monitorThresholds.critical of ${monitor.name} is ${text}, and its query compares with ${bound}.`,
          "Give monitorThresholds.critical of the datadog.Monitor the number that its query compares with.",
        )
      );
    }),
  );
}

function toRule(stack: Stack, monitor: Monitor): AlertRule {
  const query = () => monitor.at("query").string() ?? "";
  return {
    resource: monitor,
    entry: monitor.at("query"),
    name: () => monitor.at("name").string() ?? monitor.name,
    // Where it tells of missing data, it fires for that alone too.
    conditions: () => [
      [measureOf(query(), monitor.at("type").string() ?? "")],
      ...(monitor.at("notifyNoData").boolean() === true ? [[{ kind: "absence" } as const]] : []),
    ],
    isPaused: () =>
      monitor.at("draftStatus").string() === "draft" ||
      monitor
        .at("silenced")
        .entries()
        .some(([scope]) => scope === "*"),
    pending: () => ({
      at: monitor.at("query"),
      value: pendingOf(monitor) + (monitor.at("evaluationDelay").number() ?? 0),
    }),
    severity: () => ({ at: monitor.at("priority"), value: severityOf(monitor) }),
    runbook: () => {
      const at = monitor.at("message");
      return { at, value: /https:\/\/[^\s)>\]]+/.exec(at.string() ?? "")?.[0] };
    },
    channels: () => mentionsIn(monitor),
    limits: () =>
      isOfApplications(measureOf(query(), monitor.at("type").string() ?? "")) ? limitsIn(query()) : new Map(),
    silence: () => {
      const other = otherEnvironmentOf(query());
      if (other !== undefined) return `watches the environment ${other}, which is not production by its name`;
      const muted = downtimeOf(stack, monitor);
      if (muted !== undefined)
        return `is muted by the downtime ${muted.name} for more than a tenth of the time`;
      const isDown = measureOf(query(), monitor.at("type").string() ?? "").kind === "down";
      const isQuiet =
        monitor.at("notifyNoData").boolean() !== true &&
        !/show_and_notify/.test(monitor.at("onMissingData").string() ?? "");
      return isDown && isQuiet ? "stays silent when no data comes: notifyNoData is not true" : undefined;
    },
  };
}

/** What each application has a figure of; what a database or a job has, only one of them may report. */
const isOfApplications = (measure: Measure): boolean =>
  ["error ratio", "latency", "memory"].includes(measure.kind) ||
  (measure.kind === "down" && measure.from === "scrape");

/** The part of the time for which maintenance may silence an alert. */
const mostMuted = 0.1;

/** A downtime that silences the monitor for more than its share of the time. */
function downtimeOf(stack: Stack, monitor: Monitor): Downtime | undefined {
  return stack.ofType(datadog.downtime, datadog.olderDowntime).find((downtime) => {
    const identifier = downtime.at("monitorIdentifier");
    const ids = [identifier.at("monitorId"), downtime.at("monitorId")];
    const tags = [...identifier.at("monitorTags").strings(), ...downtime.at("monitorTags").strings()];
    const own = monitor.at("tags").strings();
    const concerns = ids.some((id) => id.exists)
      ? downtime.dependencies.includes(monitor)
      : tags.length === 0 || tags.every((tag) => tag === "*" || own.includes(tag));
    return (
      concerns && otherEnvironmentOf(scopeOf(downtime)) === undefined && mutedShare(downtime) > mostMuted
    );
  });
}

const scopeOf = (downtime: Downtime): string =>
  [downtime.at("scope").string() ?? "", ...downtime.at("scopes").strings()].join(" ");

const periods: Readonly<Record<string, number>> = {
  SECONDLY: 1,
  MINUTELY: 60,
  HOURLY: 3600,
  DAILY: 86_400,
  WEEKLY: 604_800,
  MONTHLY: 2_419_200,
  YEARLY: 31_536_000,
};

/**
 * Share of the time that recurring maintenance takes, or more; one that has no end, or a length that cannot be read,
 * takes all of it. One that ends is judged by its length.
 */
function mutedShare(downtime: Downtime): number {
  const recurrences = downtime.at("recurringSchedule", "recurrences").items();
  if (recurrences.length > 0) {
    return recurrences.reduce((sum, recurrence) => {
      const [, count, unit = ""] = /^(\d+)([mhdw])$/.exec(recurrence.at("duration").string() ?? "") ?? [];
      const seconds = Number(count) * ({ m: 60, h: 3600, d: 86_400, w: 604_800 }[unit] ?? Number.NaN);
      return sum + shareOf(recurrence.at("rrule").string() ?? "", seconds);
    }, 0);
  }
  const older = downtime.at("recurrence");
  if (older.exists) return shareOf(olderRule(older), olderLength(downtime));
  return onceOf(downtime).end.exists ? 0 : 1;
}

/** The share of a rule as RFC 5545 has it: what it repeats within its period counts each time. */
function shareOf(rrule: string, seconds: number): number {
  const parts = new Map(
    rrule
      .toUpperCase()
      .replace(/^RRULE:/, "")
      .split(";")
      .map((part): [string, string] => {
        const [name = "", value = ""] = part.split("=");
        return [name, value];
      }),
  );
  const period = (periods[parts.get("FREQ") ?? ""] ?? Number.NaN) * Number(parts.get("INTERVAL") ?? 1);
  const times = repeating.reduce((product, name) => product * (parts.get(name)?.split(",").length ?? 1), 1);
  const share = (seconds * times) / period;
  return Number.isNaN(share) ? 1 : share;
}

const repeating = ["BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYHOUR", "BYMINUTE", "BYSECOND"];

/** `{ type: "weeks", period: 1, weekDays: ["Sat"] }` or a rule, of the resource before downtime schedules. */
function olderRule(recurrence: Value<dd.DowntimeArgs["recurrence"]>): string {
  const kind = recurrence.at("type").string() ?? "";
  if (kind === "rrule") return recurrence.at("rrule").string() ?? "";
  const frequency = { days: "DAILY", weeks: "WEEKLY", months: "MONTHLY", years: "YEARLY" }[kind] ?? "";
  const days = recurrence.at("weekDays").strings();
  return `FREQ=${frequency};INTERVAL=${recurrence.at("period").number() ?? 1}${days.length > 0 ? `;BYDAY=${days.join(",")}` : ""}`;
}

const olderLength = (downtime: Downtime): number => {
  const { start, end } = onceOf(downtime);
  return (timeOf(end) - timeOf(start)) / 1000;
};

/** When maintenance that happens once begins and ends, in any of its three forms. */
function onceOf(downtime: Downtime): { start: AnyValue; end: AnyValue } {
  const once = downtime.at("oneTimeSchedule");
  const place = once.exists ? once.as<dd.OneTime>() : downtime.at().as<dd.OneTime>();
  const [start, end] = [place.at("startDate"), place.at("endDate")];
  return { start: start.exists ? start : place.at("start"), end: end.exists ? end : place.at("end") };
}

/** A date, or the seconds since 1970 of the older resource; in milliseconds. */
const timeOf = (value: AnyValue): number =>
  value.number() === undefined ? Date.parse(value.string() ?? "") : (value.number() ?? 0) * 1000;

/** Maintenance that happens once, of what is not said to be for another environment. */
function judgeOnce(downtime: Downtime, now: number): Verdict {
  const isRepeated = downtime.at("recurringSchedule").exists || downtime.at("recurrence").exists;
  const tags = downtime.at("monitorIdentifier", "monitorTags").strings().join(" ");
  if (isRepeated || otherEnvironmentOf(`${scopeOf(downtime)} ${tags}`) !== undefined) return true;
  const { start, end } = onceOf(downtime);
  const until = timeOf(end);
  const from = Number.isNaN(timeOf(start)) ? now : timeOf(start);
  const hours = (until - Math.max(from, now)) / 3_600_000;
  return (
    until <= now ||
    hours <= longestMaintenanceHours ||
    fault(
      end,
      `The downtime ${downtime.name} silences its monitors ${end.exists ? `until ${end.string() ?? end.number()}` : "forever"}.`,
      "Give the datadog.DowntimeSchedule an end within twelve hours, or the scope of an environment other than production.",
    )
  );
}

/** An agent asks every 15 seconds where nothing else is said. */
const secondsOfRun = 15;

/** A monitor fires when the condition holds over its window; one of a check after so many failures in a row. */
function pendingOf(monitor: Monitor): number {
  if (monitor.at("type").string() !== "service check") {
    return windowOf(monitor.at("query").string() ?? "");
  }
  const failures = monitor.at("monitorThresholds", "critical");
  return (Number(failures.string() ?? failures.number() ?? 1) - 1) * secondsOfRun;
}

const byPriority: Readonly<Record<string, string>> = {
  1: "critical",
  2: "high",
  3: "warning",
  4: "info",
  5: "info",
};

/** By a tag, else by the priority. */
function severityOf(monitor: Monitor): string | undefined {
  const tag = monitor
    .at("tags")
    .strings()
    .find((text) => text.startsWith("severity:"));
  const priority = monitor.at("priority").string() ?? String(monitor.at("priority").number() ?? "");
  return tag?.slice("severity:".length).toLowerCase() ?? byPriority[priority];
}

const kinds: readonly (readonly [RegExp, string, boolean])[] = [
  [/^@pagerduty/i, "PagerDuty", true],
  [/^@opsgenie/i, "Opsgenie", true],
  [/^@(?:victorops|splunk)/i, "Splunk On-Call", true],
  [/^@oncall-/i, "Datadog On-Call", true],
  [/^@slack-/i, "Slack", false],
  [/^@(?:teams-|webhook-|hangouts-|discord)/i, "chat", false],
  [/^@[\w.+-]+@[\w-]+\.[\w.]+$/, "e-mail", false],
];

/** One block without another in it: `{{#is_alert}}…{{/is_alert}}`, or `{{^is_recovery}}…` of all but that. */
const block = /\{\{([#^])(\w+)([^{}]*)\}\}((?:(?!\{\{[#^])[\s\S])*?)\{\{\/\2\}\}/;

/**
 * What of a message is told whenever the monitor alerts: a block that is of something else, or of some hosts alone, may
 * be left out. Source: https://docs.datadoghq.com/monitors/notify/variables/#conditional-variables
 */
function toldOfAlerts(message: string, query: string): string {
  const [whole, sign, name = "", condition = "", inside = ""] = block.exec(message) ?? [];
  if (whole === undefined) return message;
  const [, tag, value] = /^\s*"([\w.-]+?)(?:\.name)?"\s+"([^"]*)"\s*$/.exec(condition) ?? [];
  const isOfAll =
    (sign === "#" && name === "is_alert") ||
    (sign === "^" && /^is_(?:recovery|warning|no_data|renotify|\w+_recovery)$/.test(name)) ||
    // What the query is limited to holds for all that it finds.
    (sign === "#" && /^is_(?:exact_)?match$/.test(name) && query.includes(`${tag}:${value}`));
  return toldOfAlerts(
    message.replace(whole, () => (isOfAll ? inside : "")),
    query,
  );
}

function mentionsIn(monitor: Monitor): Channel[] {
  const plain = toldOfAlerts(monitor.at("message").string() ?? "", monitor.at("query").string() ?? "");
  return (plain.match(/@[\w.+@-]+\w/g) ?? []).flatMap((mention) => {
    const found = kinds.find(([form]) => form.test(mention));
    return found === undefined ? [] : [{ kind: found[1], pages: found[2] }];
  });
}

function healthChecks(stack: Stack): HealthCheck[] {
  return stack.ofType(datadog.synthetics).map((test) => ({
    resource: test,
    isOn: () => test.at("status").string() === "live",
    url: () => test.at("requestDefinition", "url").string(),
    locations: () => test.at("locations").items().length,
    acceptedError: () => {
      const statuses = test
        .at("assertions")
        .items()
        .filter((assertion) => assertion.at("type").string() === "statusCode");
      return statuses.find(takesErrors)?.at("target");
    },
    every: () => test.at("optionsList", "tickEvery"),
  }));
}

/** An assertion that an error meets: the status is another than one of them, or is below a high bound. */
function takesErrors(assertion: Value<dd.Assertion>): boolean {
  const target = assertion.at("target");
  const status = Number(target.string() ?? target.number());
  switch (assertion.at("operator").string()) {
    case "is":
      return status >= 300;
    case "isNot":
    case "moreThan":
      return true;
    case "lessThan":
      return status > 300;
    default:
      return false;
  }
}
