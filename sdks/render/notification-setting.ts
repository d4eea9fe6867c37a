import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";

/** Inputs of {@link NotificationSetting}. */
export interface NotificationSettingArgs {
  /** Tell by email. */
  emailEnabled?: pulumi.Input<boolean>;
  /** Which events are told. */
  notificationsToSend?: pulumi.Input<"all" | "failure" | "none">;
  /** Whether previews tell too. */
  previewNotificationsEnabled?: pulumi.Input<boolean>;
}

/** What a lookup of a {@link NotificationSetting} may state. */
export interface NotificationSettingState extends Partial<NotificationSettingArgs> {
  slackEnabled?: pulumi.Input<boolean>;
}

const inputs: InputKinds<NotificationSettingArgs> = {
  emailEnabled: "optional",
  notificationsToSend: "optional",
  previewNotificationsEnabled: "optional",
};
const outputs = ["slackEnabled"];

/** Notifications of the workspace, of which there is one: Terraform's `render_notification_setting`. Deleting it forgets it. */
export class NotificationSetting extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/notificationSetting:NotificationSetting";

  declare readonly emailEnabled: Out<boolean>;
  declare readonly notificationsToSend: Out<string>;
  declare readonly previewNotificationsEnabled: Out<boolean>;
  /** Whether Slack is connected, which only the dashboard can do. */
  declare readonly slackEnabled: Out<boolean>;

  constructor(name: string, args?: NotificationSettingArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: NotificationSettingState, opts: LookupOptions);
  constructor(name: string, values: NotificationSettingState = {}, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: NotificationSetting.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** The existing setting. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: NotificationSettingState = {},
    opts?: pulumi.CustomResourceOptions,
  ): NotificationSetting {
    return new NotificationSetting(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is NotificationSetting {
    return isOfType(value, NotificationSetting.__pulumiType);
  }
}
