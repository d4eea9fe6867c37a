import * as pulumi from "@pulumi/pulumi";
import { Project, WebService } from "@pulumi/render";
import { vendorName } from "../../config/naming.ts";
import type { ApiArgs, ApiScope } from "./args.ts";
import { keptVariables } from "./kept.ts";
import { scaling } from "./scaling.ts";

/** Creates the project with its environment, and returns the environment's id. */
export function createEnvironment(
  scope: ApiScope,
  args: Pick<ApiArgs, "stage" | "project">,
): pulumi.Output<string> {
  const project = new Project(
    ...scope.child(
      "project",
      {
        name: vendorName(args.project, args.stage, "api"),
        // The key must be the environment's name: an import matches environments by it.
        environments: {
          [args.stage]: { name: args.stage, protectedStatus: "protected", networkIsolated: true },
        },
      },
      { protect: true },
    ),
  );
  // Waits for the project's id, which a preview does not know: an environment has an id once it exists.
  return pulumi.all([project.id, project.environments]).apply(([projectId, environments]) => {
    const id = environments[args.stage]?.id;
    if (id !== undefined) return id;
    throw new pulumi.RunError(
      `Render project ${projectId} has no environment named ${args.stage}. Create it in the Render dashboard, or run the update again if someone renamed it.`,
    );
  });
}

/** The web service, built from the repository and deployed as the settings say. */
export function createService(
  scope: ApiScope,
  args: Omit<ApiArgs, "variables">,
  environmentId: pulumi.Output<string>,
): WebService {
  const { api, project } = args;
  return new WebService(
    ...scope.child(
      "service",
      {
        name: vendorName(project, args.stage, "api"),
        environmentId,
        region: api.region,
        plan: api.plan,
        ...scaling(api.scaling),
        runtimeSource: {
          nativeRuntime: {
            runtime: "node",
            repoUrl: `https://github.com/${project.repository}`,
            branch: project.branch,
            buildCommand: api.buildCommand,
            autoDeploy: api.autoDeploy !== "off",
            autoDeployTrigger: api.autoDeploy,
          },
        },
        startCommand: api.startCommand,
        // Migrations use DIRECT_URL, since a transaction pooler cannot run them (item 3.6).
        preDeployCommand: api.preDeployCommand,
        healthCheckPath: api.healthCheckPath,
        maxShutdownDelaySeconds: args.maxShutdownDelaySeconds ?? 60,
        customDomains: [{ name: args.domains.api }],
        previews: { generation: "off" },
        notificationOverride: { notificationsToSend: "failure", previewNotificationsEnabled: "false" },
      },
      // Deleting it would release its host and the certificate of the public host.
      { protect: true, ...keptVariables(api) },
    ),
  );
}
