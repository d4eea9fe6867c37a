import type * as pulumi from "@pulumi/pulumi";

/** Which pages may send events, and what Sentry fetches from them. */
export interface ClientSecurity {
  /** Origins of pages, such as https://example.com or *.example.com; at least one. Servers send none. */
  allowedDomains?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether Sentry fetches scripts and source maps from the site. */
  scrapeJavascript?: pulumi.Input<boolean>;
  /** Token that Sentry sends when it fetches. The provider does not mark it: wrap it. */
  securityToken?: pulumi.Input<string>;
  /** Header of that token; at most 20 characters. */
  securityTokenHeader?: pulumi.Input<string>;
  /** Whether the certificate of the site is checked. */
  verifyTlsSsl?: pulumi.Input<boolean>;
}

/** Events that are dropped by their content; each list holds at least one. */
export interface ProjectFilters {
  /** Addresses and networks. */
  blacklistedIps?: pulumi.Input<pulumi.Input<string>[]>;
  /** Messages, as globs. */
  errorMessages?: pulumi.Input<pulumi.Input<string>[]>;
  /** Releases, as globs. */
  releases?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Sentry's loader script for browsers; the three switches are set together. */
export interface JavascriptLoaderScript {
  browserSdkVersion?: pulumi.Input<string>;
  debugEnabled?: pulumi.Input<boolean>;
  performanceMonitoringEnabled?: pulumi.Input<boolean>;
  sessionReplayEnabled?: pulumi.Input<boolean>;
}

/** Who issues are assigned to: exactly one of the two, by number. */
export interface MonitorOwner {
  teamId?: pulumi.Input<string>;
  userId?: pulumi.Input<string>;
}

/** Which events a metric monitor counts. */
export type EventType =
  | "error"
  | "default"
  | "transaction"
  | "trace_item_span"
  | "trace_item_log"
  | "trace_item_metric";

/** Thresholds of a metric monitor. */
export interface ConditionGroup {
  conditions: pulumi.Input<pulumi.Input<MetricCondition>[]>;
  /** How they go together. Default: any. */
  logicType?: pulumi.Input<"any" | "any-short" | "all" | "none">;
}

/** One threshold. */
export interface MetricCondition {
  /** How the figure is compared, such as gt or lte, or anomaly_detection. */
  type: pulumi.Input<string>;
  /** Priority of the issue: 75 high, 50 medium, 0 resolves it. */
  conditionResult: pulumi.Input<number>;
  /** What the figure is compared with; not for anomaly_detection. */
  comparison?: pulumi.Input<number>;
  /** Only for anomaly_detection. */
  comparisonSensitivity?: pulumi.Input<"low" | "medium" | "high">;
  /** Only for anomaly_detection. */
  comparisonThresholdType?: pulumi.Input<"above" | "below" | "above_and_below">;
}

/** How the figure of a metric monitor is compared. */
export interface IssueDetection {
  /** With a fixed figure, with an earlier one in percent, or with what is usual. */
  type: pulumi.Input<"static" | "percent" | "dynamic">;
  /** How much earlier, in seconds; only for percent. */
  comparisonDelta?: pulumi.Input<number>;
}

/** When a job runs: by crontab, or every so many units. */
export interface CronSchedule {
  /** Five cron fields. */
  crontab?: pulumi.Input<string>;
  intervalUnit?: pulumi.Input<"year" | "month" | "week" | "day" | "hour" | "minute">;
  intervalValue?: pulumi.Input<number>;
}
