import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/sentry";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { createAlerts } from "./error-tracking/alerts.ts";
import { createKey } from "./error-tracking/key.ts";
import { createMonitors } from "./error-tracking/monitors.ts";
import { connectPager } from "./error-tracking/pager.ts";
import { createProject } from "./error-tracking/project.ts";
import type { ErrorTrackingScope } from "./error-tracking/scope.ts";

export interface ErrorTrackingArgs {
  stage: Stage;
  /** Name from which the names at Sentry are made. */
  project: Settings["project"];
  /**
   * Organisation, its region, the team, the rate limit of the key, and the number of the PagerDuty integration:
   * only a person can install that, so without the number nobody is paged.
   */
  errorTracking: Settings["errorTracking"];
  /** Hosts whose pages may send events, and whose health is asked for. */
  domains: Pick<Settings["domains"], "web" | "redirect" | "api">;
  /** Path of the health check, on both hosts (item 5.7). */
  healthCheckPath: Settings["api"]["healthCheckPath"];
  /** Failed requests, in percent of all, above which the error rate is an incident (items 6.4, A.1). */
  errorRatePercent: Settings["objectives"]["errorRatePercent"];
  /** When the backup job runs: five cron fields, UTC. */
  backupSchedule: Settings["backups"]["schedule"];
  /** Who is paged. Without it incidents go to the team by e-mail alone, as new issues do. */
  onCall?: OnCallService | undefined;
  /** Minutes that a backup may run. Default: 120. */
  backupMaxMinutes?: number;
  /** Milliseconds that a health check may take. Default: 10,000. */
  healthTimeoutMs?: number;
}

/** A PagerDuty service that incidents go to. */
export interface OnCallService {
  /** Name of the service. */
  name: pulumi.Input<string>;
  /** Integration key of the service. Always treated as a secret. */
  integrationKey: pulumi.Input<string>;
}

/**
 * Error tracking at Sentry: a project of the stack's own, its key, who is told of new issues, and monitors of
 * the error rate, of both health checks and of the backup job, which page (items 2.8, 4.10, 5.1, 5.2, 5.7).
 *
 * The provider has no resource for what Sentry scrubs. Each new project starts with its scrubbers on, which
 * take passwords, tokens and card numbers out of events; that addresses of users are kept, and further fields
 * to scrub, a person sets among the organisation's settings. So with the installation of PagerDuty there.
 *
 * A plan includes one uptime and one cron monitor; more of them are paid for.
 */
export class ErrorTracking extends pulumi.ComponentResource {
  /** DSN that clients send events to. It holds a public key only, so it is no secret. */
  readonly dsn: pulumi.Output<string>;
  /** Slug of the project. */
  readonly projectSlug: pulumi.Output<string>;
  /** Number of the project. */
  readonly projectId: pulumi.Output<string>;
  /** Page of the project's issues (item C.9). */
  readonly url: pulumi.Output<string>;
  /** Slug that the backup job checks in by. */
  readonly backupCheckInSlug: pulumi.Output<string>;
  /** URL that the backup job calls, with `?status=in_progress`, `?status=ok` or `?status=error`. */
  readonly backupCheckInUrl: pulumi.Output<string>;

  constructor(name: string, args: ErrorTrackingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:ErrorTracking", name, {}, opts);
    const { organization } = args.errorTracking;

    const provider = connect(this, name, args.errorTracking.region);
    const scope: ErrorTrackingScope = { name, organization, options: { parent: this, provider } };
    const { project, team } = createProject(scope, args);
    const key = createKey(scope, args, project);
    const monitors = createMonitors(scope, args, project, team);
    createAlerts(scope, args, project, team, monitors, connectPager(scope, args));

    const slug = vendorName(args.project, args.stage, "app");
    this.dsn = key.dsn;
    this.projectSlug = pulumi.output(slug);
    this.projectId = project.internalId;
    this.url = pulumi.output(`https://${organization}.sentry.io/projects/${slug}/`);
    this.backupCheckInSlug = pulumi.output(monitors.backupSlug);
    this.backupCheckInUrl = this.dsn.apply((dsn) => checkInUrl(dsn, monitors.backupSlug));
    this.registerOutputs({
      dsn: this.dsn,
      projectSlug: this.projectSlug,
      projectId: this.projectId,
      url: this.url,
      backupCheckInSlug: this.backupCheckInSlug,
      backupCheckInUrl: this.backupCheckInUrl,
    });
  }
}

/** The API of the region that keeps the organisation's data; the token is SENTRY_AUTH_TOKEN's. */
function connect(parent: ErrorTracking, name: string, region: "us" | "de"): Provider {
  return new Provider(`${name}-sentry`, { baseUrl: `https://${region}.sentry.io/api/` }, { parent });
}

/**
 * URL of the check-ins of a cron monitor, from the DSN of its project.
 * Source: https://docs.sentry.io/product/crons/getting-started/http/
 */
function checkInUrl(dsn: string, slug: string): string {
  const { origin, pathname, username } = new URL(dsn);
  return `${origin}/api${pathname}/cron/${slug}/${username}/`;
}
