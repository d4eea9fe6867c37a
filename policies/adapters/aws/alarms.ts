import { type AnyValue, known, type Resource, type ResourceOf, type Stack } from "../../framework/index.ts";
import type { Dashboard, HealthCheck, Sender } from "../../model/adapter.ts";
import type { AlertRule, Channel } from "../../model/alert-rule.ts";
import type * as args from "../../model/aws-args.ts";
import { cloudWatch, route53, sns } from "../../model/aws-tokens.ts";
import type { Measure } from "../../values/alert-measures.ts";
import type { GoldenSignal } from "../../values/golden-signals.ts";
import { measureOf } from "./metrics.ts";

type Alarm = ResourceOf<args.AlarmArgs>;
type Subscription = ResourceOf<args.SubscriptionArgs>;

/** Alarms of CloudWatch: one figure, or a sum of several, over so many periods. */
export function alerts(stack: Stack): AlertRule[] {
  return stack.ofType(cloudWatch.alarm).map((alarm): AlertRule => {
    const measure = () => measureOf(alarm);
    return {
      resource: alarm,
      entry: alarm.at(),
      name: () => alarm.at("name").string() ?? alarm.name,
      // Where no data counts as bad, it fires for that alone too.
      conditions: () => [
        [measure()],
        ...(alarm.at("treatMissingData").string() === "breaching" ? [[{ kind: "absence" } as const]] : []),
      ],
      isPaused: () => alarm.at("actionsEnabled").boolean() === false,
      pending: () => ({ at: alarm.at("evaluationPeriods"), value: periodsOf(alarm) * secondsOf(alarm) }),
      severity: () => {
        const at = alarm.at("tags").at("severity");
        return { at, value: at.string()?.toLowerCase() };
      },
      runbook: () => {
        const at = alarm.at("alarmDescription");
        return { at, value: /https:\/\/[^\s)>\]]+/.exec(at.string() ?? "")?.[0] };
      },
      channels: () => topicsOf(alarm).flatMap((topic) => channelsOf(stack, topic)),
      silence: () => silenceOf(alarm, measure()),
    };
  });
}

const periodsOf = (alarm: Alarm): number =>
  alarm.at("datapointsToAlarm").number() ?? alarm.at("evaluationPeriods").number() ?? 0;

export function secondsOf(alarm: Alarm): number {
  const own = alarm.at("period").number();
  const periods = alarm
    .at("metricQueries")
    .items()
    .flatMap((query) => query.at("metric", "period").number() ?? []);
  return own ?? Math.max(0, ...periods);
}

/** An alarm whose data stops with what it watches needs to be told that this is bad. */
function silenceOf(alarm: Alarm, { kind }: Measure): string | undefined {
  if (secondsOf(alarm) > 900) {
    return `is evaluated only every ${secondsOf(alarm)} seconds`;
  }
  const needed = alarm.at("datapointsToAlarm").number() ?? 0;
  const looked = alarm.at("evaluationPeriods").number() ?? needed;
  if (needed > looked) {
    return `needs ${needed} bad periods of the ${looked} that it looks at`;
  }
  const missing = alarm.at("treatMissingData").string() ?? "missing";
  return kind === "down" && missing !== "breaching"
    ? `stays silent when no data comes: treatMissingData is ${missing}`
    : undefined;
}

function topicsOf(alarm: Alarm): Resource[] {
  return alarm.dependenciesOf("alarmActions").filter((source) => source.is(sns.topic));
}

/** Channels of a topic: its subscriptions, by their protocol and address. */
function channelsOf(stack: Stack, topic: Resource): Channel[] {
  return stack
    .ofType(sns.subscription)
    .filter((subscription) => subscription.refersTo(topic, "topic") && passesAlarms(subscription))
    .flatMap((subscription) => channelOf(subscription) ?? []);
}

/** Messages of CloudWatch have no attributes, and in their body the state is what a filter may ask for. */
function passesAlarms(subscription: Subscription): boolean {
  const filter = subscription.at("filterPolicy");
  if (!filter.exists || filter.string() === "" || filter.string() === "{}") return true;
  const entries = filter.json<Record<string, string[]>>().entries();
  return (
    subscription.at("filterPolicyScope").string() === "MessageBody" &&
    entries.every(([key, value]) => key === "NewStateValue" && value.strings().includes("ALARM"))
  );
}

function channelOf(subscription: Subscription): Channel | undefined {
  const protocol = subscription.at("protocol").string();
  const endpoint = subscription.at("endpoint");
  switch (protocol) {
    case "email":
    case "email-json":
      return { kind: "e-mail", pages: false };
    case "sms":
      return { kind: "text message", pages: true };
    case "https":
      return pagerAt(endpoint);
    case "lambda":
    case "sqs":
      return { kind: protocol, pages: false };
    default:
      return undefined;
  }
}

const pagers: readonly (readonly [RegExp, string])[] = [
  [/pagerduty\.com/, "PagerDuty"],
  [/opsgenie\.com/, "Opsgenie"],
  [/incident\.io|betterstack|rootly|firehydrant|victorops|splunk/, "pager"],
  [/oncall.*grafana\.net|grafana\.net.*oncall/, "Grafana OnCall"],
];

/** An address that is a secret is unknown or hidden: then the name of the subscription says whose it is. */
function pagerAt(endpoint: AnyValue): Channel {
  const text =
    `${endpoint.resource.name} ${endpoint.isUnknown ? "" : (endpoint.string() ?? "")}`.toLowerCase();
  const kind = pagers.find(([form]) => form.test(text))?.[1] ?? /pagerduty|opsgenie|oncall/.exec(text)?.[0];
  return kind === undefined ? { kind: "webhook", pages: false } : { kind, pages: true };
}

export const channels = (stack: Stack): Sender[] =>
  stack.ofType(sns.topic).map((topic) => ({ resource: topic, channels: () => channelsOf(stack, topic) }));

/** Health checks of Route 53 run from three regions or more. */
export const healthChecks = (stack: Stack): HealthCheck[] =>
  stack.ofType(route53.healthCheck).map((own) => {
    return {
      resource: own,
      isOn: () => own.at("disabled").boolean() !== true && own.at("invertHealthcheck").boolean() !== true,
      url: () =>
        (own.at("type").string() ?? "").startsWith("HTTPS")
          ? `https://${own.at("fqdn").string()}${own.at("resourcePath").string() ?? "/"}`
          : undefined,
      locations: () => own.at("regions").items().length || 8,
    };
  });

/** What the metrics in a dashboard's document show. */
export function dashboards(stack: Stack): Dashboard[] {
  return stack.ofType(cloudWatch.dashboard).map((own) => {
    const body = known(() => own.at("dashboardBody").string()) ?? "";
    return {
      resource: own,
      signals: new Set(signals.flatMap(([signal, form]) => (form.test(body) ? [signal] : []))),
    };
  });
}

const signals: readonly (readonly [GoldenSignal, RegExp])[] = [
  ["latency", /ResponseTime|Latency|"Duration"/],
  ["traffic", /RequestCount|"Requests?"|"Invocations"/],
  ["errors", /5XX|5xx|"Errors"/],
  ["saturation", /CPUUtilization|MemoryUtilization|ConcurrentExecutions|ActiveInstances/],
];
