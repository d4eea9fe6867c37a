import type { Input } from "@pulumi/pulumi";
import type { IpAllowRule, NativeRuntime, WebServiceArgs } from "@pulumi/render";
import type { KeyArgs, ProjectArgs } from "@pulumi/sentry";

// Properties of resources that no package of this project declares, as the providers' documentation has them
// and as Pulumi's bridge names them; only those that a policy reads.

/** Private services and background workers of Render, and the other kinds of Render's services. */
export type RenderServiceArgs = Pick<
  WebServiceArgs,
  | "name"
  | "plan"
  | "region"
  | "runtimeSource"
  | "startCommand"
  | "preDeployCommand"
  | "envVars"
  | "secretFiles"
>;

export interface RenderStaticSiteArgs extends Pick<WebServiceArgs, "name" | "envVars" | "customDomains"> {
  repoUrl?: Input<string>;
  branch?: Input<string>;
  buildCommand?: Input<string>;
  autoDeploy?: NativeRuntime["autoDeploy"];
  autoDeployTrigger?: NativeRuntime["autoDeployTrigger"];
  headers?: Input<Input<{ name: Input<string>; path: Input<string>; value: Input<string> }>[]>;
}

export interface RenderPostgresArgs {
  plan: Input<string>;
  region: Input<string>;
  /** Networks that may connect from outside; without a list all may. */
  ipAllowLists?: Input<Input<IpAllowRule>[]>;
  parameterOverrides?: Input<Record<string, Input<string>>>;
}

/** A key of Sentry, with what providers in other versions and Sentry's API know of it. */
export interface SentryKeyArgs extends KeyArgs {
  /** A key that is switched off accepts no event. */
  isActive?: Input<boolean>;
}

/** A project of Sentry, with what providers in other versions and Sentry's API know of it. */
export interface SentryProjectArgs extends ProjectArgs {
  dataScrubber?: Input<boolean>;
  dataScrubberDefaults?: Input<boolean>;
  /** Fields that are stored as they are, whatever scrubs the others. */
  safeFields?: Input<Input<string>[]>;
}

/** Alerts of Sentry from before there were monitors: their parts as lists of objects or as JSON. */
export interface SentryIssueAlertArgs {
  conditions?: Input<string>;
  conditionsV2?: Input<Input<SentryIssueConditionV2>[]>;
  actions?: Input<string>;
  actionsV2?: Input<Input<object>[]>;
}

interface SentryIssueConditionV2 {
  firstSeenEvent?: Input<object>;
  regressionEvent?: Input<object>;
}

export interface SentryMetricAlertArgs {
  aggregate: Input<string>;
  /** 0 is above, 1 is below. */
  thresholdType: Input<number>;
  triggers: Input<Input<{ alertThreshold: Input<number> }>[]>;
}

export interface SentryOrganizationDataScrubbingArgs {
  dataScrubber?: Input<boolean>;
  dataScrubberDefaults?: Input<boolean>;
}

export interface AwsBucketArgs {
  bucket?: Input<string>;
  lifecycleRules?: Input<Input<AwsBucketLifecycleRule>[]>;
  objectLockConfiguration?: Input<AwsObjectLock>;
  objectLockEnabled?: Input<boolean>;
}

export interface AwsBucketLifecycleArgs {
  bucket: Input<string>;
  rules: Input<Input<AwsBucketLifecycleRule>[]>;
}

/** Both a rule of a bucket, which has `enabled` and `expirations`, and one of a lifecycle of its own. */
export interface AwsBucketLifecycleRule {
  enabled?: Input<boolean>;
  status?: Input<string>;
  prefix?: Input<string>;
  filter?: Input<{ prefix?: Input<string>; and?: Input<{ prefix?: Input<string> }> }>;
  expiration?: Input<AwsExpiration>;
  expirations?: Input<Input<AwsExpiration>[]>;
}

interface AwsExpiration {
  days?: Input<number>;
  date?: Input<string>;
}

export interface AwsBucketObjectLockArgs extends AwsObjectLock {
  bucket: Input<string>;
}

interface AwsObjectLock {
  rule?: Input<{ defaultRetention: Input<AwsRetention> }>;
}

export interface AwsRetention {
  mode?: Input<string>;
  days?: Input<number>;
  years?: Input<number>;
}

export interface StackReferenceArgs {
  /** The stack that is referred to: organization/project/stack. */
  name: Input<string>;
}

/** A schedule of Pulumi Cloud for a stack. */
export interface StackSchedule {
  stack?: string;
  pulumiOperation?: string;
}

/** A webhook of Render, which signs what it sends with a secret that Render makes up. */
export interface RenderWebhookArgs {
  url: Input<string>;
  enabled?: Input<boolean>;
}
