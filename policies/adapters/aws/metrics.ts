import type { ResourceOf, Value } from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import type { Measure } from "../../values/alert-measures.ts";
import { mostGuardedRequests } from "../../values/promql-amounts.ts";

type Alarm = ResourceOf<args.AlarmArgs>;

const other: Measure = { kind: "other" };

/** What an alarm of CloudWatch measures, by the names that Amazon's services give their metrics. */
export function measureOf(alarm: Alarm): Measure {
  const bound = boundOf(alarm);
  if (bound === undefined) {
    return other;
  }
  const queries = alarm.at("metricQueries").items();
  if (queries.length > 0) {
    return ofQueries(queries, bound);
  }
  return ofMetric(nameIn(alarm.at().as<args.MetricArgs>()), statisticOf(alarm), bound, windowOf(alarm));
}

interface Bound {
  readonly value: number;
  readonly isAbove: boolean;
  /** Whether the value itself meets it. */
  readonly isIncluded: boolean;
}

function boundOf(alarm: Alarm): Bound | undefined {
  const value = alarm.at("threshold").number();
  const operator = alarm.at("comparisonOperator").string() ?? "";
  if (value === undefined || !/^(?:Greater|Less)Than(?:OrEqualTo)?Threshold$/.test(operator)) {
    return undefined;
  }
  return { value, isAbove: operator.startsWith("Greater"), isIncluded: operator.includes("OrEqualTo") };
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
}

const nameIn = (value: Value<args.MetricArgs>): Metric => ({
  namespace: value.at("namespace").string() ?? "",
  name: value.at("metricName").string() ?? "",
});

const statisticOf = (alarm: Alarm): string =>
  alarm.at("extendedStatistic").string() ?? alarm.at("statistic").string() ?? "";

const windowOf = (alarm: Alarm): number => alarm.at("period").number() ?? 60;

function ofMetric({ namespace, name }: Metric, statistic: string, bound: Bound, window: number): Measure {
  const { value, isAbove, isIncluded } = bound;
  // Amazon's own figures are in its own namespaces; another of that name may never come.
  if (ownFigures.test(name) && !namespace.startsWith("AWS/")) {
    return other;
  }
  // It counts how many values came, whatever they were.
  if (statistic === "SampleCount") {
    return other;
  }
  if (isAbove && /5xxErrorRate$/.test(name)) {
    return { kind: "error ratio", above: value / 100, window };
  }
  const quantile = /^p(\d+(?:\.\d+)?)$/.exec(statistic)?.[1];
  if (isAbove && quantile !== undefined && /ResponseTime$|Latency$|^Duration$/.test(name)) {
    // Load balancers count in seconds, everything else in milliseconds.
    const unit = name === "TargetResponseTime" ? 1 : 0.001;
    return { kind: "latency", quantile: Number(quantile) / 100, aboveSeconds: value * unit, window };
  }
  if (isAbove && /^MemoryUtilization$/.test(name) && statistic !== "Minimum") {
    return { kind: "memory", above: value / 100, isShare: true };
  }
  if (isAbove && namespace === "ECS/ContainerInsights" && name === "MemoryUtilized") {
    return { kind: "memory", above: value * bytesOfMegabyte, isShare: false };
  }
  if (isAbove && namespace === "AWS/RDS" && name === "DatabaseConnections" && statistic !== "Minimum") {
    return { kind: "connections", above: value, isShare: false };
  }
  if (isAbove && /Connections?.*(?:Fail|Error)|(?:Fail|Error)\w*Connection/i.test(name)) {
    return { kind: "failed connections", above: (value * 60) / Math.max(window, 1) };
  }
  if (
    isAbove &&
    name === "UnHealthyHostCount" &&
    (isIncluded ? value > 0 && value <= 1 : value >= 0 && value < 1)
  ) {
    return { kind: "down", from: "scrape", all: false, window };
  }
  if (!isAbove && name === "HealthyHostCount" && (value >= 1 || (isIncluded && value >= 0))) {
    return { kind: "down", from: "scrape", all: false, window };
  }
  if (!isAbove && name === "HealthCheckStatus" && value >= 1) {
    return { kind: "down", from: "outside", all: false, window };
  }
  if (isAbove && /backup/i.test(name) && /age|overdue|since/i.test(name)) {
    return { kind: "backup", aboveSeconds: value };
  }
  return other;
}

const ownFigures =
  /^(?:(?:Un)?HealthyHostCount|HealthCheckStatus|TargetResponseTime|DatabaseConnections|HTTPCode_\w+)$/;

const bytesOfMegabyte = 1024 ** 2;

const failed = /5XX|5xx|^Errors$/;
const requests = /^RequestCount$|^Requests?$|^Invocations$/;

/** A share of two metrics: `errors / requests`, as a fraction or in percent, against few requests or not. */
function ofQueries(queries: readonly Value<args.MetricQuery>[], bound: Bound): Measure {
  const metrics = new Map(
    queries.flatMap((query) => {
      const id = query.at("id").string();
      const metric = query.at("metric");
      return id !== undefined && metric.exists ? [[id, nameIn(metric)] as const] : [];
    }),
  );
  const returned = queries.find((query) => query.at("returnData").boolean() === true) ?? queries.at(-1);
  const window = Math.max(60, ...queries.flatMap((query) => query.at("metric", "period").number() ?? []));
  const share = shareIn((returned?.at("expression").string() ?? "").replaceAll(/\s/g, ""), (id, least) => {
    const name = metrics.get(id)?.name ?? "";
    return requests.test(name) && least / window <= mostGuardedRequests;
  });
  const isOf = (ids: readonly string[], names: RegExp) =>
    ids.every((id) => names.test(metrics.get(id)?.name ?? ""));
  return bound.isAbove && share !== undefined && isOf(share.above, failed) && isOf([share.below], requests)
    ? { kind: "error ratio", above: share.isPercent ? bound.value / 100 : bound.value, window }
    : other;
}

interface Share {
  /** Ids of the metrics whose sum is divided. */
  readonly above: readonly string[];
  readonly below: string;
  readonly isPercent: boolean;
}

/** `a/b`, `100*(a+b)/c` or `IF(c>10,a/c,0)`, where a guard against few requests is one that `isGuard` takes. */
function shareIn(text: string, isGuard: (id: string, least: number) => boolean): Share | undefined {
  const [, guard = "", least = "", guarded] = /^IF\((\w+)>=?(\d+),(.+),0\)$/i.exec(text) ?? [];
  if (guarded !== undefined && !isGuard(guard, Number(least))) {
    return undefined;
  }
  let rest = (guarded ?? text).replaceAll(/FILL\((\w+),0\)/gi, "$1");
  let percents = 0;
  for (let before = ""; before !== rest; ) {
    before = rest;
    const bare = rest
      .replace(/^100\*|\*100$/, "")
      .replace(/^(?:(\w+)\*100|\(100\*(\w+)\)|\((\w+)\*100\))\/(\w+)$/, "$1$2$3/$4");
    percents += bare === rest ? 0 : 1;
    rest = bare.replace(/^\((\w+\/\w+|\(\w+(?:\+\w+)+\)\/\w+)\)$/, "$1");
  }
  const [, sum, one, below] = /^(?:\((\w+(?:\+\w+)+)\)|(\w+))\/(\w+)$/.exec(rest) ?? [];
  const above = sum?.split("+") ?? (one === undefined ? [] : [one]);
  return below === undefined || above.length === 0 || percents > 1
    ? undefined
    : { above, below, isPercent: percents === 1 };
}
