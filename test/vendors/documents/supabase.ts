import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { Supabase } from "../../../vendors/supabase.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, maybe, text, word } from "./words.ts";

const ref = "abcdefghijklmnopqrst";
const supabase = (access: Access) => new Supabase(access);

/** https://api.supabase.com/api/v1 */
export const ofSupabase: Documents = {
  "/v1/projects": {
    ask: (access) => supabase(access).projects(),
    shape: z.array(
      z.looseObject({
        ...{ id: text, ref: text, organization_id: text, organization_slug: text, name: text, region: text },
        created_at: text,
        status: word(
          ...([
            "INACTIVE",
            "ACTIVE_HEALTHY",
            "ACTIVE_UNHEALTHY",
            "COMING_UP",
            "UNKNOWN",
            "GOING_DOWN",
          ] as const),
          ...(["INIT_FAILED", "REMOVED", "RESTORING", "UPGRADING", "PAUSING", "RESTORE_FAILED"] as const),
          ...(["RESTARTING", "PAUSE_FAILED", "RESIZING"] as const),
        ),
        database: z.looseObject({ host: text, version: text, postgres_engine: text, release_channel: text }),
      }),
    ),
  },
  "/v1/organizations/{slug}": {
    ask: (access) => supabase(access).organization(settings.accounts.supabaseOrganization),
    shape: z.looseObject({
      ...{ id: text, name: text, opt_in_tags: z.array(text), plan: either(text) },
      allowed_release_channels: z.array(word("internal", "alpha", "beta", "ga", "withdrawn", "preview")),
    }),
  },
  "/v1/projects/{ref}/billing/addons": {
    ask: (access) => supabase(access).addons(ref),
    shape: z.looseObject({
      selected_addons: z.array(
        z.looseObject({
          type: word("compute_instance", "pitr", "custom_domain", "ipv4", "auth_mfa_phone", "log_drain"),
          variant: z.looseObject({
            ...{ id: text, name: text },
            price: z.looseObject({
              ...{ description: text, type: word("fixed", "usage"), interval: word("monthly", "hourly") },
              amount: z.number(),
            }),
          }),
        }),
      ),
      available_addons: z.array(z.looseObject({ type: text, name: text })),
    }),
  },
  "/v1/projects/{ref}/database/backups": {
    ask: (access) => supabase(access).backups(ref),
    shape: z.looseObject({
      ...{ region: text, walg_enabled: z.boolean(), pitr_enabled: z.boolean() },
      backups: z.array(
        z.looseObject({
          ...{ id: z.int(), is_physical_backup: z.boolean(), inserted_at: text },
          status: word("COMPLETED", "FAILED", "PENDING", "REMOVED", "ARCHIVED", "CANCELLED"),
        }),
      ),
      physical_backup_data: z.looseObject({ latest_physical_backup_date_unix: either(maybe(z.int())) }),
    }),
  },
  "/v1/projects/{ref}/ssl-enforcement": {
    ask: (access) => supabase(access).sslEnforcement(ref),
    shape: z.looseObject({
      currentConfig: z.looseObject({ database: z.boolean() }),
      appliedSuccessfully: z.boolean(),
    }),
  },
  "/v1/projects/{ref}/network-restrictions": {
    ask: (access) => supabase(access).networkRestrictions(ref),
    shape: z.looseObject({
      ...{ entitlement: word("allowed", "disallowed"), status: word("stored", "applied") },
      config: z.looseObject({
        dbAllowedCidrs: either(z.array(text)),
        dbAllowedCidrsV6: either(z.array(text)),
      }),
    }),
  },
  "/v1/projects/{ref}/config/auth": {
    ask: (access) => supabase(access).auth(ref),
    shape: z.looseObject({
      external_anonymous_users_enabled: maybe(z.boolean()),
      mailer_autoconfirm: maybe(z.boolean()),
      mailer_allow_unverified_email_sign_ins: maybe(z.boolean()),
    }),
  },
  "/v1/projects/{ref}/config/database/pooler": {
    ask: (access) => supabase(access).poolers(ref),
    shape: z.array(
      z.looseObject({
        ...{
          identifier: text,
          database_type: word("PRIMARY", "READ_REPLICA"),
          is_using_scram_auth: z.boolean(),
        },
        ...{ db_user: text, db_host: text, db_port: z.int(), db_name: text },
        ...{ connection_string: text, connectionString: text },
        ...{ default_pool_size: maybe(z.int()), max_client_conn: maybe(z.int()) },
        pool_mode: word("transaction", "session"),
      }),
    ),
  },
};
