import { Project } from "@pulumi/vercel/project.js";
import { ProjectDeploymentRetention } from "@pulumi/vercel/projectDeploymentRetention.js";
import { vendorName } from "../../config/naming.ts";
import type { WebAppArgs, WebAppScope } from "./args.ts";

/** The project, which builds the repository's branch. */
export function createProject(
  scope: WebAppScope,
  args: Pick<WebAppArgs, "team" | "project" | "stage" | "web" | "skewProtection" | "part" | "rootDirectory">,
): Project {
  return new Project(
    ...scope.child(
      "project",
      {
        teamId: args.team,
        name: vendorName(args.project, args.stage, args.part ?? "web"),
        framework: args.web.framework,
        nodeVersion: args.web.nodeVersion,
        gitRepository: {
          type: "github",
          repo: args.project.repository,
          productionBranch: args.project.branch,
        },
        ...(args.rootDirectory !== undefined && { rootDirectory: args.rootDirectory }),
        resourceConfig: { fluid: true, functionDefaultRegions: [args.web.region] },
        // A pull request from a fork is built only after a member of the team allows it.
        gitForkProtection: true,
        // Only the production domains are public: previews and generated addresses ask for a Vercel login.
        vercelAuthentication: { deploymentType: "standard_protection_new" },
        oidcTokenConfig: { issuerMode: "team" },
        protectedSourcemaps: true,
        directoryListing: false,
        customerSuccessCodeVisibility: false,
        // The feedback toolbar is a third-party script, which the Content Security Policy blocks.
        enableProductionFeedback: false,
        prioritiseProductionBuilds: true,
        skewProtection: args.skewProtection ?? "12 hours",
        // A deployment must be able to say which commit it runs.
        automaticallyExposeSystemEnvironmentVariables: true,
      },
      { protect: true },
    ),
  );
}

export function retainDeployments(
  scope: WebAppScope,
  { team, web: { retention } }: Pick<WebAppArgs, "team" | "web">,
  project: Project,
): void {
  new ProjectDeploymentRetention(
    ...scope.child("retention", {
      teamId: team,
      projectId: project.id,
      expirationProduction: retention.production,
      expirationPreview: retention.preview,
      expirationCanceled: retention.canceled,
      expirationErrored: retention.errored,
    }),
  );
}
