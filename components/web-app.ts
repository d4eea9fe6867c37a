import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";
import type { WebAppArgs } from "./web-app/args.ts";
import { attachDomains } from "./web-app/domains.ts";
import { raiseFirewall } from "./web-app/firewall.ts";
import { createProject, retainDeployments } from "./web-app/project.ts";
import { setVariables } from "./web-app/variables.ts";

export type { WebAppArgs } from "./web-app/args.ts";

/**
 * The web application on Vercel: a project that builds the GitHub repository, its domains, variables, firewall,
 * and retention of deployments (items 4.4, 4.7, 7.1, 7.5, 7.6, 7V.1 to 7V.4).
 *
 * Rate limits and skew protection need Vercel's Pro plan, the OWASP ruleset needs Enterprise. Vercel has no
 * deletion protection, so the stack protects the project.
 */
export class WebApp extends Component {
  /** Vercel's id of the project, `prj_…`. */
  readonly projectId: pulumi.Output<string>;
  /** Name of the project at Vercel. */
  readonly projectName: pulumi.Output<string>;
  /** Public address: `https://` and the web host, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Hosts that the project answers for: the web host, then the one that redirects. */
  readonly hosts: pulumi.Output<string[]>;

  constructor(name: string, args: WebAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebApp", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const { web, redirect } = args.domains;

    const project = createProject(scope, args);
    attachDomains(scope, args, project);
    setVariables(scope, args, project);
    raiseFirewall(scope, args, project);
    retainDeployments(scope, args, project);

    this.projectId = project.id;
    this.projectName = project.name;
    this.url = pulumi.output(`https://${web}`);
    this.hosts = pulumi.output(redirect === undefined ? [web] : [web, redirect]);
    this.publish(scope);
  }
}
