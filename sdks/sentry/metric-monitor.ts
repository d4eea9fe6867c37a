import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";
import type { ConditionGroup, EventType, IssueDetection, MonitorOwner } from "./types.ts";

/** Inputs of {@link MetricMonitor}. */
export interface MetricMonitorArgs {
  /** Slug of the organisation. A change recreates the monitor. */
  organization: pulumi.Input<string>;
  /** Slug of the project. A change recreates the monitor. */
  project: pulumi.Input<string>;
  /** Name of the monitor; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** The figure, such as count() or failure_rate(), which is 0 to 1. */
  aggregate: pulumi.Input<string>;
  /** What the figure is of: events, events_analytics_platform for spans, and others. */
  dataset: pulumi.Input<string>;
  /** Which events count. */
  eventTypes: pulumi.Input<pulumi.Input<EventType>[]>;
  /** Thresholds, and the priority of the issue above each. */
  conditionGroup: pulumi.Input<ConditionGroup>;
  /** How the figure is compared. */
  issueDetection: pulumi.Input<IssueDetection>;
  /** Search that the events match. */
  query?: pulumi.Input<string>;
  /** Kind of the query; that of the dataset when left out. */
  queryType?: pulumi.Input<"error" | "performance" | "crash_rate">;
  /** Window of the figure, in seconds. */
  timeWindowSeconds?: pulumi.Input<number>;
  /** How sampled events are counted. */
  extrapolationMode?: pulumi.Input<"unknown" | "none" | "client_and_server_weighted" | "server_weighted">;
  /** Environment of the events; all when left out. */
  environment?: pulumi.Input<string>;
  /** What an issue of the monitor says. */
  description?: pulumi.Input<string>;
  /** Whether it is on. Default: true. */
  enabled?: pulumi.Input<boolean>;
  /** Who new issues of the monitor are assigned to. */
  owner?: pulumi.Input<MonitorOwner>;
}

/** What a lookup of a {@link MetricMonitor} may state. */
export type MetricMonitorState = Partial<MetricMonitorArgs>;

const inputs: InputKinds<MetricMonitorArgs> = {
  organization: "required",
  project: "required",
  name: "optional",
  aggregate: "required",
  dataset: "required",
  eventTypes: "required",
  conditionGroup: "required",
  issueDetection: "required",
  query: "optional",
  queryType: "optional",
  timeWindowSeconds: "optional",
  extrapolationMode: "optional",
  environment: "optional",
  description: "optional",
  enabled: "optional",
  owner: "optional",
};

/** A threshold on a figure of events: Terraform's `sentry_metric_monitor`. */
export class MetricMonitor extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/metricMonitor:MetricMonitor";

  declare readonly aggregate: Out<string>;
  declare readonly conditionGroup: Out<ConditionGroup>;
  declare readonly dataset: Out<string>;
  declare readonly description: Out<string | undefined>;
  declare readonly enabled: Out<boolean>;
  declare readonly environment: Out<string | undefined>;
  declare readonly eventTypes: Out<EventType[]>;
  declare readonly extrapolationMode: Out<
    "unknown" | "none" | "client_and_server_weighted" | "server_weighted"
  >;
  declare readonly issueDetection: Out<IssueDetection>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly owner: Out<MonitorOwner | undefined>;
  declare readonly project: Out<string>;
  declare readonly query: Out<string>;
  declare readonly queryType: Out<"error" | "performance" | "crash_rate">;
  declare readonly timeWindowSeconds: Out<number>;

  constructor(name: string, args: MetricMonitorArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: MetricMonitorState, opts: LookupOptions);
  constructor(name: string, values: MetricMonitorState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: MetricMonitor.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: MetricMonitorState = {},
    opts?: pulumi.CustomResourceOptions,
  ): MetricMonitor {
    return new MetricMonitor(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is MetricMonitor {
    return isOfType(value, MetricMonitor.__pulumiType);
  }
}
