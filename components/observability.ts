import type { Provider } from "@pulumi/grafana/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { alertRules } from "../metrics/alerts.ts";
import { Component } from "./component.ts";
import { createAlertRules } from "./observability/alert-rules.ts";
import { measured, type ObservabilityArgs } from "./observability/args.ts";
import { createContactPoints, createDirectContactPoints } from "./observability/contact-points.ts";
import { createDashboards, dashboards } from "./observability/dashboards.ts";
import { createDataSource } from "./observability/data-source.ts";
import { createFolder } from "./observability/folder.ts";
import { type DashboardUrls, grafanaLinks } from "./observability/links.ts";
import { createMuteTiming, createNotificationPolicy, directly } from "./observability/notification-policy.ts";
import { createProvider } from "./observability/provider.ts";
import { createScrapeJobs } from "./observability/scrape-jobs.ts";
import { createSyntheticChecks } from "./observability/synthetic-checks.ts";
import { createTemplates } from "./observability/templates.ts";
import { Scope } from "./scope.ts";

export type { ObservabilityArgs } from "./observability/args.ts";

/**
 * Metrics, dashboards, alerts, and their recipients, on a stack of Grafana Cloud (items 5.4 to 5.7, S6.1 to
 * S6.3, A.1 to A.5 and C.8).
 *
 * Each Pulumi stack needs a Grafana stack of its own: the notification policy replaces the organization's
 * entire tree, and the series do not say which stage they belong to.
 */
export class Observability extends Component {
  /** The provider of the Grafana stack, for other resources that belong there. */
  readonly provider: Provider;
  /** URL of each dashboard (item C.8). */
  readonly dashboardUrls: pulumi.Output<DashboardUrls>;
  /** URL of the page that lists the alerts and their state. */
  readonly alertsUrl: pulumi.Output<string>;
  /** UID of the data source that dashboards and alerts read. */
  readonly dataSourceUid: pulumi.Output<string>;
  /** URLs that are scraped (item 5.4). */
  readonly metricsUrls: pulumi.Output<string[]>;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Observability", name, opts);
    const { dataSource, url } = args.observability.grafana;
    const links = grafanaLinks(url);
    const connection = new Scope(name, { parent: this }, args);
    this.provider = createProvider(connection, args);
    const scope = connection.with({ provider: this.provider });

    // Dashboards and rules read the data source.
    const reading = scope.with({ dependsOn: createDataSource(scope, args) });
    const folder = createFolder(scope);
    const built = dashboards(args, dataSource);
    const rules = alertRules(
      args.objectives,
      { grafana: links.site, runbooks: args.runbooks },
      { further: measured(args).map((part) => part.name) },
    );
    createDashboards(reading, built, folder.uid);
    const alerts = { rules, dataSource, folderUid: folder.uid, dashboards: built };

    // Contact points use the templates.
    const writing = scope.with({ dependsOn: createTemplates(scope) });
    if (args.observability.grafana.routes === "keep") {
      const contactPoint = createDirectContactPoints(writing, args, rules, links);
      const maintenance = createMuteTiming(scope, args.observability.muteTiming);
      const notify = directly(contactPoint, maintenance.name);
      createAlertRules(reading, { ...alerts, notify });
    } else {
      createAlertRules(reading, alerts);
      const contactPoints = createContactPoints(writing, args, rules, links);
      createNotificationPolicy(scope, contactPoints, args.observability.muteTiming);
    }

    createScrapeJobs(scope, args);
    createSyntheticChecks(scope, args, folder);

    this.dashboardUrls = pulumi.output(links.dashboards);
    this.alertsUrl = pulumi.output(links.alerts);
    this.dataSourceUid = pulumi.output(dataSource);
    this.metricsUrls = pulumi.output(metricsUrls(args));
    this.publish(scope);
  }
}

function metricsUrls(args: ObservabilityArgs): string[] {
  return [...Object.values(args.hosts), ...measured(args).map(({ url }) => url)].map(
    (url) => `${url}${args.observability.metricsPath}`,
  );
}
