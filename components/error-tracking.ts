import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/sentry";
import { Component } from "./component.ts";
import { createAlerts } from "./error-tracking/alerts.ts";
import type { ErrorTrackingArgs, ErrorTrackingScope } from "./error-tracking/args.ts";
import { createKey } from "./error-tracking/key.ts";
import { backupSlug, createMonitors } from "./error-tracking/monitors.ts";
import { connectPager } from "./error-tracking/pager.ts";
import { createProject, projectSlug } from "./error-tracking/project.ts";
import { Scope } from "./scope.ts";

export type { ErrorTrackingArgs } from "./error-tracking/args.ts";

/**
 * Error tracking at Sentry: a project for the stack, its key, alerts to new issues, and monitors of the error
 * rate, of both health checks, and of the backup job, which page (items 2.8, 4.10, 5.1, 5.2, 5.7).
 *
 * The provider has no resource for data scrubbing. Each new project starts with Sentry's scrubbers on, which
 * remove passwords, tokens, and card numbers from events. Whether IP addresses of users are kept, and which
 * further fields are scrubbed, a person sets in the organization's settings, as with the installation of
 * PagerDuty.
 *
 * A plan includes one uptime monitor and one cron monitor; further ones cost extra.
 */
export class ErrorTracking extends Component {
  /** DSN that clients send events to. It contains a public key only, so it is not a secret. */
  readonly dsn: pulumi.Output<string>;
  /** Slug of the project. */
  readonly projectSlug: pulumi.Output<string>;
  /** Number of the project. */
  readonly projectId: pulumi.Output<string>;
  /** Page of the project's issues (item C.9). */
  readonly url: pulumi.Output<string>;
  /** Slug that the backup job checks in with. */
  readonly backupCheckInSlug: pulumi.Output<string>;
  /** URL that the backup job calls, with `?status=in_progress`, `?status=ok`, or `?status=error`. */
  readonly backupCheckInUrl: pulumi.Output<string>;

  constructor(name: string, args: ErrorTrackingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ErrorTracking", name, opts);
    const connection = new Scope(name, { parent: this }, args);
    const scope = connection.with({ provider: connect(connection, args) });

    const { project, team } = createProject(scope, args);
    const key = createKey(scope, args, project);
    const incidents = createMonitors(scope, args, project, team);
    const pager = connectPager(scope, args);
    createAlerts(scope, args, { project, team, incidents, pager });

    const { organization } = args.errorTracking;
    const slug = projectSlug(args);
    this.dsn = key.dsn;
    this.projectSlug = pulumi.output(slug);
    this.projectId = project.internalId;
    this.url = pulumi.output(`https://${organization}.sentry.io/projects/${slug}/`);
    this.backupCheckInSlug = pulumi.output(backupSlug(args));
    this.backupCheckInUrl = this.dsn.apply((dsn) => checkInUrl(dsn, backupSlug(args)));
    this.publish(scope);
  }
}

/** The API of the region that stores the organization's data. The token is SENTRY_AUTH_TOKEN's. */
function connect(scope: ErrorTrackingScope, { errorTracking: { region } }: ErrorTrackingArgs): Provider {
  return new Provider(...scope.child("sentry", { baseUrl: `https://${region}.sentry.io/api/` }));
}

/**
 * URL of the check-ins of a cron monitor, derived from the DSN of its project.
 * Source: https://docs.sentry.io/product/crons/getting-started/http/
 */
function checkInUrl(dsn: string, slug: string): string {
  const { origin, pathname, username } = new URL(dsn);
  return `${origin}/api${pathname}/cron/${slug}/${username}/`;
}
