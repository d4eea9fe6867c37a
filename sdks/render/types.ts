import type * as pulumi from "@pulumi/pulumi";

/** A Render region. */
export type Region = "frankfurt" | "ohio" | "oregon" | "singapore" | "virginia";

/** An environment variable: a value, or one that Render makes up; exactly one of the two. */
export interface EnvVar {
  /** The value. Render treats it as sensitive; wrap one that is a secret. */
  value?: pulumi.Input<string>;
  /** Render makes up the value. Default: false. */
  generateValue?: pulumi.Input<boolean>;
}

/** Environment variables by name; at least one. */
export type EnvVars = Record<string, pulumi.Input<EnvVar>>;

/** A file that Render mounts into the service. */
export interface SecretFile {
  /** The file's content, a secret. */
  content: pulumi.Input<string>;
}

/** Secret files by file name; at least one. */
export type SecretFiles = Record<string, pulumi.Input<SecretFile>>;

/** A network that may reach a service or an environment. */
export interface IpAllowRule {
  /** Network in CIDR notation. */
  cidrBlock: pulumi.Input<string>;
  /** Whose network it is. */
  description: pulumi.Input<string>;
}

/** Which logs of a service leave for the workspace's log stream, or for another. */
export interface LogStreamOverride {
  /** Send logs, or drop them. */
  setting: pulumi.Input<"send" | "drop">;
  /** Host and port that take the logs. */
  endpoint?: pulumi.Input<string>;
  /** Token of the endpoint, a secret. */
  token?: pulumi.Input<string>;
}

/** Notifications of one service, where they differ from the workspace's. */
export interface NotificationOverride {
  /** Which events are told. */
  notificationsToSend?: pulumi.Input<"default" | "all" | "failure" | "none">;
  /** Whether previews tell too. */
  previewNotificationsEnabled?: pulumi.Input<"default" | "true" | "false">;
}

/** Where the code comes from: exactly one of the three. */
export interface RuntimeSource {
  /** Built by Render from a repository. */
  nativeRuntime?: pulumi.Input<NativeRuntime>;
  /** Built by Render from a Dockerfile. */
  docker?: pulumi.Input<DockerSource>;
  /** A ready image. */
  image?: pulumi.Input<ImageSource>;
}

/** What both kinds of source in a repository have. */
interface RepositorySource {
  /** Repository, as an https address. */
  repoUrl: pulumi.Input<string>;
  /** Branch that is deployed. */
  branch: pulumi.Input<string>;
  /** Deploy on each commit; the older form of `autoDeployTrigger`. */
  autoDeploy?: pulumi.Input<boolean>;
  /** When Render deploys by itself. */
  autoDeployTrigger?: pulumi.Input<"off" | "commit" | "checksPass">;
  /** Which paths start a build. */
  buildFilter?: pulumi.Input<BuildFilter>;
}

/** A runtime of Render's own; the service needs a `startCommand`. */
export interface NativeRuntime extends RepositorySource {
  /** Command that builds the service. */
  buildCommand: pulumi.Input<string>;
  /** Language of the service. */
  runtime: pulumi.Input<"elixir" | "go" | "node" | "python" | "ruby" | "rust">;
}

/** A Dockerfile in a repository. */
export interface DockerSource extends RepositorySource {
  /** Directory of the build. Default: `.`. */
  context?: pulumi.Input<string>;
  /** Path of the Dockerfile. Default: `./Dockerfile`. */
  dockerfilePath?: pulumi.Input<string>;
  /** Credential for the registry of the base images. */
  registryCredentialId?: pulumi.Input<string>;
}

/** An image in a registry; a tag or a digest, not both. */
export interface ImageSource {
  /** Image without tag or digest. */
  imageUrl: pulumi.Input<string>;
  /** Tag of the image. */
  tag?: pulumi.Input<string>;
  /** Digest of the image. */
  digest?: pulumi.Input<string>;
  /** Credential for the registry. */
  registryCredentialId?: pulumi.Input<string>;
}

/** Paths whose changes start a build, and paths whose changes do not; at least one of the two. */
export interface BuildFilter {
  /** Globs that start a build. */
  paths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Globs that do not. */
  ignoredPaths?: pulumi.Input<pulumi.Input<string>[]>;
}

/** How the number of instances follows the load. */
export interface Autoscaling {
  /** Whether it does. */
  enabled: pulumi.Input<boolean>;
  /** Fewest instances. */
  min: pulumi.Input<number>;
  /** Most instances. */
  max: pulumi.Input<number>;
  /** The loads that count. */
  criteria: pulumi.Input<AutoscalingCriteria>;
}

/** Loads that scale a service. */
export interface AutoscalingCriteria {
  /** Share of the processor. */
  cpu?: pulumi.Input<AutoscalingTarget>;
  /** Share of the memory. */
  memory?: pulumi.Input<AutoscalingTarget>;
}

/** A load to keep to. */
export interface AutoscalingTarget {
  /** Whether this load counts. */
  enabled: pulumi.Input<boolean>;
  /** The load to keep to, in percent. */
  percentage: pulumi.Input<number>;
}

/** A domain of a web service; Render takes care of its certificate. */
export interface CustomDomain {
  /** Host name. */
  name: pulumi.Input<string>;
  /** Set by Render. */
  id?: pulumi.Input<string>;
  /** Set by Render: apex or subdomain. */
  domainType?: pulumi.Input<string>;
  /** Set by Render. */
  publicSuffix?: pulumi.Input<string>;
  /** Set by Render: the domain that this one redirects to. */
  redirectForName?: pulumi.Input<string>;
}

/** A persistent disk; a service that has one runs as one instance. */
export interface Disk {
  /** Name of the disk. */
  name: pulumi.Input<string>;
  /** Absolute path of the mount. */
  mountPath: pulumi.Input<string>;
  /** Size in GB, 1 to 1000. */
  sizeGb: pulumi.Input<number>;
  /** Set by Render. */
  id?: pulumi.Input<string>;
}

/** Maintenance mode of a service. */
export interface MaintenanceMode {
  /** Default: false. */
  enabled?: pulumi.Input<boolean>;
  /** Page shown meanwhile; Render's own by default. */
  uri?: pulumi.Input<string>;
}

/** Previews of pull requests. */
export interface Previews {
  /** When a preview is made. */
  generation?: pulumi.Input<"off" | "manual" | "automatic">;
}

/** A header of a static site's answers. */
export interface SiteHeader {
  /** Path that it is of, with `*` for any. */
  path: pulumi.Input<string>;
  /** Name of the header. */
  name: pulumi.Input<string>;
  /** Its value. */
  value: pulumi.Input<string>;
}

/** A redirect or a rewrite of a static site. */
export interface SiteRoute {
  /** Path that is asked for, with `*` and `:name` for any part. */
  source: pulumi.Input<string>;
  /** Path or address that answers in its place. */
  destination: pulumi.Input<string>;
  /** Whether the visitor is sent there, or only the answer comes from there. */
  type: pulumi.Input<"redirect" | "rewrite">;
}

/** An environment of a project. */
export interface ProjectEnvironment {
  /** Name of the environment. */
  name: pulumi.Input<string>;
  /** Whether only administrators may change what is in it. */
  protectedStatus: pulumi.Input<"protected" | "unprotected">;
  /** Whether it is cut off from the private network of the other environments. */
  networkIsolated?: pulumi.Input<boolean>;
  /** Networks that may reach it. */
  ipAllowLists?: pulumi.Input<pulumi.Input<IpAllowRule>[]>;
  /** Id of the environment, for `environmentId` of a service; set by Render. */
  id?: pulumi.Input<string>;
}
