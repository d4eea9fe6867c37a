import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";
import type { MonitorOwner } from "./types.ts";

/** Inputs of {@link UptimeMonitor}. */
export interface UptimeMonitorArgs {
  /** Slug of the organisation. A change recreates the monitor. */
  organization: pulumi.Input<string>;
  /** Slug of the project. A change recreates the monitor. */
  project: pulumi.Input<string>;
  /** Name of the monitor; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Environment that its issues belong to. */
  environment: pulumi.Input<string>;
  /** URL that is asked for. */
  url: pulumi.Input<string>;
  /** Method of the request. */
  method: pulumi.Input<"GET" | "POST" | "HEAD" | "PUT" | "DELETE" | "PATCH" | "OPTIONS">;
  /** Seconds between two requests. */
  intervalSeconds: pulumi.Input<60 | 300 | 600 | 1200 | 1800 | 3600>;
  /** Milliseconds until a request has failed. */
  timeoutMs: pulumi.Input<number>;
  /** What an answer must be, as JSON; any 2xx when left out. */
  assertionJson?: pulumi.Input<string>;
  /** Body of the request, where the method has one. */
  body?: pulumi.Input<string>;
  /** Failures in a row that make an issue. Default: 3. */
  downtimeThreshold?: pulumi.Input<number>;
  /** Successes in a row that resolve it. Default: 1. */
  recoveryThreshold?: pulumi.Input<number>;
  /** Headers of the request. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** What an issue of the monitor says. */
  description?: pulumi.Input<string>;
  /** Whether it is on. Default: true. */
  enabled?: pulumi.Input<boolean>;
  /** Who new issues of the monitor are assigned to. */
  owner?: pulumi.Input<MonitorOwner>;
}

/** What a lookup of an {@link UptimeMonitor} may state. */
export type UptimeMonitorState = Partial<UptimeMonitorArgs>;

const inputs: InputKinds<UptimeMonitorArgs> = {
  organization: "required",
  project: "required",
  name: "optional",
  environment: "required",
  url: "required",
  method: "required",
  intervalSeconds: "required",
  timeoutMs: "required",
  assertionJson: "optional",
  body: "optional",
  downtimeThreshold: "optional",
  recoveryThreshold: "optional",
  headers: "optional",
  description: "optional",
  enabled: "optional",
  owner: "optional",
};

/** A request that Sentry makes from several places: Terraform's `sentry_uptime_monitor`. */
export class UptimeMonitor extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/uptimeMonitor:UptimeMonitor";

  declare readonly assertionJson: Out<string | undefined>;
  declare readonly body: Out<string | undefined>;
  declare readonly description: Out<string | undefined>;
  declare readonly downtimeThreshold: Out<number>;
  declare readonly enabled: Out<boolean>;
  declare readonly environment: Out<string>;
  declare readonly headers: Out<Record<string, pulumi.Input<string>>>;
  declare readonly intervalSeconds: Out<60 | 300 | 600 | 1200 | 1800 | 3600>;
  declare readonly method: Out<"GET" | "POST" | "HEAD" | "PUT" | "DELETE" | "PATCH" | "OPTIONS">;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly owner: Out<MonitorOwner | undefined>;
  declare readonly project: Out<string>;
  declare readonly recoveryThreshold: Out<number>;
  declare readonly timeoutMs: Out<number>;
  declare readonly url: Out<string>;

  constructor(name: string, args: UptimeMonitorArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: UptimeMonitorState, opts: LookupOptions);
  constructor(name: string, values: UptimeMonitorState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: UptimeMonitor.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/PROJECT/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: UptimeMonitorState = {},
    opts?: pulumi.CustomResourceOptions,
  ): UptimeMonitor {
    return new UptimeMonitor(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is UptimeMonitor {
    return isOfType(value, UptimeMonitor.__pulumiType);
  }
}
