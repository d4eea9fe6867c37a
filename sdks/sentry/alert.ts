import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import type { ActionFilter, TriggerCondition } from "./alert-types.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link Alert}. */
export interface AlertArgs {
  /** Slug of the organisation. A change recreates the alert. */
  organization: pulumi.Input<string>;
  /** Name of the alert; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Monitors whose issues it is about. */
  monitorIds: pulumi.Input<pulumi.Input<string>[]>;
  /** What is done, and under which conditions; at least one. */
  actionFilters: pulumi.Input<pulumi.Input<ActionFilter>[]>;
  /** Minutes until the same issue is told again. */
  frequencyMinutes: pulumi.Input<number>;
  /** What has to happen to an issue; any of them. */
  triggerConditions?: pulumi.Input<pulumi.Input<TriggerCondition>[]>;
  /** Whether it is on. Default: true. */
  enabled?: pulumi.Input<boolean>;
  /** Environment of the events; all when left out. */
  environment?: pulumi.Input<string>;
  /** Conditions of alerts that were made before monitors. */
  legacyTriggerConditions?: pulumi.Input<pulumi.Input<string>[]>;
}

/** What a lookup of an {@link Alert} may state. */
export type AlertState = Partial<AlertArgs>;

const inputs: InputKinds<AlertArgs> = {
  organization: "required",
  name: "optional",
  monitorIds: "required",
  actionFilters: "required",
  frequencyMinutes: "required",
  triggerConditions: "optional",
  enabled: "optional",
  environment: "optional",
  legacyTriggerConditions: "optional",
};

/** Who is told of what happens to the issues of monitors: Terraform's `sentry_alert`. */
export class Alert extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/alert:Alert";

  declare readonly actionFilters: Out<ActionFilter[]>;
  declare readonly enabled: Out<boolean>;
  declare readonly environment: Out<string | undefined>;
  declare readonly frequencyMinutes: Out<number>;
  declare readonly legacyTriggerConditions: Out<string[] | undefined>;
  declare readonly monitorIds: Out<string[]>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly triggerConditions: Out<TriggerCondition[]>;

  constructor(name: string, args: AlertArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: AlertState, opts: LookupOptions);
  constructor(name: string, values: AlertState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: Alert.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: AlertState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Alert {
    return new Alert(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Alert {
    return isOfType(value, Alert.__pulumiType);
  }
}
