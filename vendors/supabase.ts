import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";

const text = z.string().max(2000);

const project = z
  .looseObject({
    id: text,
    ref: text.optional(),
    name: text,
    region: text,
    status: text,
    organization_id: text.optional(),
    organization_slug: text.optional(),
  })
  .transform(({ id, ref = id, organization_id, organization_slug, ...rest }) => ({
    ...{ ref, name: rest.name, region: rest.region, status: rest.status },
    /** Whichever of its names the API gives: settings may have either. */
    organizations: [organization_slug, organization_id].filter((name) => name !== undefined),
  }));

const backups = z.looseObject({
  pitr_enabled: z.boolean(),
  walg_enabled: z.boolean(),
  backups: z
    .array(z.looseObject({ status: text, inserted_at: text, is_physical_backup: z.boolean() }))
    .max(5000),
  physical_backup_data: z
    .looseObject({
      earliest_physical_backup_date_unix: z.number().nullish(),
      latest_physical_backup_date_unix: z.number().nullish(),
    })
    .optional(),
});

const sslEnforcement = z.looseObject({
  appliedSuccessfully: z.boolean(),
  currentConfig: z.looseObject({ database: z.boolean() }),
});

const cidrs = z.array(text).max(5000).optional();
const networkRestrictions = z.looseObject({
  entitlement: z.enum(["allowed", "disallowed"]),
  status: z.enum(["stored", "applied"]),
  config: z.looseObject({ dbAllowedCidrs: cidrs, dbAllowedCidrsV6: cidrs }),
});

/** Settings by their names, of which some are secrets. */
const named = z.record(z.string().max(200), z.json());

const addons = z.looseObject({
  selected_addons: z
    .array(z.looseObject({ type: text, variant: z.looseObject({ id: text, name: text.optional() }) }))
    .max(100),
});

/** Without the connection string, which holds a user. */
const pooler = z.object({
  database_type: text,
  db_host: text,
  db_port: z.number(),
  pool_mode: text,
  default_pool_size: z.number().nullish(),
});

const organization = z.looseObject({ id: text, name: text, plan: text.nullish() });

export type SupabaseProject = z.infer<typeof project>;

/** Supabase's Management API, as https://api.supabase.com/api/v1 describes it. The token is in `SUPABASE_ACCESS_TOKEN`. */
export class Supabase {
  #client: VendorClient;

  constructor({ environment = process.env, ...access }: Access = {}) {
    this.#client = new VendorClient({
      vendor: "Supabase",
      baseUrl: baseUrlOf("https://api.supabase.com", "OPTROPIC_SUPABASE_URL", environment),
      token: { variable: "SUPABASE_ACCESS_TOKEN", value: environment.SUPABASE_ACCESS_TOKEN },
      ...access,
    });
  }

  /** Every project that the token's account can see. */
  projects(): Promise<SupabaseProject[]> {
    return this.#get("/v1/projects", "read projects", z.array(project).max(5000));
  }

  organization(slug: string) {
    return this.#get(path`/v1/organizations/${slug}`, "read the organization", organization);
  }

  backups(ref: string) {
    return this.#get(path`/v1/projects/${ref}/database/backups`, "read backups", backups);
  }

  /**
   * Begins to bring the database back to a moment; everything later is lost. Sent once, whatever is answered.
   *
   * @param moment in seconds since 1970
   */
  async recoverTo(ref: string, moment: number): Promise<void> {
    await this.#client.ask({
      method: "POST",
      path: path`/v1/projects/${ref}/database/backups/restore-pitr`,
      body: { recovery_time_target_unix: moment },
      right: "restore backups",
      schema: z.unknown(),
    });
  }

  sslEnforcement(ref: string) {
    return this.#get(path`/v1/projects/${ref}/ssl-enforcement`, "read SSL enforcement", sslEnforcement);
  }

  networkRestrictions(ref: string) {
    return this.#get(
      path`/v1/projects/${ref}/network-restrictions`,
      "read network restrictions",
      networkRestrictions,
    );
  }

  /** Of the Data API. */
  postgrest(ref: string) {
    return this.#get(path`/v1/projects/${ref}/postgrest`, "read the settings of the Data API", named);
  }

  auth(ref: string) {
    return this.#get(path`/v1/projects/${ref}/config/auth`, "read the settings of Auth", named);
  }

  postgres(ref: string) {
    const of = path`/v1/projects/${ref}/config/database/postgres`;
    return this.#get(of, "read the settings of PostgreSQL", named);
  }

  addons(ref: string) {
    return this.#get(path`/v1/projects/${ref}/billing/addons`, "read add-ons", addons);
  }

  /** Of the primary database and of each replica. */
  poolers(ref: string) {
    return this.#get(
      path`/v1/projects/${ref}/config/database/pooler`,
      "read the pooler's configuration",
      z.array(pooler).max(1000),
    );
  }

  #get<Answer>(of: string, right: string, schema: z.ZodType<Answer>): Promise<Answer> {
    return this.#client.ask({ path: of, right, schema });
  }
}
