import {
  NotificationAction,
  Project,
  ProjectInboundDataFilter,
  ProjectSpikeProtection,
  Team,
} from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs, ErrorTrackingScope, EventHosts } from "./args.ts";

type ProjectArgs = Pick<
  ErrorTrackingArgs,
  "stage" | "project" | "errorTracking" | "domains" | "furtherPages"
>;

/**
 * A team and its project, which accepts events only from pages of the platform's own hosts. Sentry creates no
 * key and no alert of its own, so the stack declares all of them.
 */
export function createProject(
  scope: ErrorTrackingScope,
  args: ProjectArgs,
): { project: Project; team: Team } {
  const { organization } = args.errorTracking;
  const slug = teamSlug(args);
  const team = new Team(...scope.child("team", { organization, name: slug, slug }));
  const project = new Project(
    ...scope.child(
      "project",
      {
        organization,
        teams: [team.slug],
        name: projectSlug(args),
        slug: projectSlug(args),
        platform: "node",
        defaultKey: false,
        defaultRules: false,
        clientSecurity: {
          allowedDomains: [...pageOrigins(args.domains), ...(args.furtherPages ?? [])],
          // Source maps are uploaded with a release; on the site, everyone could read them.
          scrapeJavascript: false,
          verifyTlsSsl: true,
        },
      },
      // Deleting it would delete its issues.
      { protect: true },
    ),
  );
  filterNoise(scope, organization, project);
  watchForSpikes(scope, organization, project);
  return { project, team };
}

/** Slug of the project, which is also its name. */
export function projectSlug({ project, stage }: Pick<ErrorTrackingArgs, "project" | "stage">): string {
  return vendorName(project, stage, "app");
}

/** One organization has the teams of all stages. */
function teamSlug({ stage, project, errorTracking }: ProjectArgs): string {
  return errorTracking.team ?? (stage === "production" ? project.name : `${project.name}-${stage}`);
}

function pageOrigins({ web, redirect, api }: EventHosts): string[] {
  return [web, redirect, api].flatMap((host) => (host === undefined ? [] : [`https://${host}`]));
}

/** Sentry's filters of events that are not errors of the platform, or that no change to it could fix. */
const noise = ["browser-extensions", "localhost", "web-crawlers", "filtered-transaction"];

function filterNoise(scope: ErrorTrackingScope, organization: string, project: Project): void {
  for (const filterId of noise) {
    new ProjectInboundDataFilter(
      ...scope.named("filter", `filter-${filterId}`, {
        organization,
        project: project.id,
        filterId,
        active: true,
      }),
    );
  }
}

/** Keeps a flood of one error from using up the quota of all others. */
function watchForSpikes(scope: ErrorTrackingScope, organization: string, project: Project): void {
  new ProjectSpikeProtection(
    ...scope.child("spikeProtection", { organization, project: project.id, enabled: true }),
  );
  new NotificationAction(
    ...scope.child("spikeNotification", {
      organization,
      projects: [project.id],
      triggerType: "spike-protection",
      serviceType: "sentry_notification",
      targetIdentifier: "default",
      targetDisplay: "default",
    }),
  );
}
