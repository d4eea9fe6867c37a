import * as pulumi from "@pulumi/pulumi";
import { EnvGroup, EnvGroupLink, NotificationSetting, Project, WebService } from "@pulumi/render";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { scaling } from "./api/scaling.ts";
import type { EnvironmentVariable } from "./environment.ts";

export interface ApiArgs {
  stage: Stage;
  /** Name, GitHub repository and branch. */
  project: Settings["project"];
  /** Host of the API (item 7.6). */
  domains: Pick<Settings["domains"], "api">;
  api: Settings["api"];
  /** Variables of section 2 (item 7R.3). */
  variables: readonly EnvironmentVariable[];
  /** Seconds that a request has to finish when an instance is stopped, 1 to 300. Default: 60. */
  maxShutdownDelaySeconds?: number;
  /**
   * Whether this stack sets the notifications of the whole Render workspace. There is one such setting for
   * all stacks of a workspace, so only one of them may declare it. Default: production does.
   */
  workspaceNotifications?: boolean;
}

/**
 * The API on Render: a project with one protected environment, a web service that scales by itself, its
 * variables and notifications (items 7.1, 7.4 to 7.6, 7R.1 to 7R.5; it takes the place of render.yaml).
 *
 * Autoscaling and the isolated network need a Professional workspace. Render links variables only to a
 * service that exists, and starts a first deploy with the service: that one deploy stops at its migration
 * command, before any instance runs, and the next has its variables.
 */
export class Api extends pulumi.ComponentResource {
  /** Render's id of the service, `srv-…`. */
  readonly serviceId: pulumi.Output<string>;
  /** Render's id of the project environment, `evm-…`, where jobs beside the API belong. */
  readonly environmentId: pulumi.Output<string>;
  /** Public address, `https://` and the API host, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Public host. */
  readonly host: pulumi.Output<string>;
  /** Render's own host of the service, `….onrender.com`: the target of the public host's DNS record. */
  readonly defaultHost: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Api", name, {}, opts);

    const environmentId = createEnvironment(this, name, args);
    const service = createService(this, name, args, environmentId);
    linkVariables(this, name, args, environmentId, service);
    if (args.workspaceNotifications ?? args.stage === "production") notifyOfFailures(this, name);

    this.serviceId = service.id;
    this.environmentId = environmentId;
    this.host = pulumi.output(args.domains.api);
    this.url = pulumi.output(`https://${args.domains.api}`);
    this.defaultHost = service.url.apply((url) => new URL(url).hostname);
    this.registerOutputs({
      serviceId: this.serviceId,
      environmentId: this.environmentId,
      url: this.url,
      host: this.host,
      defaultHost: this.defaultHost,
    });
  }
}

function createEnvironment(parent: Api, name: string, args: ApiArgs): pulumi.Output<string> {
  const project = new Project(
    `${name}-project`,
    {
      name: vendorName(args.project, args.stage, "api"),
      // The key must be the environment's name, or an import finds nothing.
      environments: {
        [args.stage]: { name: args.stage, protectedStatus: "protected", networkIsolated: true },
      },
    },
    { parent, protect: true },
  );
  // With the project's id, which a preview does not know: an environment has an id only once it exists.
  return pulumi.all([project.id, project.environments]).apply(([projectId, environments]) => {
    const id = environments[args.stage]?.id;
    if (id === undefined) throw new Error(`Render project ${projectId} has no environment ${args.stage}`);
    return id;
  });
}

function createService(
  parent: Api,
  name: string,
  args: ApiArgs,
  environmentId: pulumi.Output<string>,
): WebService {
  const { api, project } = args;
  return new WebService(
    `${name}-service`,
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
    // Its host and the certificate of the public host go when it goes.
    { parent, protect: true },
  );
}

function linkVariables(
  parent: Api,
  name: string,
  args: ApiArgs,
  environmentId: pulumi.Output<string>,
  service: WebService,
): void {
  const group = new EnvGroup(
    `${name}-variables`,
    {
      name: vendorName(args.project, args.stage, "api"),
      environmentId,
      envVars: Object.fromEntries(
        args.variables.map(({ name, value, secret }) => [
          name,
          { value: secret ? pulumi.secret(value) : value },
        ]),
      ),
    },
    { parent },
  );
  new EnvGroupLink(`${name}-variables-link`, { envGroupId: group.id, serviceIds: [service.id] }, { parent });
}

function notifyOfFailures(parent: Api, name: string): void {
  new NotificationSetting(
    `${name}-notifications`,
    { emailEnabled: true, notificationsToSend: "failure", previewNotificationsEnabled: false },
    { parent },
  );
}
