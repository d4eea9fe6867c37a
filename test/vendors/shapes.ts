import * as z from "zod";
import { vendorName } from "../../config/naming.ts";
import type { Access } from "../../vendors/client.ts";
import { PagerDuty } from "../../vendors/pagerduty.ts";
import { Render } from "../../vendors/render.ts";
import { Sentry } from "../../vendors/sentry.ts";
import { Supabase } from "../../vendors/supabase.ts";
import { settings } from "../verify/vendor-faults.ts";

/** What a document says that a route answers, as far as it is read here: which fields must be there, and their words. */
export interface Documented {
  readonly shape: z.ZodType;
  /** Asks for it with the client of the vendor. */
  readonly ask: (access: Access) => Promise<unknown>;
}

const text = z.string();
const moment = z.iso.datetime({ offset: true });
const word = (...words: readonly [string, ...string[]]) => z.enum(words);
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullable();
const either = <Shape extends z.ZodType>(shape: Shape) => shape.optional();

const ref = "abcdefghijklmnopqrst";
const supabase = (access: Access) => new Supabase(access);

/** https://api.supabase.com/api/v1 */
const ofSupabase: Readonly<Record<string, Documented>> = {
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

const owner = settings.accounts.renderOwner;
const service = "srv-example";
const render = (access: Access) => new Render(owner, access);
const listed = (name: string, shape: z.ZodType) => z.array(z.looseObject({ cursor: text, [name]: shape }));
const serviceTypes = [
  ...(["web_service", "background_worker", "cron_job", "private_service", "static_site"] as const),
] as const;
const renderService = z.looseObject({
  ...{ id: text, name: text, ownerId: text, slug: text, rootDir: text, dashboardUrl: text },
  ...{ autoDeploy: word("yes", "no"), autoDeployTrigger: either(word("off", "commit", "checksPass")) },
  ...{ branch: either(text), repo: either(text), environmentId: either(text) },
  ...{ createdAt: moment, updatedAt: moment, notifyOnFail: word("default", "notify", "ignore") },
  suspended: word("not_suspended", "suspended"),
  suspenders: z.array(
    word("admin", "billing", "hipaa_enablement", "parent_service", "stuck_crashlooping", "unknown", "user"),
  ),
  type: word(...serviceTypes),
  serviceDetails: z.looseObject({
    ...{ healthCheckPath: text, numInstances: z.int(), plan: text },
    region: word("frankfurt", "ohio", "oregon", "singapore", "virginia"),
    autoscaling: either(
      maybe(
        z.looseObject({
          ...{ enabled: z.boolean(), min: z.int(), max: z.int() },
          criteria: z.looseObject({
            cpu: z.looseObject({ enabled: z.boolean(), percentage: z.int() }),
            memory: z.looseObject({ enabled: z.boolean(), percentage: z.int() }),
          }),
        }),
      ),
    ),
  }),
});
const variable = z.looseObject({ key: text, value: text });
const link = z.looseObject({ id: text, name: text, type: text });
const group = { id: text, name: text, ownerId: text, createdAt: moment, updatedAt: moment };

/** https://api-docs.render.com */
const ofRender: Readonly<Record<string, Documented>> = {
  "/owners/{id}": {
    ask: (access) => render(access).owner(),
    shape: z.looseObject({ id: text, name: text, email: text, type: word("team", "user") }),
  },
  "/services": { ask: (access) => render(access).services(), shape: listed("service", renderService) },
  "/services/{id}": { ask: (access) => render(access).service(service), shape: renderService },
  "/services/{id}/custom-domains": {
    ask: (access) => render(access).customDomains(service),
    shape: listed(
      "customDomain",
      z.looseObject({
        ...{ id: text, name: text, createdAt: moment, publicSuffix: text, redirectForName: text },
        ...{ domainType: word("apex", "subdomain"), verificationStatus: word("verified", "unverified") },
      }),
    ),
  },
  "/services/{id}/env-vars": {
    ask: (access) => render(access).variables(service),
    shape: listed("envVar", variable),
  },
  "/services/{id}/deploys": {
    ask: (access) => render(access).deploys(service),
    shape: listed(
      "deploy",
      z.looseObject({
        id: text,
        commit: either(z.looseObject({ id: either(text), message: either(text), createdAt: either(moment) })),
        ...{ createdAt: either(moment), finishedAt: either(maybe(moment)) },
        trigger: either(word("new_commit", "api", "rollback", "manual", "other", "deploy_hook")),
        status: either(
          word(
            ...([
              "live",
              "created",
              "queued",
              "build_in_progress",
              "update_in_progress",
              "deactivated",
            ] as const),
            ...(["build_failed", "update_failed", "canceled", "pre_deploy_in_progress"] as const),
            "pre_deploy_failed",
          ),
        ),
      }),
    ),
  },
  "/env-groups": {
    ask: (access) => render(access).variableGroups(),
    shape: listed("envGroup", z.looseObject({ ...group, serviceLinks: z.array(link) })),
  },
  "/env-groups/{id}": {
    ask: (access) => render(access).variableGroup("evg-example"),
    shape: z.looseObject({
      ...group,
      ...{ envVars: z.array(variable), secretFiles: z.array(z.looseObject({})), serviceLinks: z.array(link) },
    }),
  },
  "/logs": {
    ask: (access) => render(access).lines(service),
    shape: z.looseObject({
      ...{ hasMore: z.boolean(), nextStartTime: moment, nextEndTime: moment },
      logs: z.array(
        z.looseObject({
          ...{ id: text, message: text, timestamp: moment },
          labels: z.array(z.looseObject({ name: text, value: text })),
        }),
      ),
    }),
  },
};

const pagerDuty = (access: Access) => new PagerDuty(access);
const page = { offset: either(z.int()), limit: either(z.int()), more: either(z.boolean()) };
const reference = z.looseObject({ id: text, type: text, summary: either(text) });

/** https://github.com/PagerDuty/api-schema */
const ofPagerDuty: Readonly<Record<string, Documented>> = {
  "/schedules": {
    ask: (access) => pagerDuty(access).schedules(""),
    shape: z.looseObject({ ...page, schedules: z.array(z.looseObject({ id: text, name: text })) }),
  },
  "/schedules/{id}": {
    ask: (access) => pagerDuty(access).schedule("S0", new Date(0), new Date(1)),
    shape: z.looseObject({
      schedule: z.looseObject({
        ...{ id: text, name: text, time_zone: text },
        final_schedule: z.looseObject({
          name: word("Final Schedule", "Overrides"),
          rendered_coverage_percentage: either(maybe(z.number())),
          rendered_schedule_entries: z.array(
            z.looseObject({ start: moment, end: moment, user: z.looseObject({ id: text, type: text }) }),
          ),
        }),
      }),
    }),
  },
  "/escalation_policies": {
    ask: (access) => pagerDuty(access).escalationPolicies(""),
    shape: z.looseObject({
      ...page,
      escalation_policies: z.array(
        z.looseObject({
          ...{ id: text, name: text, num_loops: z.int() },
          escalation_rules: z.array(
            z.looseObject({
              ...{ id: either(text), escalation_delay_in_minutes: z.int() },
              targets: z.array(
                z.looseObject({
                  id: text,
                  type: word(
                    "user_reference",
                    "schedule_reference",
                    "user",
                    "schedule",
                    "schedule_v3_reference",
                  ),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  },
  "/services": {
    ask: (access) => pagerDuty(access).services(""),
    shape: z.looseObject({
      ...page,
      services: z.array(
        z.looseObject({
          ...{ id: text, name: text, escalation_policy: reference, integrations: either(z.array(reference)) },
          status: word("active", "warning", "critical", "maintenance", "disabled"),
        }),
      ),
    }),
  },
};

const application = vendorName(settings.project, settings.stage, "app");
const sentry = (access: Access) =>
  new Sentry({ organization: settings.errorTracking.organization, region: "de" }, access);

/** https://github.com/getsentry/sentry-api-schema */
const ofSentry: Readonly<Record<string, Documented>> = {
  "/projects/{organization}/{project}/": {
    ask: (access) => sentry(access).project(application),
    shape: z.looseObject({
      id: text,
      slug: text,
      status: text,
      dataScrubber: z.boolean(),
      dataScrubberDefaults: z.boolean(),
    }),
  },
  "/projects/{organization}/{project}/keys/": {
    ask: (access) => sentry(access).keys(application),
    shape: z.array(
      z.looseObject({
        ...{ id: text, name: text, public: maybe(text), isActive: z.boolean() },
        rateLimit: maybe(z.looseObject({ count: z.int(), window: z.int() })),
      }),
    ),
  },
  "/organizations/{organization}/workflows/": {
    ask: (access) => sentry(access).alerts(),
    shape: z.array(
      z.looseObject({ id: text, name: text, enabled: z.boolean(), detectorIds: maybe(z.array(text)) }),
    ),
  },
  "/organizations/{organization}/detectors/": {
    ask: (access) => sentry(access).monitors("4501"),
    shape: z.array(
      z.looseObject({ id: text, name: text, type: text, enabled: z.boolean(), projectId: maybe(text) }),
    ),
  },
  "/projects/{organization}/{project}/monitors/{monitor}/checkins/": {
    ask: (access) => sentry(access).checkIns(application, "backup"),
    shape: z.array(z.looseObject({ id: text, status: text, dateAdded: moment })),
  },
  "/organizations/{organization}/releases/": {
    ask: (access) => sentry(access).releases("4501", ""),
    shape: z.array(
      z.looseObject({
        version: text,
        dateCreated: either(maybe(moment)),
        dateReleased: either(maybe(moment)),
      }),
    ),
  },
};

/** The routes of each vendor by their documents. */
export const documented = {
  supabase: ofSupabase,
  render: ofRender,
  pagerduty: ofPagerDuty,
  sentry: ofSentry,
} as const;
