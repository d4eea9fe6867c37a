import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Database, type DatabaseArgs } from "../../components/database.ts";
import { type RecordedResource, record, settled } from "./recorder.ts";

const host = "aws-1-eu-central-1.pooler.supabase.com";

const args: DatabaseArgs = {
  organization: "example-organization",
  stage: "production",
  project: { name: "optropic-two", repository: "optropic/platform", branch: "main" },
  database: {
    region: "eu-central-1",
    computeSize: "small",
    pitrDays: 7,
    pool: { enabled: true, mode: "transaction", size: 15, connectionsPerInstance: 5 },
    sslMode: "require",
    enforceSsl: true,
    anonymousReads: [],
    allowedNetworks: ["192.0.2.0/24", "2001:db8::/32"],
  },
  siteUrl: "https://optropic.example",
  passwords: {
    owner: pulumi.secret("canary-owner"),
    application: pulumi.secret("canary-application"),
    migration: pulumi.secret("canary-migration"),
    backup: pulumi.secret("canary-backup"),
    probe: pulumi.secret("canary-probe"),
  },
};

function declare(database: Partial<DatabaseArgs["database"]> = {}, changes: Partial<DatabaseArgs> = {}) {
  const declared = { ...args, ...changes, database: { ...args.database, ...database } };
  return record((opts) => new Database("database", declared, opts), {
    calls: {
      "supabase:index/getPooler:getPooler": {
        url: { transaction: `postgresql://postgres.ref:[YOUR-PASSWORD]@${host}:6543/postgres` },
      },
    },
  });
}

describe("the project", () => {
  test("has a region, a size and a generated password", async () => {
    const { named } = await declare();
    expect(named("database-project")).toMatchObject({
      type: "supabase:index/project:Project",
      inputs: {
        organizationId: "example-organization",
        name: "optropic-two-database",
        region: "eu-central-1",
        instanceSize: "small",
        databasePassword: { secret: "canary-owner" },
      },
    });
  });

  test("is neither deleted nor moved", async () => {
    const { component, named } = await declare();
    expect(named("database-project").options).toMatchObject({
      parent: component,
      protect: true,
      retainOnDelete: true,
      replaceOnChanges: ["organizationId", "region"],
    });
  });
});

describe("the settings", () => {
  test("let in the allowed networks, over TLS only", async () => {
    const { inputs } = (await declare()).named("database-settings");
    expect(inputs).toMatchObject({ projectRef: "database-project-id", sslEnforcement: true });
    expect(json(inputs.network)).toEqual({ restrictions: ["192.0.2.0/24", "2001:db8::/32"] });
  });

  test.each([
    [
      ["2001:db8::/32", "198.51.100.0/24", "192.0.2.0/24"],
      ["198.51.100.0/24", "192.0.2.0/24", "2001:db8::/32"],
    ],
    [[], null],
  ])("give the networks %j as the provider reads them back", async (allowedNetworks, restrictions) => {
    const { inputs } = (await declare({ allowedNetworks })).named("database-settings");
    expect(json(inputs.network)).toEqual({ restrictions });
  });

  test("leave the pooler out, which the provider would take and never send", async () => {
    expect((await declare()).named("database-settings").inputs).not.toHaveProperty("pooler");
  });

  test("turn the Data API off unless a schema is named", async () => {
    const off = (await declare()).named("database-settings");
    expect(json(off.inputs.api)).toEqual({ db_schema: "", db_extra_search_path: "", max_rows: 1000 });
    const on = (await declare({}, { apiSchemas: ["api", "graphql_public"], apiMaxRows: 50 })).named(
      "database-settings",
    );
    expect(json(on.inputs.api)).toEqual({
      db_schema: "api,graphql_public",
      db_extra_search_path: "extensions",
      max_rows: 50,
    });
  });

  test("harden Supabase Auth, in a document that is secret", async () => {
    const { inputs } = (await declare()).named("database-settings");
    expect(inputs.auth).toHaveProperty("secret");
    expect(json(inputs.auth)).toMatchObject({
      site_url: "https://optropic.example",
      disable_signup: true,
      external_anonymous_users_enabled: false,
      mailer_autoconfirm: false,
      mailer_allow_unverified_email_sign_ins: false,
      password_min_length: 15,
      password_hibp_enabled: true,
      security_update_password_require_reauthentication: true,
      refresh_token_rotation_enabled: true,
      mfa_totp_enroll_enabled: true,
      mfa_totp_verify_enabled: true,
      rate_limit_verify: 30,
      rate_limit_otp: 30,
      rate_limit_token_refresh: 150,
    });
    const open = (await declare({}, { signup: true })).named("database-settings");
    expect(json(open.inputs.auth)).toMatchObject({ disable_signup: false });
  });

  test("use only keys that Supabase knows", async () => {
    const { inputs } = (await declare()).named("database-settings");
    const known =
      /^(site_url|uri_allow_list|disable_signup|jwt_exp|(external|mailer|mfa|password|rate_limit|refresh_token|security)_\w+)$/;
    for (const key of Object.keys(Object(json(inputs.auth)))) expect(key).toMatch(known);
    // Refused without an SMTP server of one's own.
    expect(json(inputs.auth)).not.toHaveProperty("rate_limit_email_sent");
  });
});

