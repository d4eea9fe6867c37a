import type * as pulumi from "@pulumi/pulumi";
import type { InputKinds } from "../bridged.ts";
import type {
  Autoscaling,
  Disk,
  EnvVars,
  LogStreamOverride,
  NotificationOverride,
  Previews,
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

/** What every kind of service is given that runs all the time. */
export interface RunningArgs extends ServiceArgs {
  /** How the number of instances follows the load. */
  autoscaling?: pulumi.Input<Autoscaling>;
  /** Persistent disk. */
  disk?: pulumi.Input<Disk>;
  /** How long an instance may take to end, in seconds, 1 to 300. */
  maxShutdownDelaySeconds?: pulumi.Input<number>;
  /** Number of instances, 1 to 100, where autoscaling is off. */
  numInstances?: pulumi.Input<number>;
  /** Command that runs before instances are replaced. */
  preDeployCommand?: pulumi.Input<string>;
  /** Previews of pull requests. */
  previews?: pulumi.Input<Previews>;
}

/** The inputs of every kind of service that runs all the time. */
export const runningInputs: InputKinds<RunningArgs> = {
  ...serviceInputs,
  autoscaling: "optional",
  disk: "optional",
  maxShutdownDelaySeconds: "optional",
  numInstances: "optional",
  preDeployCommand: "optional",
  previews: "optional",
};
