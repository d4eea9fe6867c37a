import type { ItemId } from "../../checklist/items.ts";

export const alertNames = [
  "high-error-rate",
  "high-latency-p95",
  "high-latency-p99",
  "service-down",
  "health-check-failing",
  "high-memory",
  "error-budget-burn-fast",
  "error-budget-burn-slow",
  "error-budget-burn-steady",
  "database-connections",
  "database-connection-errors",
  "backup-overdue",
  "metrics-missing",
] as const;

/** Groups that Grafana evaluates together. */
export const alertGroups = ["service", "objectives", "database", "monitoring"] as const;

export const dashboardUids = ["optropic-service", "optropic-database", "optropic-go-live"] as const;

export type AlertName = (typeof alertNames)[number];
export type AlertGroup = (typeof alertGroups)[number];
export type DashboardUid = (typeof dashboardUids)[number];

/** Critical pages the one on call; a warning is posted. */
export type Severity = "critical" | "warning";

/** A role of the settings' `contacts`. */
export type ContactRole = "technicalLead" | "devops" | "databaseAdmin" | "security";

/** What the settings' `objectives` say that alerts watch. */
export interface AlertObjectives {
  /** Latency in milliseconds. */
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Failed requests, in percent of all. */
  readonly errorRatePercent: number;
  /** Age that the newest backup may have, in minutes. */
  readonly rpoMinutes: number;
  /** Memory, in percent of a process' limit. */
  readonly memoryPercent: number;
  /** Connections to the database in use, in percent of those allowed. */
  readonly databaseConnectionsPercent: number;
}

export interface AlertRule {
  readonly name: AlertName;
  readonly group: AlertGroup;
  /** Checklist items that the rule answers to. */
  readonly items: readonly ItemId[];
  /** PromQL: each series that it returns is firing. */
  readonly expr: string;
  /** How long it must hold before it fires, such as `5m`. */
  readonly for: string;
  readonly severity: Severity;
  readonly owner: ContactRole;
  /** Templates: `{{ $labels.host }}` stands for a label of the series, in Prometheus and in Grafana. */
  readonly summary: string;
  readonly description: string;
  readonly dashboard: DashboardUid;
  readonly dashboardUrl: string;
  /** Path in the repository. */
  readonly runbook: string;
  readonly runbookUrl: string;
}

/** A rule before its links are known. */
export type AlertDraft = Omit<AlertRule, "dashboardUrl" | "runbook" | "runbookUrl">;

export interface AlertContext {
  readonly objectives: AlertObjectives;
  /** Parts of the platform with hosts beside the first of each kind. */
  readonly further: readonly string[];
  /** Seconds, on the scale of the rules. */
  readonly span: (seconds: number) => number;
}

export const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;
