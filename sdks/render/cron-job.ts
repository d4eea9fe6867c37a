import type * as pulumi from "@pulumi/pulumi";
import { type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { Service } from "./service.ts";
import { type ServiceArgs, serviceInputs } from "./service-args.ts";

/** Inputs of {@link CronJob}. */
export interface CronJobArgs extends ServiceArgs {
  /** When the job runs, in cron's five fields, UTC. */
  schedule: pulumi.Input<string>;
}

/** What a lookup of a {@link CronJob} may state. */
export interface CronJobState extends Partial<CronJobArgs> {
  slug?: pulumi.Input<string>;
}

const inputs: InputKinds<CronJobArgs> = { ...serviceInputs, schedule: "required" };
const outputs = ["slug"];

/** A job that runs on a schedule: Terraform's `render_cron_job`. */
export class CronJob extends Service {
  /** @internal */
  static readonly __pulumiType = "render:index/cronJob:CronJob";

  declare readonly schedule: Out<string>;

  constructor(name: string, args: CronJobArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: CronJobState, opts: LookupOptions);
  constructor(name: string, values: CronJobState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: CronJob.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** An existing job, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: CronJobState = {},
    opts?: pulumi.CustomResourceOptions,
  ): CronJob {
    return new CronJob(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is CronJob {
    return isOfType(value, CronJob.__pulumiType);
  }
}
