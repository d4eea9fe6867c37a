import type * as pulumi from "@pulumi/pulumi";
import { isOfType, type LookupOptions } from "../bridged.ts";
import { render } from "./package.ts";
import { RunningService } from "./service.ts";
import { type RunningArgs, runningInputs } from "./service-args.ts";

/** Inputs of {@link BackgroundWorker}. */
export type BackgroundWorkerArgs = RunningArgs;

/** What a lookup of a {@link BackgroundWorker} may state. */
export interface BackgroundWorkerState extends Partial<BackgroundWorkerArgs> {
  slug?: pulumi.Input<string>;
}

const outputs = ["slug"];

/** A service without an address: Terraform's `render_background_worker`. */
export class BackgroundWorker extends RunningService {
  /** @internal */
  static readonly __pulumiType = "render:index/backgroundWorker:BackgroundWorker";

  constructor(name: string, args: BackgroundWorkerArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: BackgroundWorkerState, opts: LookupOptions);
  constructor(name: string, values: BackgroundWorkerState, opts?: pulumi.CustomResourceOptions) {
    super(
      { package: render, type: BackgroundWorker.__pulumiType, inputs: runningInputs, outputs },
      name,
      values,
      opts,
    );
  }

  /** An existing worker, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: BackgroundWorkerState = {},
    opts?: pulumi.CustomResourceOptions,
  ): BackgroundWorker {
    return new BackgroundWorker(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is BackgroundWorker {
    return isOfType(value, BackgroundWorker.__pulumiType);
  }
}
