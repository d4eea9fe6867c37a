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

/** A document of Pulumi ESC, given as an asset: a text, a file, or what is at an address. */
export interface PulumiEnvironmentArgs {
  yaml?: Input<{ text?: string; path?: string; uri?: string }>;
}

/** A switch of a whole organization at Sentry. */
export interface SentrySpikeProtectionArgs {
  enabled?: Input<boolean>;
}

export interface SupabaseEdgeFunctionArgs {
  entrypoint?: Input<string>;
  importMap?: Input<string>;
  staticFiles?: Input<Input<string>[]>;
  verifyJwt?: Input<boolean>;
}

export interface SupabaseEdgeFunctionSecretsArgs {
  secrets?: Input<Input<{ name?: Input<string> }>[]>;
}

export interface PagerGroupingArgs {
  type?: Input<string>;
  /** `timeout` in seconds. */
  config?: Input<{ timeout?: Input<number> }>;
}

export interface PagerWorkflowArgs {
  steps?: Input<Input<PagerWorkflowStep>[]>;
}

export interface PagerWorkflowStep {
  name?: Input<string>;
  action?: Input<string>;
}

/** Of two names for a list, the bridge gives the plural; programs from before that have the singular. */
export interface PagerScheduleV2Args {
  rotations?: Input<Input<PagerRotation>[]>;
  rotation?: Input<Input<PagerRotation>[]>;
}

export interface PagerRotation {
  events?: Input<Input<PagerShiftEvent>[]>;
  event?: Input<Input<PagerShiftEvent>[]>;
}

export interface PagerShiftEvent {
  startTime?: Input<string | { dateTime?: string }>;
  endTime?: Input<string | { dateTime?: string }>;
  effectiveSince?: Input<string>;
  effectiveUntil?: Input<string>;
  recurrences?: Input<Input<string>[]>;
  recurrence?: Input<Input<string>[]>;
  assignmentStrategy?: Input<PagerStrategy | PagerStrategy[]>;
}

export interface PagerStrategy {
  type?: Input<string>;
  shiftsPerMember?: Input<number>;
  members?: Input<Input<PagerMember>[]>;
  member?: Input<Input<PagerMember>[]>;
}

export interface PagerMember {
  userId?: Input<string>;
}

/** What services of PagerDuty have in versions of the provider after the one on npm. */
export interface PagerServiceArgs {
  /** `timeout` in seconds. */
  autoPauseNotificationsParameters?: Input<{ enabled?: Input<boolean>; timeout?: Input<number> }>;
}

/** Event orchestrations of PagerDuty: sets of rules, and a last one for the rest. */
export interface PagerOrchestrationArgs {
  sets?: Input<Input<{ rules?: Input<Input<PagerEventRule>[]> }>[]>;
  catchAll?: Input<PagerEventRule>;
}

/** A rule of an orchestration, or one of the older rules, which are resources of their own. */
export interface PagerEventRule {
  disabled?: Input<boolean>;
  conditions?: Input<Input<PagerExpression>[] | PagerConditions>;
  actions?: Input<PagerActions>;
}

export interface PagerExpression {
  expression?: Input<string>;
}

/** Conditions of the older rules. */
export interface PagerConditions {
  operator?: Input<string>;
  subconditions?: Input<Input<PagerSubcondition>[]>;
}

export interface PagerSubcondition {
  operator?: Input<string>;
  parameters?: Input<Input<{ path?: Input<string>; value?: Input<string> }>[]>;
}

/** What a rule does with an event; in the older rules each in a list of objects with one value. */
export interface PagerActions {
  suppress?: Input<boolean>;
  suppresses?: Input<Input<PagerActionValue>[]>;
  dropEvent?: Input<boolean>;
  suspend?: Input<number>;
  suspends?: Input<Input<PagerActionValue>[]>;
  severity?: Input<string>;
  severities?: Input<Input<PagerActionValue>[]>;
  eventAction?: Input<string>;
  eventActions?: Input<Input<PagerActionValue>[]>;
  escalationPolicy?: Input<string>;
  extractions?: Input<Input<{ target?: Input<string>; template?: Input<string> }>[]>;
}

export interface PagerActionValue {
  value?: Input<string | number | boolean>;
}

/** Databases at Neon. */
export interface NeonProjectArgs {
  regionId?: Input<string>;
  allowedIps?: Input<Input<string>[]>;
  historyRetentionSeconds?: Input<number>;
}
