import type { FirewallConfigArgs } from "@pulumi/vercel/firewallConfig.js";
import type { ProjectArgs } from "@pulumi/vercel/project.js";
import type { ProjectDeploymentRetentionArgs } from "@pulumi/vercel/projectDeploymentRetention.js";
import type { ProjectDomainArgs } from "@pulumi/vercel/projectDomain.js";
import type { ProjectEnvironmentVariableArgs } from "@pulumi/vercel/projectEnvironmentVariable.js";
import type { Settings, Stage } from "../../config/settings.ts";
import type { EnvironmentVariable } from "../environment.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new WebApp("web", {
 *   team: settings.accounts.vercelTeam,
 *   stage: settings.stage,
 *   project: settings.project,
 *   domains: settings.domains,
 *   web: settings.web,
 *   rateLimits: settings.edge.rateLimits,
 *   loginPath: settings.api.loginPath,
 *   variables,
 *   transform: { project: { rootDirectory: "apps/web" } },
 * });
 */
export interface WebAppArgs extends ComponentArgs<WebAppChildren> {
  /** Vercel team that owns the project, `team_…`. */
  team: Settings["accounts"]["vercelTeam"];
  stage: Stage;
  /** Name, GitHub repository, and production branch (item 7V.2). */
  project: Settings["project"];
  /** Host of the application, and the host that redirects to it, if any (item 7V.4). */
  domains: Pick<Settings["domains"], "web" | "redirect">;
  web: Settings["web"];
  /** The part of the platform that it is, by which it is named. Default: `web`. */
  part?: string;
  /** Folder of the repository that is built. Default: its root. */
  rootDirectory?: string | undefined;
  /**
   * Limits for the API and for the login endpoint (item 4.4).
   *
   * Vercel reads the caller's address from Cloudflare's header, so the limits work behind the edge:
   * https://vercel.com/docs/security/reverse-proxy
   */
  rateLimits: Settings["edge"]["rateLimits"];
  /** Paths below this one belong to the API. Default: `/api`. */
  apiPath?: string;
  /** Path of the login endpoint. */
  loginPath: Settings["api"]["loginPath"];
  /** Variables of section 2. Only production deployments get them, not previews. */
  variables: readonly EnvironmentVariable[];
  /** How long a browser keeps using the deployment that served its page. Default: 12 hours. */
  skewProtection?: "30 minutes" | "4 hours" | "12 hours" | "1 day" | "7 days";
}

/** The resources of a `WebApp`. */
export interface WebAppChildren {
  project: ProjectArgs;
  /** The host of the application. */
  domain: ProjectDomainArgs;
  /** The host that redirects to it. */
  redirect: ProjectDomainArgs;
  /** Each environment variable. */
  variable: ProjectEnvironmentVariableArgs;
  firewall: FirewallConfigArgs;
  /** How long deployments are kept. */
  retention: ProjectDeploymentRetentionArgs;
}

export type WebAppScope = Scope<WebAppChildren>;
