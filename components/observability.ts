import { Folder } from "@pulumi/grafana/oss/folder.js";
import type { Provider } from "@pulumi/grafana/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/settings.ts";
import { alertRules, type DashboardUid } from "../metrics/alerts.ts";
import { createAlertRules } from "./observability/alert-rules.ts";
import { createContactPoints } from "./observability/contact-points.ts";
import { createDashboards, dashboards, panelOf } from "./observability/dashboards.ts";
import { createDataSource, type PrometheusServer } from "./observability/data-source.ts";
import { createNotificationPolicy } from "./observability/notification-policy.ts";
import { createProvider } from "./observability/provider.ts";
import type { HostUrls, ObservabilityScope } from "./observability/scope.ts";
import { createScrapeJobs } from "./observability/scrape-jobs.ts";
import { createSyntheticChecks } from "./observability/synthetic-checks.ts";
import { createTemplates } from "./observability/templates.ts";

export interface ObservabilityArgs {
  /** The Grafana stack, scraping, probes and channel: `settings.observability`. */
  readonly observability: Settings["observability"];
  /** Every limit of alerts and dashboards: `settings.objectives`. */
  readonly objectives: Settings["objectives"];
  /** Who answers for which alerts: `settings.contacts`. */
  readonly contacts: Settings["contacts"];
  /** URL under which the runbooks are: `settings.links.runbooks`. */
  readonly runbooks: string;
  /** Public URL of each host. */
  readonly hosts: HostUrls;
  /** Path of the health endpoint of each host: `settings.api.healthCheckPath`. */
  readonly healthCheckPath: string;
  /** Bearer token that the metrics endpoint asks for. */
  readonly metricsToken: pulumi.Input<string>;
  /** URL of the Slack app's incoming webhook. */
  readonly slackWebhookUrl: pulumi.Input<string>;
  /** Key of the PagerDuty integration that critical alerts page. Default: nobody is paged. */
  readonly pagerDutyIntegrationKey?: pulumi.Input<string> | undefined;
  /**
   * A Prometheus server of one's own, declared under the UID of the settings. Default: that UID is of a data
   * source that the stack has, as every stack of Grafana Cloud has `grafanacloud-prom`.
   */
  readonly prometheus?: PrometheusServer | undefined;
}

/**
 * Metrics, dashboards, alerts and who hears of them, on a stack of Grafana Cloud (items 5.4 to 5.7, S6.1 to
 * S6.3, A.1 to A.5 and C.8).
 *
 * Each Pulumi stack needs a Grafana stack of its own: the notification policy replaces the whole tree of the
 * organisation, and the series do not say which stage they are of.
 *
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
 * });
 */
export class Observability extends pulumi.ComponentResource {
  /** The provider of the Grafana stack, for what else belongs there. */
  readonly provider: Provider;
  /** URL of each dashboard (item C.8). */
  readonly dashboardUrls: pulumi.Output<Record<"service" | "database" | "goLive", string>>;
  /** URL of the page that lists the alerts and their state. */
  readonly alertsUrl: pulumi.Output<string>;
  /** UID of the data source that dashboards and alerts read. */
  readonly dataSourceUid: pulumi.Output<string>;
  /** URLs that are scraped (item 5.4). */
  readonly metricsUrls: pulumi.Output<string[]>;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Observability", name, {}, opts);
    const { observability, hosts } = args;
    const { grafana } = observability;
    const grafanaUrl = grafana.url.replace(/\/+$/, "");
    const dashboardUrl = (uid: DashboardUid) => `${grafanaUrl}/d/${uid}`;

    this.provider = createProvider(name, grafana, { parent: this });
    const scope: ObservabilityScope = { name, options: { parent: this, provider: this.provider } };
    const reading = dependingOn(scope, createDataSources(scope, grafana.dataSource, args.prometheus));

    const folder = new Folder(
      `${name}-folder`,
      { title: "Optropic", uid: "optropic", preventDestroyIfNotEmpty: true },
      scope.options,
    );
    const built = dashboards({ objectives: args.objectives }, grafana.dataSource);
    const rules = alertRules(args.objectives, { grafana: grafanaUrl, runbooks: args.runbooks });
    createDashboards(reading, built, folder.uid);
    createAlertRules(reading, {
      rules,
      dataSource: grafana.dataSource,
      folderUid: folder.uid,
      panelOf: panelOf(built),
    });

    const messages = createTemplates(scope);
    const contactPoints = createContactPoints(dependingOn(scope, [messages]), {
      contacts: args.contacts,
      owners: [...new Set(rules.map(({ owner }) => owner))],
      slackChannel: observability.slackChannel,
      slackWebhookUrl: args.slackWebhookUrl,
      pagerDutyIntegrationKey: args.pagerDutyIntegrationKey,
      dashboardUrl: dashboardUrl("optropic-service"),
    });
    createNotificationPolicy(scope, contactPoints, observability.muteTiming);

    createScrapeJobs(scope, {
      stackId: grafana.stackId,
      hosts,
      path: observability.metricsPath,
      intervalSeconds: observability.scrapeIntervalSeconds,
      token: args.metricsToken,
    });
    createSyntheticChecks(scope, {
      hosts,
      path: args.healthCheckPath,
      probes: observability.syntheticProbes,
      folder,
    });

    this.dashboardUrls = pulumi.output({
      service: dashboardUrl("optropic-service"),
      database: dashboardUrl("optropic-database"),
      goLive: dashboardUrl("optropic-go-live"),
    });
    this.alertsUrl = pulumi.output(`${grafanaUrl}/alerting/list`);
    this.dataSourceUid = pulumi.output(grafana.dataSource);
    this.metricsUrls = pulumi.output(Object.values(hosts).map((url) => `${url}${observability.metricsPath}`));
    this.registerOutputs({
      dashboardUrls: this.dashboardUrls,
      alertsUrl: this.alertsUrl,
      dataSourceUid: this.dataSourceUid,
      metricsUrls: this.metricsUrls,
    });
  }
}

function createDataSources(
  scope: ObservabilityScope,
  uid: string,
  server: PrometheusServer | undefined,
): pulumi.Resource[] {
  return server === undefined ? [] : [createDataSource(scope, uid, server)];
}

function dependingOn(
  { name, options }: ObservabilityScope,
  dependsOn: pulumi.Resource[],
): ObservabilityScope {
  return { name, options: { ...options, dependsOn } };
}
