import type { ResourceOf, Value } from "../../framework/index.ts";
import type { Measure } from "../../values/alert-measures.ts";

type Any = ResourceOf<unknown>;

const other: Measure = { kind: "other" };

/** What an alarm of CloudWatch measures, by the names that Amazon's services give their metrics. */
export function measureOf(alarm: Any): Measure {
  const bound = boundOf(alarm);
  if (bound === undefined) {
    return other;
  }
  const queries = alarm.at("metricQueries").items();
  if (queries.length > 0) {
    return ofQueries(queries, bound);
  }
  return ofMetric(nameIn(alarm.at()), statisticOf(alarm), bound, windowOf(alarm));
}

interface Bound {
  readonly value: number;
  readonly isAbove: boolean;
}

function boundOf(alarm: Any): Bound | undefined {
  const value = alarm.at("threshold").number();
  const operator = alarm.at("comparisonOperator").string() ?? "";
  if (value === undefined || !/^(?:Greater|Less)Than(?:OrEqualTo)?Threshold$/.test(operator)) {
    return undefined;
  }
  return { value, isAbove: operator.startsWith("Greater") };
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
}

const nameIn = (value: Value): Metric => ({
  namespace: value.at("namespace").string() ?? "",
  name: value.at("metricName").string() ?? "",
});

const statisticOf = (alarm: Any): string =>
  alarm.at("extendedStatistic").string() ?? alarm.at("statistic").string() ?? "";

const windowOf = (alarm: Any): number => alarm.at("period").number() ?? 60;

function ofMetric({ namespace, name }: Metric, statistic: string, bound: Bound, window: number): Measure {
  const { value, isAbove } = bound;
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
  if (isAbove && namespace === "AWS/RDS" && name === "DatabaseConnections" && statistic !== "Minimum") {
    return { kind: "connections", above: value, isShare: false };
  }
  if (isAbove && /Connections?.*(?:Fail|Error)|(?:Fail|Error)\w*Connection/i.test(name)) {
    return { kind: "failed connections", above: (value * 60) / Math.max(window, 1) };
  }
  if (isAbove && name === "UnHealthyHostCount" && value < 1) {
    return { kind: "down", from: "scrape", all: false, window };
  }
  if (!isAbove && name === "HealthyHostCount" && value >= 1) {
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

const failed = /5XX|5xx|^Errors$/;
const requests = /^RequestCount$|^Requests?$|^Invocations$/;

/** A share of two metrics: `errors / requests`, as a fraction or in percent, against few requests or not. */
function ofQueries(queries: readonly Value[], bound: Bound): Measure {
  const metrics = new Map(
    queries.flatMap((query) => {
      const id = query.at("id").string();
      const metric = query.at("metric");
      return id !== undefined && metric.exists ? [[id, nameIn(metric)] as const] : [];
    }),
  );
  const returned = queries.find((query) => query.at("returnData").boolean() === true) ?? queries.at(-1);
  const text = (returned?.at("expression").string() ?? "").replaceAll(/\s/g, "");
  const [, first = "", second = ""] =
    /^\(?(?:100\*)?\(?(?:FILL\()?(\w+)(?:,0\))?\/(\w+)\)?(?:\*100)?\)?$/i.exec(text) ?? [];
  const isPercent = /100/.test(text);
  const [above, below] = [metrics.get(first), metrics.get(second)];
  const window = Math.max(60, ...queries.flatMap((query) => query.at("metric", "period").number() ?? []));
  return bound.isAbove &&
    above !== undefined &&
    below !== undefined &&
    failed.test(above.name) &&
    requests.test(below.name)
    ? { kind: "error ratio", above: isPercent ? bound.value / 100 : bound.value, window }
    : other;
}
