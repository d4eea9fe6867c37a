import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { Supabase } from "../../vendors/supabase.ts";
import type { Context } from "../context.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, ageOf, same, sameMembers, sameState } from "./checks.ts";
import { question } from "./question.ts";

const nameOf = ({ project, stage }: Settings) => vendorName(project, stage, "database");

const projects = question((_, access) => new Supabase(access).projects());

const organization = question(({ settings }, access) =>
  new Supabase(access).organization(settings.accounts.supabaseOrganization),
);

const addons = question((_, access, ref) => new Supabase(access).addons(ref));

const backups = question((_, access, ref) => new Supabase(access).backups(ref));

const auth = question((_, access, ref) => new Supabase(access).auth(ref));

const poolers = question((_, access, ref) => new Supabase(access).poolers(ref));

const sslEnforcement = question((_, access, ref) => new Supabase(access).sslEnforcement(ref));

const networkRestrictions = question((_, access, ref) => new Supabase(access).networkRestrictions(ref));

/** The declared project: by its reference, where the stack's outputs tell it, else by its name. */
async function project(context: Context) {
  const { databaseRef } = context.outputs;
  const found = await projects(context);
  const own = found.find(({ ref, name }) =>
    databaseRef === undefined ? name === nameOf(context.settings) : ref === databaseRef,
  );
  // The list leaves out what the token may not see.
  if (own === undefined) await organization(context);
  return own;
}

async function refOf(context: Context): Promise<string> {
  const own = await project(context);
  if (own !== undefined) return own.ref;
  throw new Unknown("no-data", `Supabase has no project ${nameOf(context.settings)}`);
}

export const supabaseAccount = probe({
  name: "supabase-account",
  items: ["7.2", "7.3"],
  title: "The Supabase organization must be readable, and on the declared plan.",
  needs: ["vendor:supabase"],
  settings: ["accounts.supabaseOrganization", "plans.supabase"],
  measure: async (context) => {
    const { plan } = await organization(context);
    if (plan === null || plan === undefined) {
      throw new Unknown("no-right", "Supabase does not tell this token the plan of the organization");
    }
    const declared = context.settings.plans.supabase;
    return declared === undefined
      ? [compare("plan", { expected: "not free", measured: plan, holds: plan !== "free" })]
      : [same("plan of the organization", declared, plan, "plans.supabase")];
  },
});

/** States of a project in which it does not serve, or not as it should (api.supabase.com/api/v1). */
const unhealthy = [
  ...["INACTIVE", "ACTIVE_UNHEALTHY", "COMING_UP", "GOING_DOWN", "INIT_FAILED", "REMOVED", "RESTORING"],
  ...["UPGRADING", "PAUSING", "RESTORE_FAILED", "RESTARTING", "PAUSE_FAILED", "RESIZING"],
];

export const supabaseProject = probe({
  name: "supabase-project",
  items: ["3.1", "7.5"],
  title: "The Supabase project must be healthy, in the declared region and of the declared size.",
  needs: ["vendor:supabase"],
  settings: ["database.region", "database.computeSize"],
  measure: async (context) => {
    const { settings } = context;
    const own = await project(context);
    if (own === undefined) return [absent("project", nameOf(settings), "project.name")];
    const { selected_addons: selected } = await addons(context, own.ref);
    const compute = selected.find(({ type }) => type === "compute_instance")?.variant.id;
    return [
      sameState("state of the project", "ACTIVE_HEALTHY", own.status, unhealthy),
      same("region", settings.database.region, own.region, "database.region"),
      same(
        "compute size",
        settings.database.computeSize,
        compute?.replace(/^ci_/, ""),
        "database.computeSize",
      ),
    ];
  },
});

export const supabaseRecovery = probe({
  name: "supabase-recovery",
  items: ["3.3"],
  title: "Point-in-time recovery must be on at Supabase for the declared number of days.",
  needs: ["vendor:supabase"],
  settings: ["database.pitrDays"],
  measure: async (context) => {
    const { pitrDays } = context.settings.database;
    const ref = await refOf(context);
    const { selected_addons: selected } = await addons(context, ref);
    const variant = selected.find(({ type }) => type === "pitr")?.variant.id ?? "none";
    const { pitr_enabled: isOn } = await backups(context, ref);
    return [
      same("add-on for recovery", pitrDays === 0 ? "none" : `pitr_${pitrDays}`, variant, "database.pitrDays"),
      same("point-in-time recovery", pitrDays > 0, isOn, "database.pitrDays"),
    ];
  },
});

/** Hours within which Supabase archives the log or takes its daily backup. */
const newestHours = 26;

