import type { ContactPointArgs } from "@pulumi/grafana/alerting/contactPoint.js";
import type { MessageTemplateArgs } from "@pulumi/grafana/alerting/messageTemplate.js";
import type { MuteTimingArgs } from "@pulumi/grafana/alerting/muteTiming.js";
import type { NotificationPolicyArgs } from "@pulumi/grafana/alerting/notificationPolicy.js";
import type { RuleGroupArgs } from "@pulumi/grafana/alerting/ruleGroup.js";
import type { MetricsEndpointScrapeJobArgs } from "@pulumi/grafana/connections/metricsEndpointScrapeJob.js";
import type { DashboardArgs } from "@pulumi/grafana/oss/dashboard.js";
import type { DataSourceArgs } from "@pulumi/grafana/oss/dataSource.js";
import type { FolderArgs } from "@pulumi/grafana/oss/folder.js";
import type { ProviderArgs } from "@pulumi/grafana/provider.js";
import type { CheckArgs } from "@pulumi/grafana/syntheticmonitoring/check.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { Host } from "../../metrics/contract.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Observability("observability", {
 *   observability: settings.observability,
 *   objectives: settings.objectives,
 *   contacts: settings.contacts,
 *   runbooks: settings.links.runbooks,
 *   hosts: { web: "https://optropic.example", api: "https://api.optropic.example" },
 *   healthCheckPath: settings.api.healthCheckPath,
 *   metricsToken: secrets.metricsToken,
 *   slackWebhookUrl: secretOf("slackWebhookUrl"),
 *   pagerDutyIntegrationKey: onCall.grafanaIntegrationKey,
 *   transform: { notifications: { repeatInterval: "24h" } },
 * });
 */
export interface ObservabilityArgs extends ComponentArgs<ObservabilityChildren> {
  /** The Grafana stack, scraping, probes, and channel: `settings.observability`. */
  readonly observability: Settings["observability"];
  /** Every limit of alerts and dashboards: `settings.objectives`. */
  readonly objectives: Settings["objectives"];
  /** Who answers for which alerts: `settings.contacts`. */
  readonly contacts: Settings["contacts"];
  /** URL below which the runbooks are: `settings.links.runbooks`. */
  readonly runbooks: string;
  /** Public URL of each host. */
  readonly hosts: HostUrls;
  /** Hosts beside those, by the part of the platform, each with the path of its health endpoint. Default: none. */
  readonly further?: readonly FurtherUrl[];
  /** Path of the health endpoint of each host: `settings.api.healthCheckPath`. */
  readonly healthCheckPath: string;
  /** Bearer token that the metrics endpoint requires. */
  readonly metricsToken: pulumi.Input<string>;
  /** URL of the Slack app's incoming webhook. */
  readonly slackWebhookUrl: pulumi.Input<string>;
  /** Key of the PagerDuty integration that critical alerts page. Default: nobody is paged. */
  readonly pagerDutyIntegrationKey?: pulumi.Input<string> | undefined;
  /**
   * Your own Prometheus server, declared under the UID in the settings. Default: the UID belongs to a data
   * source that the Grafana stack has, such as `grafanacloud-prom` of every stack of Grafana Cloud.
   */
  readonly prometheus?: PrometheusServer | undefined;
}

/** Public URL of each host, `https://` and no trailing slash. */
export type HostUrls = Readonly<Record<Host, string>>;

export interface FurtherUrl {
  readonly name: string;
  /** `https://` and no trailing slash. */
  readonly url: string;
  readonly healthCheckPath: string;
  /** Whether a program answers there, which has metrics. Default: yes. */
  readonly hasMetrics?: boolean;
}

/** A Prometheus server of your own, in place of the Grafana stack's. */
export interface PrometheusServer {
  /** URL of its API. */
  readonly url: string;
  /** User of its basic authentication. */
  readonly username: string;
  readonly password: pulumi.Input<string>;
}

/** The resources of an `Observability`. */
export interface ObservabilityChildren {
  /** The connection to the Grafana stack. */
  grafana: ProviderArgs;
  /** The data source of your own Prometheus server. */
  prometheus: DataSourceArgs;
  folder: FolderArgs;
  /** Each dashboard. */
  dashboard: DashboardArgs;
  /** Each group of alert rules. */
  alerts: RuleGroupArgs;
  /** The templates of all messages. */
  messages: MessageTemplateArgs;
  slack: ContactPointArgs;
  /** The mailbox of each role of the contacts. */
  email: ContactPointArgs;
  pagerduty: ContactPointArgs;
  /** Where alerts of one severity and owner go, where they name their contact point themselves. */
  direct: ContactPointArgs;
  /** The maintenance window, in which warnings are not posted. */
  maintenance: MuteTimingArgs;
  /** The notification policy. */
  notifications: NotificationPolicyArgs;
  /** The scrape job of each host. */
  scrape: MetricsEndpointScrapeJobArgs;
  /** The synthetic check of each host. */
  health: CheckArgs;
}

/** The further hosts that have metrics. */
export function measured({ further = [] }: Pick<ObservabilityArgs, "further">): FurtherUrl[] {
  return further.filter(({ hasMetrics }) => hasMetrics !== false);
}

export type ObservabilityScope = Scope<ObservabilityChildren>;
