import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link NotificationAction}. */
export interface NotificationActionArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Slugs of the projects. */
  projects: pulumi.Input<pulumi.Input<string>[]>;
  /** What it is told of; Sentry has one kind. */
  triggerType: pulumi.Input<"spike-protection">;
  /** By which service. */
  serviceType: pulumi.Input<"email" | "slack" | "sentry_notification" | "pagerduty" | "opsgenie">;
  /** Installed integration of the service; for slack, pagerduty and opsgenie. */
  integrationId?: pulumi.Input<string>;
  /** Name of the target, such as a channel's. */
  targetDisplay?: pulumi.Input<string>;
  /** Id of the target, such as a channel's. */
  targetIdentifier?: pulumi.Input<string>;
}

/** What a lookup of a {@link NotificationAction} may state. */
export type NotificationActionState = Partial<NotificationActionArgs>;

const inputs: InputKinds<NotificationActionArgs> = {
  organization: "required",
  projects: "required",
  triggerType: "required",
  serviceType: "required",
  integrationId: "optional",
  targetDisplay: "optional",
  targetIdentifier: "optional",
};

/** Who is told when spike protection drops events: Terraform's `sentry_notification_action`. */
export class NotificationAction extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/notificationAction:NotificationAction";

  declare readonly integrationId: Out<string | undefined>;
  declare readonly organization: Out<string>;
  declare readonly projects: Out<string[]>;
  declare readonly serviceType: Out<"email" | "slack" | "sentry_notification" | "pagerduty" | "opsgenie">;
  declare readonly targetDisplay: Out<string | undefined>;
  declare readonly targetIdentifier: Out<string | undefined>;
  declare readonly triggerType: Out<"spike-protection">;

  constructor(name: string, args: NotificationActionArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: NotificationActionState, opts: LookupOptions);
  constructor(name: string, values: NotificationActionState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: NotificationAction.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: NotificationActionState = {},
    opts?: pulumi.CustomResourceOptions,
  ): NotificationAction {
    return new NotificationAction(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is NotificationAction {
    return isOfType(value, NotificationAction.__pulumiType);
  }
}