export const supabaseBackups = probe({
  name: "supabase-backups",
  items: ["3.2"],
  title: `Supabase must have a backup of the last ${newestHours} hours.`,
  needs: ["vendor:supabase"],
  settings: ["database.pitrDays"],
  measure: async (context) => {
    const found = await backups(context, await refOf(context));
    const physical = found.physical_backup_data?.latest_physical_backup_date_unix;
    const moments = [
      ...(physical === null || physical === undefined ? [] : [physical * 1000]),
      ...found.backups
        .filter(({ status }) => status === "COMPLETED")
        .map(({ inserted_at: at }) => Date.parse(at)),
    ];
    const subject = "newest backup at Supabase";
    const expected = `at most ${newestHours}`;
    const age = ageOf(subject, moments, context.clock.now());
    if (age === undefined) return [absent(subject, `${expected} h old`, "database.pitrDays")];
    const hours = age / 3_600_000;
    return [
      compare(subject, { expected, measured: hours.toFixed(1), holds: hours <= newestHours, unit: "h" }),
    ];
  },
});

export const supabasePooler = probe({
  name: "supabase-pooler",
  items: ["3.4"],
  title: "The pooler at Supabase must have the declared mode and size.",
  needs: ["vendor:supabase"],
  settings: ["database.pool.mode", "database.pool.size"],
  measure: async (context) => {
    const { pool } = context.settings.database;
    if (!pool.enabled) throw new Unknown("no-data", "The pool is turned off in the settings");
    const found = await poolers(context, await refOf(context));
    if (found.length === 0) throw new Unknown("no-data", "Supabase lists no pooler of the project");
    const primary = found.find(({ database_type: type }) => type === "PRIMARY");
    if (primary === undefined)
      return [absent("pooler of the primary database", pool.mode, "database.pool.mode")];
    return [
      same("mode of the pool", pool.mode, primary.pool_mode, "database.pool.mode"),
      same("size of the pool", pool.size, primary.default_pool_size, "database.pool.size"),
    ];
  },
});

export const supabaseTls = probe({
  name: "supabase-tls",
  items: ["3.5"],
  title: "Supabase must enforce TLS as declared.",
  needs: ["vendor:supabase"],
  settings: ["database.enforceSsl"],
  measure: async (context) => {
    const { currentConfig, appliedSuccessfully } = await sslEnforcement(context, await refOf(context));
    return [
      same(
        "TLS enforced",
        context.settings.database.enforceSsl,
        currentConfig.database,
        "database.enforceSsl",
      ),
      same("applied", true, appliedSuccessfully, "database.enforceSsl"),
    ];
  },
});

export const supabaseNetworks = probe({
  name: "supabase-networks",
  items: ["3.5"],
  title: "The networks that Supabase lets in must be the declared ones.",
  needs: ["vendor:supabase"],
  settings: ["database.allowedNetworks"],
  measure: async (context) => {
    const { config, status, entitlement } = await networkRestrictions(context, await refOf(context));
    if (entitlement === "disallowed") {
      throw new Unknown("no-right", "The plan of the Supabase project has no network restrictions");
    }
    const found = [...(config.dbAllowedCidrs ?? []), ...(config.dbAllowedCidrsV6 ?? [])];
    const declared = context.settings.database.allowedNetworks;
    return [
      sameMembers("networks", declared, found, "database.allowedNetworks"),
      same("state of the restrictions", "applied", status, "database.allowedNetworks"),
    ];
  },
});

/** Settings of Auth that would let in somebody who proved nothing; the program turns each of them off. */
const openings = {
  "0012_auth_allow_anonymous_sign_ins": "external_anonymous_users_enabled",
  "addresses count as confirmed by themselves": "mailer_autoconfirm",
  "sign-in with an address that is not confirmed": "mailer_allow_unverified_email_sign_ins",
} as const;

/**
 * Item 3.7: users without a proven address have the role of all other users, so policies for that role are for them
 * too. No catalog of the database tells whether there can be such users.
 */
export const supabaseSignIn = probe({
  name: "supabase-sign-in",
  items: ["3.7"],
  title: "Supabase Auth must let nobody have the role of a user who proved no address.",
  needs: ["vendor:supabase"],
  settings: [],
  measure: async (context) => {
    const found = await auth(context, await refOf(context));
    return Object.entries(openings).map(([subject, name]): Check => {
      const value = found[name];
      if (typeof value === "boolean") {
        return compare(subject, { expected: "off", measured: value ? "on" : "off", holds: !value });
      }
      const message = `Supabase does not tell ${name} to this token`;
      return unknownCheck(subject, new Unknown("no-data", message));
    });
  },
});
