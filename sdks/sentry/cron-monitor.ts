import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";
import type { CronSchedule, MonitorOwner } from "./types.ts";

/** Inputs of {@link CronMonitor}. */
export interface CronMonitorArgs {
  /** Slug of the organisation. A change recreates the monitor. */
  organization: pulumi.Input<string>;
  /** Slug of the project. A change recreates the monitor. */
  project: pulumi.Input<string>;
  /** Name of the monitor; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** When the job runs. */
  schedule: pulumi.Input<CronSchedule>;
  /** Minutes after which a check-in is missed. */
  checkinMarginMinutes: pulumi.Input<number>;
  /** Minutes after which a run that is still going has failed. */
  maxRuntimeMinutes: pulumi.Input<number>;
  /** Missed or failed check-ins in a row that make an issue. */
  failureIssueThreshold: pulumi.Input<number>;
  /** Good check-ins in a row that resolve it. */
  recoveryThreshold: pulumi.Input<number>;
  /** Time zone of the schedule, by its IANA name. Default: UTC. */
  timezone?: pulumi.Input<string>;
  /** What an issue of the monitor says. */
  description?: pulumi.Input<string>;
  /** Whether it is on. Default: true. */
  enabled?: pulumi.Input<boolean>;
  /** Who new issues of the monitor are assigned to. */
  owner?: pulumi.Input<MonitorOwner>;
}

/** What a lookup of a {@link CronMonitor} may state. */
export type CronMonitorState = Partial<CronMonitorArgs>;

const inputs: InputKinds<CronMonitorArgs> = {
  organization: "required",
  project: "required",
  name: "optional",
  schedule: "required",
  checkinMarginMinutes: "required",
  maxRuntimeMinutes: "required",
  failureIssueThreshold: "required",
  recoveryThreshold: "required",
  timezone: "optional",
  description: "optional",
  enabled: "optional",
  owner: "optional",
};

/** A job that checks in on schedule: Terraform's `sentry_cron_monitor`. Its slug is made from its name. */
export class CronMonitor extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/cronMonitor:CronMonitor";

  declare readonly checkinMarginMinutes: Out<number>;
  declare readonly description: Out<string | undefined>;
  declare readonly enabled: Out<boolean>;
  declare readonly failureIssueThreshold: Out<number>;
  declare readonly maxRuntimeMinutes: Out<number>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly owner: Out<MonitorOwner | undefined>;
  declare readonly project: Out<string>;
  declare readonly recoveryThreshold: Out<number>;
  declare readonly schedule: Out<CronSchedule>;
  declare readonly timezone: Out<string>;

  constructor(name: string, args: CronMonitorArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: CronMonitorState, opts: LookupOptions);
  constructor(name: string, values: CronMonitorState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: CronMonitor.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/PROJECT/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: CronMonitorState = {},
    opts?: pulumi.CustomResourceOptions,
  ): CronMonitor {
    return new CronMonitor(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is CronMonitor {
    return isOfType(value, CronMonitor.__pulumiType);
  }
}
