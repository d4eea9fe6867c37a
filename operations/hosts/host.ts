/** A deployment as its host lists it. */
export interface Deployment {
  id: string;
  /** Undefined where the host does not say. */
  commit: string | undefined;
  createdAt: string;
  /** Whether it could serve. */
  ready: boolean;
  /** Whether it is building, so that it may become ready. */
  pending: boolean;
  /** Whether its domains ever pointed at it. */
  hasServed: boolean;
  /** Address of its own, where it has one. */
  url?: string | undefined;
}

/** What a host does by itself: what a rollback must switch off, and `--finish` must restore. */
export type Automation = Readonly<Record<string, string>>;

/** A host that serves the platform, as a release and a rollback use it. Every call has a time limit of its caller. */
export interface Host {
  /** In kebab case. */
  name: string;
  /** Domains that people reach it by. */
  domains: readonly string[];
  /** What a person does where its API does not answer: a clause with `{deployment}` for what is to be chosen. */
  byHand: string;
  /** Whether it can build a deployment that serves nobody yet. */
  stages: boolean;
  /** The deployment that its domains serve; undefined where the host does not say. */
  served(signal: AbortSignal): Promise<Deployment | undefined>;
  /** Deployments to production, newest first. */
  deployments(signal: AbortSignal): Promise<Deployment[]>;
  /** Builds a commit, to be served as soon as it is ready, or not where the host `stages`. It may still be building. */
  deploy(commit: string, options: { serve: boolean; key: string }, signal: AbortSignal): Promise<Deployment>;
  /** Lets the domains serve a deployment that is ready, where the host `stages`. */
  promote(deployment: Deployment, key: string, signal: AbortSignal): Promise<void>;
  /** Lets the domains serve an earlier deployment again. */
  rollBack(deployment: Deployment, key: string, signal: AbortSignal): Promise<void>;
  /** Whether its last request since a moment to let the domains serve a deployment failed, where it says so. */
  refused?(deploymentId: string, since: Date, signal: AbortSignal): Promise<boolean>;
  /** Ends a deployment that is still building. Where it is over meanwhile, that is no error. */
  cancel(deployment: Deployment, signal: AbortSignal): Promise<void>;
  /** What the host does by itself now. */
  automation(signal: AbortSignal): Promise<Automation>;
  /** Switches off whatever would replace the deployment that is served. */
  hold(signal: AbortSignal): Promise<void>;
  /** Makes it do by itself what it did before. */
  restore(automation: Automation, signal: AbortSignal): Promise<void>;
}
