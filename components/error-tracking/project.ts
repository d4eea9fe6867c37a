import {
  NotificationAction,
  Project,
  ProjectInboundDataFilter,
  ProjectSpikeProtection,
  Team,
} from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs } from "../error-tracking.ts";
import type { ErrorTrackingScope } from "./scope.ts";

/**
 * A team and its project, which takes events only from pages of the platform's own hosts. Sentry adds no key
 * and no alert of its own: those of the stack are all there are.
 */
export function createProject(
  scope: ErrorTrackingScope,
  args: Pick<ErrorTrackingArgs, "stage" | "project" | "errorTracking" | "domains">,
): { project: Project; team: Team } {
  const { name, organization, options } = scope;
  const slug = teamSlug(args);
  const team = new Team(`${name}-team`, { organization, name: slug, slug }, options);
  const app = vendorName(args.project, args.stage, "app");
  const project = new Project(
    `${name}-project`,
    {
      organization,
      teams: [team.slug],
      name: app,
      slug: app,
      platform: "node",
      defaultKey: false,
      defaultRules: false,
      clientSecurity: {
        allowedDomains: pageOrigins(args.domains),
        // Source maps are uploaded with a release; on the site they would be for everyone.
        scrapeJavascript: false,
        verifyTlsSsl: true,
      },
    },
    // Its issues go when it goes.
    { ...options, protect: true },
  );
  filterNoise(scope, project);
  watchForSpikes(scope, project);
  return { project, team };
}

/** An organisation holds the teams of all stages. */
function teamSlug({
  stage,
  project,
  errorTracking,
}: Pick<ErrorTrackingArgs, "stage" | "project" | "errorTracking">): string {
  return errorTracking.team ?? (stage === "production" ? project.name : `${project.name}-${stage}`);
}

function pageOrigins({ web, redirect, api }: ErrorTrackingArgs["domains"]): string[] {
  return [web, redirect, api].flatMap((host) => (host === undefined ? [] : [`https://${host}`]));
}

/** Sentry's filters of what no change to the platform could mend, or of what is no error of it. */
const noise = ["browser-extensions", "localhost", "web-crawlers", "filtered-transaction"];

function filterNoise({ name, organization, options }: ErrorTrackingScope, project: Project): void {
  for (const filterId of noise) {
    new ProjectInboundDataFilter(
      `${name}-filter-${filterId}`,
      { organization, project: project.id, filterId, active: true },
      options,
    );
  }
}

/** A flood of one error must not use up what is left for the others. */
function watchForSpikes({ name, organization, options }: ErrorTrackingScope, project: Project): void {
  new ProjectSpikeProtection(
    `${name}-spike-protection`,
    { organization, project: project.id, enabled: true },
    options,
  );
  new NotificationAction(
    `${name}-spike-notification`,
    {
      organization,
      projects: [project.id],
      triggerType: "spike-protection",
      serviceType: "sentry_notification",
      targetIdentifier: "default",
      targetDisplay: "default",
    },
    options,
  );
}
