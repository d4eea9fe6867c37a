import { policy } from "./framework/index.ts";
import { type AlertRequirement, areMet, judgeAlert } from "./model/alert-requirements.ts";
import type { Measure } from "./values/alert-measures.ts";

// Items A.1 to A.5, by what an alert's expression measures, whatever its name is.

/** A pool that cannot connect tries again every few seconds. */
const mostFailuresAMinute = 5;

/** No host of the platform has more, so that a bound above it is a mistake in the unit. */
const mostMemoryBytes = 64 * 1024 ** 3;
/** A database that takes more connections has a pooler in front of it. */
const mostConnections = 500;

/** Over a longer window, a rule fires long after the problem began. */
const longestWindowMinutes = 15;

export const highErrorRate = policy({
  name: "alert-high-error-rate",
  items: ["A.1", "5.6", "S6.2"],
  title: "An alert must fire when 1 % of requests fail.",
  severity: "critical",
  fix: "Declare a rule that fires when the share of requests with a 5xx status, over at most 15 minutes, is above 0.01 or less.",
  url: "https://sre.google/workbook/alerting-on-slos/",
  thresholds: {
    maximumPercent: {
      description: "Share of failed requests, in percent, above which the alert fires.",
      default: 1,
      minimum: 0,
      maximum: 1,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches the error rate.",
      measures: (measure) =>
        measure.kind === "error ratio" && isQuick(measure)
          ? atMost(
              measure.above * 100,
              threshold("maximumPercent"),
              (above) => `${above} % of failed requests`,
            )
          : undefined,
    }),
});

export const highLatencyP95 = policy({
  name: "alert-high-latency-p95",
  items: ["A.2", "5.6", "S6.2"],
  title: "An alert must fire when P95 latency is above 500 ms.",
  severity: "high",
  fix: "Declare a rule that fires when histogram_quantile(0.95, …) of the request duration is above 0.5 s or less.",
  url: "https://prometheus.io/docs/practices/histograms/",
  thresholds: {
    maximumMilliseconds: {
      description: "P95 latency, in milliseconds, above which the alert fires.",
      default: 500,
      minimum: 1,
      maximum: 500,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches P95 latency.",
      measures: (measure) => judgeLatency(measure, 0.95, 0.99, threshold("maximumMilliseconds")),
    }),
});

export const highLatencyP99 = policy({
  name: "alert-high-latency-p99",
  items: ["A.2", "5.6", "S6.2"],
  title: "An alert must fire when P99 latency is above 1000 ms.",
  severity: "high",
  fix: "Declare a rule that fires when histogram_quantile(0.99, …) of the request duration is above 1 s or less.",
  url: "https://prometheus.io/docs/practices/histograms/",
  thresholds: {
    maximumMilliseconds: {
      description: "P99 latency, in milliseconds, above which the alert fires.",
      default: 1000,
      minimum: 1,
      maximum: 1000,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches P99 latency.",
      measures: (measure) => judgeLatency(measure, 0.99, 1, threshold("maximumMilliseconds")),
    }),
});

export const serviceDown = policy({
  name: "alert-service-down",
  items: ["A.3", "5.6", "S6.2"],
  title: "An alert must fire when a host does not answer the scrape of its metrics.",
  severity: "critical",
  fix: "Declare a rule such as up{…} == 0 for each target; or beside the one on health checks another such as avg by (instance) (probe_success) < 0.5, for all hosts.",
  url: "https://prometheus.io/docs/concepts/jobs_instances/",
  check: (stack) => {
    const found = judgeAlert(stack, {
      absent: "No alert fires when a host does not answer the scrape of its metrics.",
      measures: (measure) => judgeDown(measure, "scrape"),
      // One target has one series, so that it is never down twice.
      allows: (measure) => measure.kind === "several" && measure.least <= 1,
      pendingMinutes: 10,
    });
    // Seen from outside, one alert is the health check's own.
    return found.length > 0 && areMet(stack, failingCheck, 2) ? [] : found;
  },
});

const failingCheck: AlertRequirement = {
  absent: "No alert watches the health checks from outside.",
  measures: (measure) => judgeDown(measure, "outside"),
  allows: isFew,
  pendingMinutes: 10,
};

export const healthCheckFailing = policy({
  name: "alert-health-check-failing",
  items: ["A.3", "5.7"],
  title: "An alert must fire when a health check fails from outside.",
  severity: "high",
  fix: "Declare a rule such as count by (instance) (probe_success == 0) >= 2.",
  url: "https://grafana.com/docs/grafana-cloud/testing/synthetic-monitoring/analyze-results/",
  check: (stack) => judgeAlert(stack, failingCheck),
});

