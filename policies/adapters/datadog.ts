import type { ResourceOf, Stack } from "../framework/index.ts";
import type { Adapter, HealthCheck, Sender } from "../model/adapter.ts";
import type { AlertRule, Channel } from "../model/alert-rule.ts";
import { datadog } from "../model/tokens.ts";
import { measureOf, otherEnvironmentOf, windowOf } from "./datadog-query.ts";

type Any = ResourceOf<unknown>;

/** Monitors of Datadog, which tell by themselves whom their message mentions. */
export const datadogAdapter: Adapter = {
  packages: ["datadog"],
  alerts: (stack) => stack.ofType(datadog.monitor).map((monitor) => toRule(stack, monitor)),
  channels: (stack): Sender[] =>
    stack
      .ofType(datadog.monitor)
      .map((monitor) => ({ resource: monitor, channels: () => mentionsIn(monitor) })),
  healthChecks,
};

function toRule(stack: Stack, monitor: Any): AlertRule {
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

/** The part of the time for which maintenance may silence an alert. */
const mostMuted = 0.1;

/** A downtime that silences the monitor for more than its share of the time. */
function downtimeOf(stack: Stack, monitor: Any): Any | undefined {
  return stack.ofType(datadog.downtime, datadog.olderDowntime).find((downtime) => {
    const identifier = downtime.at("monitorIdentifier");
    const ids = [identifier.at("monitorId"), downtime.at("monitorId")];
    const tags = [...identifier.at("monitorTags").strings(), ...downtime.at("monitorTags").strings()];
    const own = monitor.at("tags").strings();
    const concerns = ids.some((id) => id.exists)
      ? downtime.dependencies.includes(monitor)
      : tags.length === 0 || tags.every((tag) => tag === "*" || own.includes(tag));
    const scope = [downtime.at("scope").string() ?? "", ...downtime.at("scopes").strings()].join(" ");
    return concerns && otherEnvironmentOf(scope) === undefined && mutedShare(downtime) > mostMuted;
  });
}

const periods: Readonly<Record<string, number>> = {
  HOURLY: 3600,
  DAILY: 86_400,
  WEEKLY: 604_800,
  MONTHLY: 2_592_000,
  YEARLY: 31_536_000,
};

/** Share of the time that recurring maintenance takes; one that has no end takes all of it, and one that ends none. */
function mutedShare(downtime: Any): number {
  const recurrences = downtime.at("recurringSchedule", "recurrences").items();
  const once = downtime.at("oneTimeSchedule");
  if (recurrences.length === 0) {
    const isOver = once.exists
      ? once.at("end").exists
      : downtime.at("end").exists || downtime.at("recurrence").exists;
    return isOver ? 0 : 1;
  }
  return recurrences.reduce((sum, recurrence) => {
    const rule = (recurrence.at("rrule").string() ?? "").toUpperCase();
    const [, count = "1", unit = "d"] =
      /^(\d+)([mhdw])$/.exec(recurrence.at("duration").string() ?? "") ?? [];
    const seconds = Number(count) * ({ m: 60, h: 3600, d: 86_400, w: 604_800 }[unit] ?? 86_400);
    const period =
      (periods[/FREQ=(\w+)/.exec(rule)?.[1] ?? ""] ?? 1) * Number(/INTERVAL=(\d+)/.exec(rule)?.[1] ?? 1);
    const times = /BY(?:DAY|MONTHDAY)=([^;]+)/.exec(rule)?.[1]?.split(",").length ?? 1;
    return sum + (seconds * times) / period;
  }, 0);
}

/** An agent asks every 15 seconds where nothing else is said. */
const secondsOfRun = 15;

/** A monitor fires when the condition holds over its window; one of a check after so many failures in a row. */
function pendingOf(monitor: Any): number {
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
function severityOf(monitor: Any): string | undefined {
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

function mentionsIn(monitor: Any): Channel[] {
  const message = monitor.at("message").string() ?? "";
  // What is told only of a warning or of the recovery reaches nobody when it counts.
  const plain = message.replace(/\{\{#is_(?:recovery|warning|no_data)\}\}[\s\S]*?\{\{\/is_\w+\}\}/g, "");
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
  }));
}
