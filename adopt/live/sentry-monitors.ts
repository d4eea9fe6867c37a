import type { SentryMonitor } from "../../vendors/sentry.ts";
import type { Reading } from "./reading.ts";

/** What the API calls a kind of monitor, and the provider. Others come with every project and are no resources. */
const kinds: Readonly<Record<string, string>> = {
  uptime_domain_failure: "sentry_uptime_monitor",
  monitor_check_in_failure: "sentry_cron_monitor",
  metric_issue: "sentry_metric_monitor",
};

export const sentryMonitorTypes = Object.values(kinds);

/** What a number says of a query's type. */
const queryTypes = ["error", "performance", "crash_rate"];

/** Adds a monitor in the words of the provider. */
export function addMonitor(
  reading: Reading,
  monitor: SentryMonitor,
  own: { readonly organization: string; readonly project: string },
): void {
  const type = kinds[monitor.type];
  if (type === undefined) return;
  const { id, name, enabled, description } = monitor;
  const watched = watchedBy(monitor);
  if (watched === undefined) {
    const why = "the answer does not say what it watches";
    reading.leave({ types: [type], what: `monitor ${name}`, why, attributes: { ...own, name } });
    return;
  }
  reading.add({ type, name, id, attributes: { ...own, name, enabled, description, ...watched } });
}

function watchedBy({ config, conditionGroup, dataSources }: SentryMonitor): object | undefined {
  const source = dataSources?.length === 1 ? dataSources[0]?.queryObj : undefined;
  if (source?.snubaQuery) {
    const { aggregate, dataset, query, queryType, environment, eventTypes, timeWindow } = source.snubaQuery;
    return {
      ...{ aggregate, dataset, query, environment, event_types: eventTypes, time_window_seconds: timeWindow },
      query_type: queryTypes[queryType ?? -1],
      issue_detection: { type: config?.detectionType, comparison_delta: config?.comparisonDelta },
      condition_group: conditionGroup && {
        logic_type: conditionGroup.logicType,
        conditions: (conditionGroup.conditions ?? []).map(({ type, comparison, conditionResult }) => ({
          ...{ type, condition_result: conditionResult },
          // A number; what looks for anomalies has an object.
          comparison: typeof comparison === "number" ? comparison : undefined,
        })),
      },
    };
  }
  if (source?.config) {
    const { schedule, timezone, ...limits } = source.config;
    const [value, unit] = typeof schedule === "string" ? [] : schedule;
    return {
      schedule:
        typeof schedule === "string" ? { crontab: schedule } : { interval_value: value, interval_unit: unit },
      ...{ timezone, checkin_margin_minutes: limits.checkin_margin, max_runtime_minutes: limits.max_runtime },
      failure_issue_threshold: limits.failure_issue_threshold,
      recovery_threshold: limits.recovery_threshold,
    };
  }
  if (!source?.url) return undefined;
  return {
    ...{ url: source.url, method: source.method, environment: config?.environment },
    ...{ interval_seconds: source.intervalSeconds, timeout_ms: source.timeoutMs },
    assertion_json: source.assertion ? JSON.stringify(source.assertion) : undefined,
    ...{ downtime_threshold: config?.downtimeThreshold, recovery_threshold: config?.recoveryThreshold },
  };
}