describe("recovery and pool", () => {
  test.each([7, 14, 28] as const)("%i days are the add-on of that name", async (pitrDays) => {
    expect((await declare({ pitrDays })).named("database-pitr")).toMatchObject({
      type: "pulumi-nodejs:supabase:AddOn",
      inputs: { projectRef: "database-project-id", type: "pitr", variant: `pitr_${pitrDays}` },
    });
  });

  test("no days are no add-on", async () => {
    expect((await declare({ pitrDays: 0 })).ofType("pulumi-nodejs:supabase:AddOn")).toEqual([]);
  });

  test("the pooler has the mode and size of the settings", async () => {
    expect((await declare()).named("database-pooler")).toMatchObject({
      type: "pulumi-nodejs:supabase:PoolerConfig",
      inputs: { projectRef: "database-project-id", poolMode: "transaction", defaultPoolSize: 15 },
    });
  });

  test("turned off, it is not declared, and the application's URL goes past it", async () => {
    const pool = { ...args.database.pool, enabled: false };
    const { component, ofType } = await declare({ pool });
    expect(ofType("pulumi-nodejs:supabase:PoolerConfig")).toEqual([]);
    expect(new URL(await settled(component.applicationUrl)).host).toBe(
      "db.database-project-id.supabase.co:5432",
    );
  });
});

describe("the owner's connection", () => {
  test("is a session of the pooler, over TLS, of a role that is no superuser", async () => {
    const { inputs } = (await declare()).named("database-postgresql");
    expect(inputs).toMatchObject({
      host,
      port: "5432",
      database: "postgres",
      username: "postgres.database-project-id",
      databaseUsername: "postgres",
      password: { secret: "canary-owner" },
      sslmode: "require",
      superuser: "false",
    });
  });

  test("waits until its network is let in and the restarts are over", async () => {
    const { named } = await declare();
    const { dependsOn } = named("database-postgresql").options;
    const names = await Promise.all([dependsOn].flat().map(async (one) => urnName(await one)));
    expect(names).toEqual(["database-settings", "database-pitr", "database-pooler"]);
  });
});

describe("the roles", () => {
  const roleType = "postgresql:index/role:Role";

  test("log in by their own passwords and have no power over the server", async () => {
    const roles = (await declare()).ofType(roleType);
    expect(roles.map(({ inputs }) => [inputs.name, inputs.password])).toEqual([
      ["optropic_two_application", { secret: "canary-application" }],
      ["optropic_two_migration", { secret: "canary-migration" }],
      ["optropic_two_backup", { secret: "canary-backup" }],
      ["optropic_two_probe", { secret: "canary-probe" }],
    ]);
    for (const { inputs } of roles) {
      expect(inputs).toMatchObject({
        login: true,
        superuser: false,
        createDatabase: false,
        createRole: false,
        replication: false,
      });
      expect(inputs.connectionLimit).toBeGreaterThan(0);
    }
  });

  test("are held by row-level security, but for the backups'", async () => {
    const roles = (await declare()).ofType(roleType);
    const free = roles.filter(({ inputs }) => inputs.bypassRowLevelSecurity !== false);
    expect(free.map(({ name }) => name)).toEqual(["database-backup-role"]);
  });

  test("may be given other time for a statement", async () => {
    const { named } = await declare({}, { statementTimeouts: { application: 5000 } });
    expect(named("database-application-role").inputs.statementTimeout).toBe(5000);
    expect(named("database-migration-role").inputs.statementTimeout).toBe(1_800_000);
    expect(named("database-probe-role").inputs.statementTimeout).toBe(15_000);
  });

  test("are made by the owner's connection", async () => {
    const { ofType, named } = await declare();
    const provider = named("database-postgresql");
    for (const { options } of ofType(roleType)) {
      expect(await urnName(options.provider)).toBe(provider.name);
    }
  });
});

