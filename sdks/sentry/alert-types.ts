import type * as pulumi from "@pulumi/pulumi";

/** What has to happen to an issue: exactly one of the four, as an empty object. */
export interface TriggerCondition {
  /** It is new. */
  firstSeenEvent?: pulumi.Input<Record<string, never>>;
  /** It was resolved. */
  issueResolvedTrigger?: pulumi.Input<Record<string, never>>;
  /** It is back from the archive. */
  reappearedEvent?: pulumi.Input<Record<string, never>>;
  /** It was resolved, and is back. */
  regressionEvent?: pulumi.Input<Record<string, never>>;
}

/** What is done, and under which conditions. */
export interface ActionFilter {
  /** At least one. */
  actions: pulumi.Input<pulumi.Input<AlertAction>[]>;
  /** How the conditions go together. */
  logicType: pulumi.Input<"any" | "any-short" | "all" | "none">;
  conditions?: pulumi.Input<pulumi.Input<AlertCondition>[]>;
}

/** Who is told: exactly one of these. */
export interface AlertAction {
  discord?: pulumi.Input<DiscordAction>;
  email?: pulumi.Input<EmailAction>;
  github?: pulumi.Input<GithubAction>;
  jira?: pulumi.Input<JiraAction>;
  jiraServer?: pulumi.Input<JiraAction>;
  msteams?: pulumi.Input<MsteamsAction>;
  opsgenie?: pulumi.Input<OpsgenieAction>;
  pagerduty?: pulumi.Input<PagerdutyAction>;
  plugin?: pulumi.Input<Record<string, never>>;
  sentryApp?: pulumi.Input<SentryAppAction>;
  slack?: pulumi.Input<SlackAction>;
  vsts?: pulumi.Input<VstsAction>;
  webhook?: pulumi.Input<WebhookAction>;
}

export interface DiscordAction {
  channelId: pulumi.Input<string>;
  integrationId: pulumi.Input<string>;
  tags?: pulumi.Input<string>;
}

export interface EmailAction {
  targetType: pulumi.Input<"issue_owners" | "team" | "user">;
  /** Number of the team or user; not for issue_owners. */
  targetId?: pulumi.Input<string>;
  /** Who is told where an issue has no owner; only for issue_owners, which needs it. */
  fallthroughType?: pulumi.Input<"AllMembers" | "ActiveMembers" | "NoOne">;
}

export interface GithubAction {
  integrationId: pulumi.Input<string>;
  repo: pulumi.Input<string>;
  assignee?: pulumi.Input<string>;
  labels?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface JiraAction {
  integrationId: pulumi.Input<string>;
  issueType: pulumi.Input<string>;
  project: pulumi.Input<string>;
}

export interface MsteamsAction {
  channelName: pulumi.Input<string>;
  integrationId: pulumi.Input<string>;
  teamId: pulumi.Input<string>;
}

export interface OpsgenieAction {
  integrationId: pulumi.Input<string>;
  priority: pulumi.Input<string>;
  teamId: pulumi.Input<string>;
  teamName: pulumi.Input<string>;
}

export interface PagerdutyAction {
  integrationId: pulumi.Input<string>;
  /** Id of an `IntegrationPagerduty`. */
  serviceId: pulumi.Input<string>;
  serviceName: pulumi.Input<string>;
  /** default, critical, error, warning or info. */
  severity: pulumi.Input<string>;
}

export interface SentryAppAction {
  sentryAppId: pulumi.Input<string>;
  settings?: pulumi.Input<
    pulumi.Input<{
      name: pulumi.Input<string>;
      value: pulumi.Input<string>;
      label?: pulumi.Input<string>;
    }>[]
  >;
}

export interface SlackAction {
  channelName: pulumi.Input<string>;
  integrationId: pulumi.Input<string>;
  channelId?: pulumi.Input<string>;
  notes?: pulumi.Input<string>;
  tags?: pulumi.Input<string>;
}

export interface VstsAction {
  integrationId: pulumi.Input<string>;
  project: pulumi.Input<string>;
  workItemType: pulumi.Input<string>;
}

export interface WebhookAction {
  service: pulumi.Input<string>;
}

/** A condition of an action: exactly one of these. */
export interface AlertCondition {
  ageComparison?: pulumi.Input<{
    comparisonType: pulumi.Input<"older" | "newer">;
    time: pulumi.Input<"minute" | "hour" | "day" | "week">;
    value: pulumi.Input<number>;
  }>;
  assignedTo?: pulumi.Input<{
    targetType?: pulumi.Input<"Unassigned" | "Member" | "Team">;
    targetId?: pulumi.Input<string>;
  }>;
  eventAttribute?: pulumi.Input<{
    attribute: pulumi.Input<string>;
    match: pulumi.Input<string>;
    value?: pulumi.Input<string>;
  }>;
  eventFrequencyCount?: pulumi.Input<FrequencyCount>;
  eventFrequencyPercent?: pulumi.Input<FrequencyPercent>;
  eventUniqueUserFrequencyCount?: pulumi.Input<FrequencyCount>;
  issueCategory?: pulumi.Input<{ value: pulumi.Input<number>; include?: pulumi.Input<boolean> }>;
  issueOccurrences?: pulumi.Input<{ value: pulumi.Input<number> }>;
  issuePriorityDeescalating?: pulumi.Input<{ comparison: pulumi.Input<number> }>;
  /** 75 high, 50 medium, 25 low. */
  issuePriorityGreaterOrEqual?: pulumi.Input<{ comparison: pulumi.Input<number> }>;
  issueType?: pulumi.Input<{ include: pulumi.Input<boolean>; value: pulumi.Input<string> }>;
  latestAdoptedRelease?: pulumi.Input<{
    ageComparison: pulumi.Input<"older" | "newer">;
    environment: pulumi.Input<string>;
    releaseAgeType: pulumi.Input<"oldest" | "newest">;
  }>;
  latestRelease?: pulumi.Input<Record<string, never>>;
  level?: pulumi.Input<{ level: pulumi.Input<number>; match: pulumi.Input<string> }>;
  percentSessionsCount?: pulumi.Input<{ interval: pulumi.Input<Interval>; value: pulumi.Input<number> }>;
  percentSessionsPercent?: pulumi.Input<FrequencyPercent>;
  taggedEvent?: pulumi.Input<{
    key: pulumi.Input<string>;
    match: pulumi.Input<string>;
    value?: pulumi.Input<string>;
  }>;
}

export type Interval = "1m" | "5m" | "15m" | "1h" | "1d" | "1w" | "30d";

export interface FrequencyCount {
  interval: pulumi.Input<Interval>;
  value: pulumi.Input<number>;
  filters?: pulumi.Input<pulumi.Input<FrequencyFilter>[]>;
}

export interface FrequencyPercent extends FrequencyCount {
  comparisonInterval: pulumi.Input<Interval>;
}

/** Which events count: by an attribute or by a tag's key. */
export interface FrequencyFilter {
  attribute?: pulumi.Input<string>;
  key?: pulumi.Input<string>;
  match?: pulumi.Input<string>;
  value?: pulumi.Input<string>;
}
