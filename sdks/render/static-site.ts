import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import type {
  BuildFilter,
  CustomDomain,
  EnvVars,
  IpAllowRule,
  NotificationOverride,
  Previews,
  SiteHeader,
  SiteRoute,
} from "./types.ts";

/** Inputs of {@link StaticSite}. */
export interface StaticSiteArgs {
  /** Name of the site; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Repository, as an https address. */
  repoUrl: pulumi.Input<string>;
  /** Branch that is deployed. */
  branch: pulumi.Input<string>;
  /** Command that builds the site. */
  buildCommand: pulumi.Input<string>;
  /** Folder of what was built, from the root directory. Default: `public`. */
  publishPath?: pulumi.Input<string>;
  /** Directory in the repository that the site lives in. */
  rootDirectory?: pulumi.Input<string>;
  /** Deploy on each commit; the older form of `autoDeployTrigger`. */
  autoDeploy?: pulumi.Input<boolean>;
  /** When Render deploys by itself. */
  autoDeployTrigger?: pulumi.Input<"off" | "commit" | "checksPass">;
  /** Which paths start a build. */
  buildFilter?: pulumi.Input<BuildFilter>;
  /** Domains of the site; at least one. */
  customDomains?: pulumi.Input<pulumi.Input<CustomDomain>[]>;
  /** Environment of a project that the site belongs to. */
  environmentId?: pulumi.Input<string>;
  /** Environment variables of the build by name. */
  envVars?: pulumi.Input<EnvVars>;
  /** Headers of answers, by path. */
  headers?: pulumi.Input<pulumi.Input<SiteHeader>[]>;
  /** Networks that may reach the site. */
  ipAllowLists?: pulumi.Input<pulumi.Input<IpAllowRule>[]>;
  /** Notifications of this site. */
  notificationOverride?: pulumi.Input<NotificationOverride>;
  /** Previews of pull requests. */
  previews?: pulumi.Input<Previews>;
  /** Redirects and rewrites, the first that fits. */
  routes?: pulumi.Input<pulumi.Input<SiteRoute>[]>;
  /** @deprecated Use `previews`. */
  pullRequestPreviewsEnabled?: pulumi.Input<boolean>;
}

/** What a lookup of a {@link StaticSite} may state. */
export interface StaticSiteState extends Partial<StaticSiteArgs> {
  activeCustomDomains?: pulumi.Input<pulumi.Input<CustomDomain>[]>;
  slug?: pulumi.Input<string>;
  url?: pulumi.Input<string>;
}

const inputs: InputKinds<StaticSiteArgs> = {
  name: "optional",
  repoUrl: "required",
  branch: "required",
  buildCommand: "required",
  publishPath: "optional",
  rootDirectory: "optional",
  autoDeploy: "optional",
  autoDeployTrigger: "optional",
  buildFilter: "optional",
  customDomains: "optional",
  environmentId: "optional",
  envVars: "optional",
  headers: "optional",
  ipAllowLists: "optional",
  notificationOverride: "optional",
  previews: "optional",
  routes: "optional",
  pullRequestPreviewsEnabled: "optional",
};
const outputs = ["activeCustomDomains", "slug", "url"];

/** Files that Render serves from its own CDN: Terraform's `render_static_site`. */
export class StaticSite extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/staticSite:StaticSite";

  /** Domains that point at the site, as Render sees them. */
  declare readonly activeCustomDomains: Out<CustomDomain[]>;
  declare readonly autoDeploy: Out<boolean>;
  declare readonly autoDeployTrigger: Out<string>;
  declare readonly branch: Out<string>;
  declare readonly buildCommand: Out<string>;
  declare readonly buildFilter: Out<BuildFilter | undefined>;
  declare readonly customDomains: Out<CustomDomain[] | undefined>;
  declare readonly environmentId: Out<string | undefined>;
  declare readonly envVars: Out<EnvVars | undefined>;
  declare readonly headers: Out<SiteHeader[] | undefined>;
  declare readonly ipAllowLists: Out<IpAllowRule[] | undefined>;
  declare readonly name: Out<string>;
  declare readonly notificationOverride: Out<NotificationOverride>;
  declare readonly previews: Out<Previews>;
  declare readonly publishPath: Out<string>;
  /** @deprecated Use `previews`. */
  declare readonly pullRequestPreviewsEnabled: Out<boolean>;
  declare readonly repoUrl: Out<string>;
  declare readonly rootDirectory: Out<string>;
  declare readonly routes: Out<SiteRoute[] | undefined>;
  /** Name of the site in Render's addresses. */
  declare readonly slug: Out<string>;
  /** Address of the site on onrender.com. */
  declare readonly url: Out<string>;

  constructor(name: string, args: StaticSiteArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: StaticSiteState, opts: LookupOptions);
  constructor(name: string, values: StaticSiteState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: StaticSite.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** An existing site, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: StaticSiteState = {},
    opts?: pulumi.CustomResourceOptions,
  ): StaticSite {
    return new StaticSite(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is StaticSite {
    return isOfType(value, StaticSite.__pulumiType);
  }
}