describe("the grants", () => {
  const grantType = "postgresql:index/grant:Grant";
  const defaultsType = "postgresql:index/defaultPrivileges:DefaultPrivileges";
  const rights = ({ inputs }: RecordedResource) => [inputs.role, inputs.objectType, inputs.privileges];

  test("are what each role needs in the application's schema", async () => {
    const grants = (await declare()).ofType(grantType);
    expect(grants.map(rights)).toEqual([
      ["optropic_two_migration", "schema", ["CREATE", "USAGE"]],
      ["optropic_two_application", "schema", ["USAGE"]],
      ["optropic_two_probe", "schema", ["USAGE"]],
      ["optropic_two_application", "table", ["DELETE", "INSERT", "SELECT", "UPDATE"]],
      ["optropic_two_application", "sequence", ["SELECT", "USAGE"]],
      ["optropic_two_probe", "table", ["SELECT"]],
    ]);
    for (const { inputs } of grants) expect(inputs).toMatchObject({ database: "postgres", schema: "public" });
  });

  test("hold for what later migrations make", async () => {
    const { ofType } = await declare();
    const defaults = ofType(defaultsType);
    expect(defaults.map(rights)).toEqual(
      ofType(grantType)
        .map(rights)
        .filter(([, objectType]) => objectType !== "schema"),
    );
    for (const { inputs } of defaults) expect(inputs.owner).toBe("optropic_two_migration");
  });

  test("are made one after the other", async () => {
    const { resources } = await declare();
    const chain = resources.filter(({ type }) => type === grantType || type === defaultsType);
    for (const [index, { options }] of chain.entries()) {
      const [before, ...others] = [options.dependsOn].flat();
      expect(await urnName(await before)).toBe(chain[index - 1]?.name ?? "database-migration-role");
      expect(others).toEqual([]);
    }
    expect(chain).toHaveLength(9);
  });
});

describe("the outputs", () => {
  test("say where the database is", async () => {
    const { component } = await declare();
    expect(await settled(component.projectRef)).toBe("database-project-id");
    expect(await settled(component.apiUrl)).toBe("https://database-project-id.supabase.co");
    expect(await settled(component.poolerHost)).toBe(host);
    expect(await settled(component.databaseName)).toBe("postgres");
    expect(await settled(component.roleNames)).toEqual({
      application: "optropic_two_application",
      migration: "optropic_two_migration",
      backup: "optropic_two_backup",
      probe: "optropic_two_probe",
    });
  });

  test("have a connection string for each role, all secret", async () => {
    const { component } = await declare();
    const { applicationUrl, migrationUrl, backupUrl, probeUrl } = component;
    for (const [output, role, port] of [
      [applicationUrl, "application", "6543"],
      [migrationUrl, "migration", "5432"],
      [backupUrl, "backup", "5432"],
      [probeUrl, "probe", "5432"],
    ] as const) {
      expect(await pulumi.isSecret(output)).toBe(true);
      const url = new URL(await settled(output));
      expect(url).toMatchObject({
        username: `optropic_two_${role}.database-project-id`,
        password: `canary-${role}`,
        hostname: host,
        port,
      });
      expect(url.searchParams.get("sslmode")).toBe("require");
    }
  });
});

test("another stage is another project, of the same role names", async () => {
  const { named } = await declare({}, { stage: "staging" });
  expect(named("database-project").inputs.name).toBe("optropic-two-database-staging");
  expect(named("database-probe-role").inputs.name).toBe("optropic_two_probe");
});

function json(value: unknown): unknown {
  const text = typeof value === "object" && value !== null && "secret" in value ? value.secret : value;
  return JSON.parse(String(text));
}

async function urnName(resource: unknown): Promise<string | undefined> {
  if (!pulumi.Resource.isInstance(resource)) return undefined;
  return (await settled(resource.urn)).split("::").at(-1);
}
