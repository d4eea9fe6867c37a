import type {
  EnvGroupArgs,
  EnvGroupLinkArgs,
  NotificationSettingArgs,
  ProjectArgs,
  WebServiceArgs,
} from "@pulumi/render";
import type { Settings, Stage } from "../../config/settings.ts";
import type { EnvironmentVariable } from "../environment.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Api("api", {
 *   stage: settings.stage,
 *   project: settings.project,
 *   domains: settings.domains,
 *   api: settings.api,
 *   variables,
 *   transform: {
 *     service: (args) => {
 *       args.maxShutdownDelaySeconds = 120;
 *     },
 *   },
 * });
 */
export interface ApiArgs extends ComponentArgs<ApiChildren> {
  stage: Stage;
  /** Name, GitHub repository, and branch. */
  project: Settings["project"];
  /** Host of the API (item 7.6). */
  domains: Pick<Settings["domains"], "api">;
  api: Settings["api"];
  /** Variables of section 2 (item 7R.3). */
  variables: readonly EnvironmentVariable[];
  /** Seconds that a request has to finish when an instance is stopped, 1 to 300. Default: 60. */
  maxShutdownDelaySeconds?: number;
  /**
   * Whether this stack sets the notifications of the Render workspace. All stacks of a workspace share that
   * setting, so only one of them may declare it. Default: production does.
   */
  workspaceNotifications?: boolean;
}

/** The resources of an `Api`. */
export interface ApiChildren {
  project: ProjectArgs;
  service: WebServiceArgs;
  /** The group of environment variables. */
  variables: EnvGroupArgs;
  variablesLink: EnvGroupLinkArgs;
  /** The notifications of the workspace. */
  notifications: NotificationSettingArgs;
}

export type ApiScope = Scope<ApiChildren>;
