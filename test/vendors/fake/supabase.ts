import * as z from "zod";
import type { FakeAnswer, FakeVendor } from "./server.ts";

export interface FakeSupabaseState {
  readonly organization: { id: string; slug: string; plan: string };
  projects: { ref: string; name: string; region: string; status: string }[];
  addons: { type: string; variant: string }[];
  pitr: boolean;
  /** Seconds since 1970. */
  newestPhysical: number | null;
  daily: { status: string; inserted_at: string }[];
  ssl: { database: boolean; applied: boolean };
  networks: { v4: string[]; v6: string[]; status: string; entitlement: string };
  pooler: { mode: string; size: number };
  /** What is not secret of the settings of Auth. */
  auth: Record<string, unknown>;
  /** Moments that it was told to recover to, in seconds since 1970. */
  recoveries?: number[];
  /** Is called with each, and gives the answer where it is none of success. */
  recover?: (moment: number) => FakeAnswer | undefined;
  /** Is called before the projects are listed. */
  listed?: () => void;
}

export const supabaseToken = "sbp_canary0123456789abcdef";

/** Supabase's Management API with the state of one organization. */
export function fakeSupabase(state: FakeSupabaseState): FakeVendor {
  const of = (ref: string | undefined, body: unknown): FakeAnswer =>
    state.projects.some((one) => one.ref === ref)
      ? { body }
      : { status: 404, body: { message: "Project not found" } };
  return {
    prefix: "supabase",
    authorization: `Bearer ${supabaseToken}`,
    routes: {
      "GET /v1/projects": () => {
        state.listed?.();
        return {
          body: state.projects.map((one) => ({
            ...{ id: one.ref, organization_id: "org-id", organization_slug: state.organization.slug, ...one },
            created_at: "2026-01-01T00:00:00Z",
            database: {
              host: `db.${one.ref}.supabase.co`,
              version: "17.4",
              postgres_engine: "17",
              release_channel: "ga",
            },
          })),
        };
      },
      "POST /v1/projects/:ref/database/backups/restore-pitr": ({ body }) => {
        const { recovery_time_target_unix: moment } = z
          .object({ recovery_time_target_unix: z.int() })
          .parse(body);
        state.recoveries?.push(moment);
        return state.recover?.(moment) ?? { status: 201 };
      },
      "GET /v1/organizations/:slug": ({ parts: [slug] }) =>
        slug === state.organization.slug
          ? {
              body: {
                ...state.organization,
                name: "Example",
                opt_in_tags: [],
                allowed_release_channels: ["ga"],
              },
            }
          : { status: 403, body: { message: "Forbidden resource" } },
      "GET /v1/projects/:ref/billing/addons": ({ parts: [ref] }) =>
        of(ref, {
          available_addons: [],
          selected_addons: state.addons.map(({ type, variant }) => ({
            type,
            variant: {
              id: variant,
              name: variant,
              price: { amount: 1, description: "", interval: "monthly", type: "fixed" },
            },
          })),
        }),
      "GET /v1/projects/:ref/database/backups": ({ parts: [ref] }) =>
        of(ref, {
          ...{ region: "eu-central-1", walg_enabled: true, pitr_enabled: state.pitr },
          backups: state.daily.map((one, id) => ({ ...one, id, is_physical_backup: true })),
          physical_backup_data: {
            earliest_physical_backup_date_unix: 1,
            latest_physical_backup_date_unix: state.newestPhysical,
          },
        }),
      "GET /v1/projects/:ref/ssl-enforcement": ({ parts: [ref] }) =>
        of(ref, { appliedSuccessfully: state.ssl.applied, currentConfig: { database: state.ssl.database } }),
      "GET /v1/projects/:ref/network-restrictions": ({ parts: [ref] }) =>
        of(ref, {
          ...{ entitlement: state.networks.entitlement, status: state.networks.status },
          config: { dbAllowedCidrs: state.networks.v4, dbAllowedCidrsV6: state.networks.v6 },
        }),
      "GET /v1/projects/:ref/postgrest": ({ parts: [ref] }) =>
        of(ref, { db_schema: "public", max_rows: 1000, jwt_secret: "canary-of-the-data-api" }),
      "GET /v1/projects/:ref/config/auth": ({ parts: [ref] }) =>
        of(ref, {
          ...state.auth,
          ...{ smtp_pass: "canary-of-mail", external_github_secret: "canary-of-github" },
        }),
      "GET /v1/projects/:ref/config/database/postgres": ({ parts: [ref] }) =>
        of(ref, { statement_timeout: "60s", log_statement: "none" }),
      "GET /v1/projects/:ref/config/database/pooler": ({ parts: [ref] }) =>
        of(ref, [
          {
            ...{ identifier: ref, database_type: "PRIMARY", is_using_scram_auth: true, db_user: "postgres" },
            ...{ db_host: "aws-0-eu-central-1.pooler.supabase.com", db_port: 6543, db_name: "postgres" },
            connection_string: "postgresql://postgres:canary-in-connection-string@host/postgres",
            connectionString: "postgresql://postgres:canary-in-connection-string@host/postgres",
            ...{ default_pool_size: state.pooler.size, max_client_conn: null, pool_mode: state.pooler.mode },
          },
        ]),
    },
  };
}