export const highMemory = policy({
  name: "alert-high-memory",
  items: ["A.4", "5.6", "S6.2"],
  title: "An alert must fire before memory runs out.",
  severity: "high",
  fix: "Declare a rule that fires when memory in use, divided by its limit, is above 0.95 or less.",
  thresholds: {
    maximumPercent: {
      description: "Share of the memory, in percent, above which the alert fires.",
      default: 95,
      minimum: 1,
      maximum: 95,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches memory.",
      measures: (measure) =>
        measure.kind === "memory"
          ? judgeUse(measure, threshold("maximumPercent"), mostMemoryBytes, "memory")
          : undefined,
    }),
});

export const databaseConnections = policy({
  name: "alert-database-connections",
  items: ["A.5", "5.6", "S6.2"],
  title: "An alert must fire before the connections to the database run out.",
  severity: "high",
  fix: "Declare a rule that fires when open connections, divided by their limit, are above 0.95 or less.",
  thresholds: {
    maximumPercent: {
      description: "Share of the connections, in percent, above which the alert fires.",
      default: 95,
      minimum: 1,
      maximum: 95,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches the connections to the database.",
      measures: (measure) =>
        measure.kind === "connections"
          ? judgeUse(measure, threshold("maximumPercent"), mostConnections, "the database's connections")
          : undefined,
    }),
});

export const databaseConnectionErrors = policy({
  name: "alert-database-connection-errors",
  items: ["A.5"],
  title: "An alert must fire when connections to the database fail.",
  severity: "high",
  fix: "Declare a rule that fires when failed connections increase within some minutes.",
  check: (stack) =>
    judgeAlert(stack, {
      absent: "No alert fires when connections to the database fail.",
      measures: (measure) =>
        measure.kind === "failed connections"
          ? measure.above <= mostFailuresAMinute ||
            `fires only above ${Number(measure.above.toPrecision(3))} failed connections a minute.`
          : judgeDown(measure, "database"),
    }),
});

type Of<Kind extends Measure["kind"]> = Extract<Measure, { kind: Kind }>;

const isQuick = ({ window }: { readonly window: number }): boolean => window <= longestWindowMinutes * 60;

/** Dividing decimal numbers leaves an error in the last digit. */
const slack = 1 + 1e-9;

function atMost(above: number, maximum: number, words: (above: number) => string): true | string {
  if (above <= maximum * slack) {
    return true;
  }
  return Number.isFinite(above)
    ? `fires only above ${words(Number(above.toPrecision(6)))}.`
    : "does not fire above any value.";
}

/** A higher quantile above the same bound fires no later; from `next` on another policy judges it. */
function judgeLatency(
  measure: Measure,
  quantile: number,
  next: number,
  maximumMs: number,
): true | string | undefined {
  if (measure.kind !== "latency" || measure.quantile < quantile || !isQuick(measure)) {
    return undefined;
  }
  if (measure.quantile >= 1 || measure.aboveSeconds <= 0) {
    return `fires at any latency: quantile ${measure.quantile} above ${measure.aboveSeconds} s.`;
  }
  const verdict = atMost(
    measure.aboveSeconds * 1000,
    maximumMs,
    (above) => `${above} ms at quantile ${measure.quantile}`,
  );
  return verdict === true || measure.quantile < next ? verdict : undefined;
}

function judgeDown(measure: Measure, from: Of<"down">["from"]): true | string | undefined {
  if (measure.kind !== "down" || measure.from !== from || !isQuick(measure)) {
    return undefined;
  }
  return !measure.all || "fires only when every target is down.";
}

/** A failure that only one location sees may be a problem of that location; two are enough. */
function isFew(measure: Measure): boolean {
  return measure.kind === "several" && measure.least <= 2;
}

/** What fills up within an hour is gone before the average of a longer time shows it. */
const longestUseMinutes = 60;

/** A rule that fires at ordinary use is switched off by those it wakes. */
const leastPercent = 20;

function judgeUse(
  { above, isShare, window = 0 }: Of<"memory" | "connections">,
  maximumPercent: number,
  most: number,
  what: string,
): true | string {
  if (window > longestUseMinutes * 60) {
    return `looks at ${what} over ${Math.round(window / 60)} minutes, in which a process can run out of it many times.`;
  }
  if (isShare) {
    return above * 100 < leastPercent
      ? `fires already above ${Number((above * 100).toPrecision(3))} % of ${what}, which is always.`
      : atMost(above * 100, maximumPercent, (percent) => `${percent} % of ${what}`);
  }
  if (above <= 0) {
    return "fires at any value.";
  }
  return above <= most || `fires only above ${above.toExponential(1)}, which ${what} never reaches.`;
}
