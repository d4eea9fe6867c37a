import { BridgedResource, type Out } from "../bridged.ts";
import type { RunningArgs, ServiceArgs } from "./service-args.ts";

/** The outputs of every kind of service. */
export abstract class Service extends BridgedResource {
  declare readonly environmentId: Out<string | undefined>;
  declare readonly envVars: Out<ServiceArgs["envVars"]>;
  declare readonly logStreamOverride: Out<NonNullable<ServiceArgs["logStreamOverride"]>>;
  declare readonly name: Out<string>;
  declare readonly notificationOverride: Out<NonNullable<ServiceArgs["notificationOverride"]>>;
  declare readonly plan: Out<string>;
  declare readonly region: Out<string>;
  declare readonly rootDirectory: Out<string>;
  declare readonly runtimeSource: Out<ServiceArgs["runtimeSource"]>;
  declare readonly secretFiles: Out<ServiceArgs["secretFiles"]>;
  /** Name of the service in Render's addresses. */
  declare readonly slug: Out<string>;
  declare readonly startCommand: Out<string | undefined>;
}

/** The outputs of every kind of service that runs all the time. */
export abstract class RunningService extends Service {
  declare readonly autoscaling: Out<RunningArgs["autoscaling"]>;
  declare readonly disk: Out<RunningArgs["disk"]>;
  declare readonly maxShutdownDelaySeconds: Out<number>;
  declare readonly numInstances: Out<number>;
  declare readonly preDeployCommand: Out<string | undefined>;
  declare readonly previews: Out<NonNullable<RunningArgs["previews"]>>;
}
