// What the pack reads of DigitalOcean's resources, as the documentation of its provider has them. The pack does not
// have the package.

export interface AppArgs {
  spec: AppSpec;
}

export interface AppSpec {
  region?: string;
  services?: Component[];
  workers?: Component[];
  jobs?: Component[];
  staticSites?: Component[];
  functions?: Component[];
  databases?: { name?: string; clusterName?: string }[];
  envs?: Env[];
  domainNames?: { name: string; minimumTlsVersion?: string }[];
  /** The older form; programs also write objects there. */
  domains?: (string | { name?: string })[];
  ingress?: { rules?: IngressRule[] };
  maintenance?: { enabled?: boolean; archive?: boolean };
  disableEdgeCache?: boolean;
}

/** A service, a worker, a job, functions or a static site. */
export interface Component {
  name?: string;
  envs?: Env[];
  runCommand?: string;
  buildCommand?: string;
  git?: { repoCloneUrl?: string; branch?: string };
  github?: HostedSource;
  gitlab?: HostedSource;
  bitbucket?: HostedSource;
  healthCheck?: { httpPath?: string; port?: number };
  httpPort?: number;
  internalPorts?: number[];
  autoscaling?: { minInstanceCount: number; maxInstanceCount: number };
  logDestinations?: object[];
  cors?: Cors;
}

interface HostedSource {
  repo?: string;
  branch?: string;
}

export interface Env {
  key?: string;
  value?: string;
  scope?: string;
  type?: string;
}

interface IngressRule {
  redirect?: { scheme?: string };
  cors?: Cors;
}

interface Cors {
  allowOrigins?: Origins;
}

export interface Origins {
  exact?: string;
  prefix?: string;
  regex?: string;
}

export interface ClusterArgs {
  engine: string;
  region: string;
}

export interface FirewallArgs {
  clusterId: string;
  rules: { type: string; value: string }[];
}

export interface PoolArgs {
  clusterId: string;
  user?: string;
}

export interface SettingsArgs {
  clusterId: string;
  logMinDurationStatement?: number;
}

export interface DomainArgs {
  name: string;
}

export interface RecordArgs {
  domain: string;
  type: string;
  name: string;
  value: string;
  /** Of a CAA record. */
  tag?: string;
}

export interface CheckArgs {
  target: string;
  type?: string;
  regions?: string[];
  enabled?: boolean;
}
