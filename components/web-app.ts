import * as pulumi from "@pulumi/pulumi";
import { FirewallConfig } from "@pulumi/vercel/firewallConfig.js";
import { Project } from "@pulumi/vercel/project.js";
import { ProjectDeploymentRetention } from "@pulumi/vercel/projectDeploymentRetention.js";
import { ProjectDomain } from "@pulumi/vercel/projectDomain.js";
import { ProjectEnvironmentVariable } from "@pulumi/vercel/projectEnvironmentVariable.js";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import type { EnvironmentVariable } from "./environment.ts";
import { firewallRules, managedRulesets } from "./web-app/firewall.ts";

export interface WebAppArgs {
  /** Vercel team that owns the project, `team_…`. */
  team: Settings["accounts"]["vercelTeam"];
  stage: Stage;
  /** Name, GitHub repository and production branch (item 7V.2). */
  project: Settings["project"];
  /** Host of the application and the host that redirects to it, if any (item 7V.4). */
  domains: Pick<Settings["domains"], "web" | "redirect">;
  web: Settings["web"];
  /**
   * Limits for the API and for the login endpoint (item 4.4).
   *
   * Vercel takes the caller's address from Cloudflare's header, so the limits hold behind the edge:
   * https://vercel.com/docs/security/reverse-proxy
   */
  rateLimits: Settings["edge"]["rateLimits"];
  /** Paths under this one are the API's. Default: `/api`. */
  apiPath?: string;
  /** Path of the login endpoint. */
  loginPath: Settings["api"]["loginPath"];
  /** Variables of section 2; they reach production deployments only, previews get none of them. */
  variables: readonly EnvironmentVariable[];
  /**
   * How long a browser keeps talking to the deployment that served its page. Default: 12 hours.
   */
  skewProtection?: "30 minutes" | "4 hours" | "12 hours" | "1 day" | "7 days";
}

/**
 * The web application on Vercel: a project that builds the GitHub repository, its domains, variables,
 * firewall and retention of deployments (items 4.4, 4.7, 7.1, 7.5, 7.6, 7V.1 to 7V.4).
 *
 * What Vercel leaves to the plan: rate limits and skew protection need Pro, the OWASP rule set Enterprise.
 * Vercel has no deletion protection, so the project is protected in the stack.
 */
export class WebApp extends pulumi.ComponentResource {
  /** Vercel's id of the project, `prj_…`. */
  readonly projectId: pulumi.Output<string>;
  /** Name of the project at Vercel. */
  readonly projectName: pulumi.Output<string>;
  /** Public address, `https://` and the web host, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Hosts that the project answers on: the web host, then the one that redirects. */
  readonly hosts: pulumi.Output<string[]>;

  constructor(name: string, args: WebAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:WebApp", name, {}, opts);

    const project = createProject(this, name, args);
    attachDomains(this, name, args, project);
    setVariables(this, name, args, project);
    raiseFirewall(this, name, args, project);
    retainDeployments(this, name, args, project);

    const { web, redirect } = args.domains;
    this.projectId = project.id;
    this.projectName = project.name;
    this.url = pulumi.output(`https://${web}`);
    this.hosts = pulumi.output(redirect === undefined ? [web] : [web, redirect]);
    this.registerOutputs({
      projectId: this.projectId,
      projectName: this.projectName,
      url: this.url,
      hosts: this.hosts,
    });
  }
}

function createProject(parent: WebApp, name: string, args: WebAppArgs): Project {
  return new Project(
    `${name}-project`,
    {
      teamId: args.team,
      name: vendorName(args.project, args.stage, "web"),
      framework: args.web.framework,
      nodeVersion: args.web.nodeVersion,
      gitRepository: {
        type: "github",
        repo: args.project.repository,
        productionBranch: args.project.branch,
      },
      resourceConfig: { fluid: true, functionDefaultRegions: [args.web.region] },
      // A pull request from a fork is built only after a member of the team allows it.
      gitForkProtection: true,
      // Only the production domains are public: previews and generated addresses ask for a Vercel login.
      vercelAuthentication: { deploymentType: "standard_protection_new" },
      oidcTokenConfig: { issuerMode: "team" },
      protectedSourcemaps: true,
      directoryListing: false,
      customerSuccessCodeVisibility: false,
      // The feedback toolbar is a third-party script that the Content Security Policy refuses.
      enableProductionFeedback: false,
      prioritiseProductionBuilds: true,
      skewProtection: args.skewProtection ?? "12 hours",
      // A deployment must be able to say which commit it runs.
      automaticallyExposeSystemEnvironmentVariables: true,
    },
    { parent, protect: true },
  );
}

function attachDomains(parent: WebApp, name: string, args: WebAppArgs, project: Project): void {
  const { web, redirect } = args.domains;
  const domain = new ProjectDomain(
    `${name}-domain`,
    { teamId: args.team, projectId: project.id, domain: web },
    { parent },
  );
  if (redirect === undefined) return;
  new ProjectDomain(
    `${name}-redirect`,
    { teamId: args.team, projectId: project.id, domain: redirect, redirect: web, redirectStatusCode: 308 },
    // Vercel redirects only to a domain that the project already has.
    { parent, dependsOn: domain },
  );
}

function setVariables(parent: WebApp, name: string, args: WebAppArgs, project: Project): void {
  for (const variable of args.variables) {
    new ProjectEnvironmentVariable(
      `${name}-${variable.name}`,
      {
        teamId: args.team,
        projectId: project.id,
        key: variable.name,
        value: variable.secret ? pulumi.secret(variable.value) : variable.value,
        comment: variable.comment,
        sensitive: variable.secret,
        targets: ["production"],
      },
      { parent },
    );
  }
}

function raiseFirewall(parent: WebApp, name: string, args: WebAppArgs, project: Project): void {
  new FirewallConfig(
    `${name}-firewall`,
    {
      teamId: args.team,
      projectId: project.id,
      enabled: true,
      managedRulesets,
      rules: firewallRules({
        apiPath: args.apiPath ?? "/api",
        loginPath: args.loginPath,
        rateLimits: args.rateLimits,
      }),
    },
    { parent },
  );
}

function retainDeployments(parent: WebApp, name: string, args: WebAppArgs, project: Project): void {
  const { production, preview, canceled, errored } = args.web.retention;
  new ProjectDeploymentRetention(
    `${name}-retention`,
    {
      teamId: args.team,
      projectId: project.id,
      expirationProduction: production,
      expirationPreview: preview,
      expirationCanceled: canceled,
      expirationErrored: errored,
    },
    { parent },
  );
}
