import type * as pulumi from "@pulumi/pulumi";
import { isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { RunningService } from "./service.ts";
import { type RunningArgs, runningInputs } from "./service-args.ts";

/** Inputs of {@link PrivateService}. */
export type PrivateServiceArgs = RunningArgs;

/** What a lookup of a {@link PrivateService} may state. */
export interface PrivateServiceState extends Partial<PrivateServiceArgs> {
  slug?: pulumi.Input<string>;
  url?: pulumi.Input<string>;
}

const outputs = ["slug", "url"];

/** A service that only the private network reaches: Terraform's `render_private_service`. */
export class PrivateService extends RunningService {
  /** @internal */
  static readonly __pulumiType = "render:index/privateService:PrivateService";

  /** Address of the service in the private network. */
  declare readonly url: Out<string>;

  constructor(name: string, args: PrivateServiceArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: PrivateServiceState, opts: LookupOptions);
  constructor(name: string, values: PrivateServiceState, opts?: pulumi.CustomResourceOptions) {
    super(
      { package: render, type: PrivateService.__pulumiType, inputs: runningInputs, outputs },
      name,
      values,
      opts,
    );
  }

  /** An existing service, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: PrivateServiceState = {},
    opts?: pulumi.CustomResourceOptions,
  ): PrivateService {
    return new PrivateService(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is PrivateService {
    return isOfType(value, PrivateService.__pulumiType);
  }
}
