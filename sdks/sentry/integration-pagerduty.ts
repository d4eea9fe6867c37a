import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link IntegrationPagerduty}. */
export interface IntegrationPagerdutyArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** The PagerDuty integration that is installed in the organisation. */
  integrationId: pulumi.Input<string>;
  /** Name of the service. */
  service: pulumi.Input<string>;
  /** Integration key of the service. Wrap it with `pulumi.secret`: the provider does not mark it. */
  integrationKey: pulumi.Input<string>;
}

/** What a lookup of an {@link IntegrationPagerduty} may state. */
export type IntegrationPagerdutyState = Partial<IntegrationPagerdutyArgs>;

const inputs: InputKinds<IntegrationPagerdutyArgs> = {
  organization: "required",
  integrationId: "required",
  service: "required",
  integrationKey: "required",
};

/** A PagerDuty service that alerts may go to: Terraform's `sentry_integration_pagerduty`. Its id is what alerts name it by. */
export class IntegrationPagerduty extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/integrationPagerduty:IntegrationPagerduty";

  declare readonly integrationId: Out<string>;
  declare readonly integrationKey: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly service: Out<string>;

  constructor(name: string, args: IntegrationPagerdutyArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: IntegrationPagerdutyState, opts: LookupOptions);
  constructor(name: string, values: IntegrationPagerdutyState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: IntegrationPagerduty.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/INTEGRATION/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: IntegrationPagerdutyState = {},
    opts?: pulumi.CustomResourceOptions,
  ): IntegrationPagerduty {
    return new IntegrationPagerduty(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is IntegrationPagerduty {
    return isOfType(value, IntegrationPagerduty.__pulumiType);
  }
}
