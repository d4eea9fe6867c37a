import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { supabase } from "./package.ts";
import type { Timeouts } from "./types.ts";

/** Inputs of {@link Settings}. */
export interface SettingsArgs {
  /** Project ref. */
  projectRef: pulumi.Input<string>;
  /** JSON of PostgREST's settings: db_schema, db_extra_search_path, max_rows, db_pool. */
  api?: pulumi.Input<string>;
  /** JSON of the Auth settings. It can hold secrets and is not marked as one: wrap it then. */
  auth?: pulumi.Input<string>;
  /** JSON of PostgreSQL's settings. */
  database?: pulumi.Input<string>;
  /** JSON with the key restrictions: the networks that may reach the database, in CIDR notation. */
  network?: pulumi.Input<string>;
  /** Kept in state and never sent: use {@link PoolerConfig}. */
  pooler?: pulumi.Input<string>;
  /** Refuse plaintext connections; a change restarts the database. */
  sslEnforcement?: pulumi.Input<boolean>;
  /** JSON of the Storage settings. */
  storage?: pulumi.Input<string>;
  /** How long Terraform waits. */
  timeouts?: pulumi.Input<Timeouts>;
}

/** What a lookup of a {@link Settings} may state. */
export type SettingsState = Partial<SettingsArgs>;

const inputs: InputKinds<SettingsArgs> = {
  projectRef: "required",
  api: "optional",
  auth: "optional",
  database: "optional",
  network: "optional",
  pooler: "optional",
  sslEnforcement: "optional",
  storage: "optional",
  timeouts: "optional",
};

/** Settings of a project: Terraform's `supabase_settings`. Only the keys that the JSON names are managed; deleting it resets nothing. */
export class Settings extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "supabase:index/settings:Settings";

  declare readonly api: Out<string | undefined>;
  declare readonly auth: Out<string | undefined>;
  declare readonly database: Out<string | undefined>;
  declare readonly network: Out<string | undefined>;
  declare readonly pooler: Out<string | undefined>;
  declare readonly projectRef: Out<string>;
  declare readonly sslEnforcement: Out<boolean | undefined>;
  declare readonly storage: Out<string | undefined>;
  declare readonly timeouts: Out<Timeouts | undefined>;

  constructor(name: string, args: SettingsArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: SettingsState, opts: LookupOptions);
  constructor(name: string, values: SettingsState, opts?: pulumi.CustomResourceOptions) {
    super({ package: supabase, type: Settings.__pulumiType, inputs }, name, values, opts);
  }

  /** The existing settings, by the project ref. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: SettingsState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Settings {
    return new Settings(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Settings {
    return isOfType(value, Settings.__pulumiType);
  }
}
