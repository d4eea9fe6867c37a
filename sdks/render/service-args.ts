import type * as pulumi from "@pulumi/pulumi";
import type { InputKinds } from "../bridged.ts";
import type {
  EnvVars,
  LogStreamOverride,
  NotificationOverride,
  Region,
  RuntimeSource,
  SecretFiles,
} from "./types.ts";

/** What every kind of service is given. */
export interface ServiceArgs {
  /** Name of the service; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Instance type: starter, standard, pro, pro_plus, pro_max, pro_ultra or a custom one. Not validated. */
  plan: pulumi.Input<string>;
  /** Region; a change recreates the service. */
  region: pulumi.Input<Region>;
  /** Where the code comes from. */
  runtimeSource: pulumi.Input<RuntimeSource>;
  /** Command that starts the service; a native runtime needs it. */
  startCommand?: pulumi.Input<string>;
  /** Directory in the repository that the service lives in. */
  rootDirectory?: pulumi.Input<string>;
  /** Environment of a project that the service belongs to. */
  environmentId?: pulumi.Input<string>;
  /** Environment variables by name. */
  envVars?: pulumi.Input<EnvVars>;
  /** Secret files by file name. */
  secretFiles?: pulumi.Input<SecretFiles>;
  /** Log stream of this service. */
  logStreamOverride?: pulumi.Input<LogStreamOverride>;
  /** Notifications of this service. */
  notificationOverride?: pulumi.Input<NotificationOverride>;
}

/** The inputs of every kind of service. */
export const serviceInputs: InputKinds<ServiceArgs> = {
  name: "optional",
  plan: "required",
  region: "required",
  runtimeSource: "required",
  startCommand: "optional",
  rootDirectory: "optional",
  environmentId: "optional",
  envVars: "optional",
  secretFiles: "optional",
  logStreamOverride: "optional",
  notificationOverride: "optional",
};
