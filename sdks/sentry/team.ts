import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link Team}. */
export interface TeamArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Name of the team; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Slug; made by Sentry from the name when left out. */
  slug?: pulumi.Input<string>;
}

/** What a lookup of a {@link Team} may state. */
export interface TeamState extends Partial<TeamArgs> {
  hasAccess?: pulumi.Input<boolean>;
  internalId?: pulumi.Input<string>;
  isMember?: pulumi.Input<boolean>;
  isPending?: pulumi.Input<boolean>;
  teamId?: pulumi.Input<string>;
}

const inputs: InputKinds<TeamArgs> = {
  organization: "required",
  name: "optional",
  slug: "optional",
};
const outputs = ["hasAccess", "internalId", "isMember", "isPending", "teamId"];

/** A team: Terraform's `sentry_team`. Its id is its slug. */
export class Team extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/team:Team";

  /** Whether the token's user reaches the team. */
  declare readonly hasAccess: Out<boolean>;
  /** Number of the team, which monitors and alerts name it by. */
  declare readonly internalId: Out<string>;
  /** Whether the token's user belongs to the team. */
  declare readonly isMember: Out<boolean>;
  /** Whether the token's user has asked to. */
  declare readonly isPending: Out<boolean>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly slug: Out<string>;
  /** @deprecated Use `internalId`. */
  declare readonly teamId: Out<string>;

  constructor(name: string, args: TeamArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: TeamState, opts: LookupOptions);
  constructor(name: string, values: TeamState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: Team.__pulumiType, inputs, outputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/SLUG`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: TeamState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Team {
    return new Team(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Team {
    return isOfType(value, Team.__pulumiType);
  }
}
