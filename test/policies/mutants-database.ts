import { cloudflare, postgresql, render, supabase } from "../../policies/model/tokens.ts";
import { recipients } from "../config/recipients.ts";
import { change, type Fixture, secret, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

const pooled = "aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true";

const roleMutant = (what: string, mutate: Mutant["break"]): Mutant => ({
  policy: "database-role-least-privilege",
  what,
  break: mutate,
  takesMore: true,
});

/** Ways to let the application's role do more than it has to (4.7). */
const roleMutants: readonly Mutant[] = [
  roleMutant("the application's role bypasses row-level security under a backup's name", (stack) =>
    withProps(stack, "database-application-role", { name: "app_backup", bypassRowLevelSecurity: true }),
  ),
  roleMutant("the migration's role bypasses row-level security", (stack) =>
    withProps(stack, "database-migration-role", { name: "dump", bypassRowLevelSecurity: true }),
  ),
  roleMutant("the application's role writes all data", (stack) =>
    withProps(stack, "database-application-role", { roles: ["pg_write_all_data"] }),
  ),
  roleMutant("the application's role is a member of a group that may create roles", (stack) => [
    ...withProps(stack, "database-application-role", { roles: ["managers"] }),
    {
      type: postgresql.role,
      name: "managers",
      props: { name: "managers", login: false, createRole: true },
    },
  ]),
  ...[["ALL"], ["SELECT", "TRUNCATE"]].map((privileges) =>
    roleMutant(`the application's role has ${privileges.join(", ")} on tables`, (stack) =>
      withProps(stack, "database-application-table-grant", { privileges }),
    ),
  ),
  roleMutant("the application's role creates in the schema", (stack) =>
    withProps(stack, "database-application-schema-grant", { privileges: ["CREATE", "USAGE"] }),
  ),
  roleMutant("the application connects as postgres", (stack) =>
    withProps(stack, "web-DATABASE_URL", {
      value:
        "postgresql://postgres.abcdefghijklmnopqrst:x@aws-1-eu-central-1.pooler.supabase.com:6543/postgres?sslmode=require&pgbouncer=true",
    }),
  ),
  roleMutant("the application's URL is made from the database alone", (stack) =>
    change(stack, "web-DATABASE_URL", (fixture) => ({
      ...fixture,
      from: { ...fixture.from, value: ["database-project"] },
    })),
  ),
  roleMutant("the backup's role may write", (stack) => [
    ...stack,
    {
      type: postgresql.grant,
      name: "backup-grant",
      props: { role: "optropic_backup", objectType: "table", privileges: ["SELECT", "INSERT"] },
    },
  ]),
];

/** Ways to break section 3. */
export const databaseMutants: readonly Mutant[] = [
  ...roleMutants,
  {
    policy: "database-roles-connect",
    what: "the role of the application may not log in",
    break: (stack) => withProps(stack, "database-application-role", { login: false }),
  },
  {
    policy: "database-grants-reach",
    what: "the application is granted tables of no schema",
    break: (stack) => withProps(stack, "database-application-table-grant", { schema: "" }),
  },
  {
    policy: "database-declared",
    what: "the project is not declared",
    break: (stack) => without(stack, "database-project"),
    takesMore: true,
  },
  {
    policy: "database-protected",
    what: "the project is not protected",
    break: (stack) => change(stack, "database-project", (project) => ({ ...project, protect: false })),
  },
  {
    policy: "database-protected",
    what: "a second database is not protected",
    break: (stack) => [...stack, ...renderPostgres({}, false)],
  },
  {
    policy: "database-region-chosen",
    what: "Supabase has no such region",
    break: (stack) => withProps(stack, "database-project", { region: "eu-central-9" }),
    takesMore: true,
  },
  {
    policy: "database-region-chosen",
    what: "everything is where Supabase has no region",
    break: (stack) =>
      stack.map((fixture) => {
        const { region, resourceConfig } = fixture.props;
        const moved = {
          ...(region !== undefined && { region: "af-south-1" }),
          ...(resourceConfig !== undefined && {
            resourceConfig: { ...Object(resourceConfig), functionDefaultRegions: ["cpt1"] },
          }),
        };
        return { ...fixture, props: { ...fixture.props, ...moved } };
      }),
  },
  {
    policy: "database-network-restricted",
    what: "the settings name no network",
    break: (stack) => withProps(stack, "database-settings", { network: undefined }),
  },
  {
    policy: "database-network-restricted",
    what: "every IPv6 address is allowed",
    break: (stack) =>
      withProps(stack, "database-settings", { network: '{"restrictions":["192.0.2.0/24","::/0"]}' }),
  },
  {
    policy: "database-network-restricted",
    what: "the key of the networks is misspelled, which the provider drops",
    break: (stack) => withProps(stack, "database-settings", { network: '{"restriction":["192.0.2.0/24"]}' }),
  },
  {
    policy: "database-network-restricted",
    what: "the networks are no JSON",
    break: (stack) => withProps(stack, "database-settings", { network: "192.0.2.0/24" }),
  },
  {
    policy: "database-network-restricted",
    what: "a database at Render is open to all",
    break: (stack) => [...stack, ...renderPostgres({ ipAllowLists: undefined })],
  },
  {
    policy: "backup-bucket",
    what: "there is no bucket",
    break: (stack) => without(stack, "backups-bucket", "backups-lifecycle", "backups-lock"),
    takesMore: true,
  },
  {
    policy: "backup-bucket",
    what: "nothing expires",
    break: (stack) => without(stack, "backups-lifecycle"),
  },
  {
    policy: "backup-bucket",
    what: "the rule that expires is off",
    break: (stack) =>
      withProps(stack, "backups-lifecycle", {
        rules: [
          {
            id: "expire",
            enabled: false,
            deleteObjectsTransition: { condition: { maxAge: 1, type: "Age" } },
          },
        ],
      }),
  },
  {
    policy: "backup-bucket",
    what: "the lifecycle is another bucket's",
    break: (stack) => [
      ...change(stack, "backups-lifecycle", (it) => ({ ...it, from: { bucketName: ["uploads"] } })),
      { type: cloudflare.r2Bucket, name: "uploads", props: { name: "optropic-uploads" } },
    ],
  },
  {
    policy: "backup-job-daily",
    what: "there is no job",
    break: (stack) => without(stack, "backups-job"),
    takesMore: true,
  },
  {
    policy: "backup-job-daily",
    what: "the job rests at the weekend",
    break: (stack) =>
      // Whoever moves the job moves what waits for it.
      withProps(withProps(stack, "backups-job", { schedule: "15 2 * * 1-5" }), "errors-backup", {
        schedule: { crontab: "15 2 * * 1-5" },
      }),
  },
  {
    policy: "backup-job-daily",
    what: "the schedule is none",
    break: (stack) =>
      // Whoever moves the job moves what waits for it.
      withProps(withProps(stack, "backups-job", { schedule: "daily" }), "errors-backup", {
        schedule: { crontab: "daily" },
      }),
  },
  {
    policy: "database-pitr",
    what: "the add-on is missing",
    break: (stack) => without(stack, "database-pitr"),
  },
  {
    policy: "database-pitr",
    what: "the add-on is another",
    break: (stack) => withProps(stack, "database-pitr", { type: "ipv4", variant: "ipv4_default" }),
  },
  {
    policy: "database-pitr",
    what: "Supabase sells no such variant",
    break: (stack) => withProps(stack, "database-pitr", { variant: "pitr_30" }),
  },
  {
    policy: "database-pitr",
    what: "the add-on is another project's",
    break: (stack) =>
      change(stack, "database-pitr", (addOn) => ({
        ...addOn,
        props: { ...addOn.props, projectRef: "abcdefghijklmnopqrst" },
        from: {},
      })),
  },
  {
    policy: "database-pitr",
    what: "a database at Render is on the free plan",
    break: (stack) => [...stack, ...renderPostgres({ plan: "free" })],
  },
  {
    policy: "database-pitr-compute",
    what: "the compute size is micro",
    break: (stack) => withProps(stack, "database-project", { instanceSize: "micro" }),
  },
  {
    policy: "database-pitr-compute",
    what: "no compute size is chosen",
    break: (stack) => withProps(stack, "database-project", { instanceSize: undefined }),
  },
  {
    policy: "database-pooler",
    what: "the pooler is left as it is",
    break: (stack) => without(stack, "database-pooler"),
  },
  {
    policy: "database-pooler",
    what: "the pooler is set where the provider never sends it",
    break: (stack) =>
      withProps(without(stack, "database-pooler"), "database-settings", {
        pooler: '{"default_pool_size":15,"pool_mode":"transaction"}',
      }),
  },
  {
    policy: "database-pooler",
    what: "the pooler has no such mode",
    break: (stack) => withProps(stack, "database-pooler", { poolMode: "statement" }),
  },
  {
    policy: "application-uses-pooler",
    what: "the application connects directly",
    break: (stack) => withUrl(stack, "postgresql://app@db.abc.supabase.co:5432/postgres?sslmode=require"),
  },
  {
    policy: "database-ssl-enforced",
    what: "the project takes plaintext",
    break: (stack) => withProps(stack, "database-settings", { sslEnforcement: false }),
  },
  {
    policy: "database-ssl-enforced",
    what: "the settings do not say",
    break: (stack) => withProps(stack, "database-settings", { sslEnforcement: undefined }),
  },
  {
    policy: "connections-encrypted",
    what: "the connection string allows plaintext",
    break: (stack) => withUrl(stack, `postgresql://app@${pooled}&sslmode=prefer`),
  },
  {
    policy: "connections-encrypted",
    what: "the connection string does not say",
    break: (stack) => withUrl(stack, `postgresql://app@${pooled}`),
  },
  {
    policy: "connections-encrypted",
    what: "PGSSLMODE of a host allows plaintext",
    break: (stack) => withProps(stack, "web-PGSSLMODE", { value: secret("prefer") }),
  },
  {
    policy: "connections-encrypted",
    what: "PGSSLMODE of the backup allows plaintext",
    break: (stack) =>
      withProps(stack, "backups-job", {
        envVars: {
          PGHOST: { value: unknown },
          PGSSLMODE: { value: "disable" },
          BACKUP_BUCKET: { value: "optropic-backups" },
          BACKUP_RECIPIENTS: { value: JSON.stringify(recipients) },
        },
      }),
  },
  {
    policy: "connections-encrypted",
    what: "the provider does not say",
    break: (stack) => withProps(stack, "database-postgresql", { sslmode: undefined }),
  },
  {
    policy: "connections-encrypted",
    what: "another provider allows plaintext",
    break: (stack) => [
      ...stack,
      { type: postgresql.provider, name: "reports", props: { host: unknown, sslmode: "disable" } },
    ],
  },
];

function withUrl(stack: Fixture[], url: string): Fixture[] {
  return withProps(stack, "web-DATABASE_URL", { value: secret(url) });
}

/** A second database, with its backup. */
function renderPostgres(props: Record<string, unknown>, protect = true): Fixture[] {
  const database = {
    type: render.postgres,
    name: "reports-database",
    props: {
      name: "reports",
      plan: "basic_1gb",
      region: "frankfurt",
      version: "17",
      ipAllowLists: [],
      ...props,
    },
    protect,
  };
  return [database, backupJobOf(database.name)];
}

/** A second project with all that it needs but what is left out. */
export function secondProject(...parts: readonly string[]): Fixture[] {
  const project: Fixture = {
    type: supabase.project,
    name: "second-project",
    props: { name: "second", organizationId: "example", region: "eu-central-1", instanceSize: "large" },
    protect: true,
  };
  const part = (type: string, name: string, props: Record<string, unknown>): Fixture => ({
    type,
    name,
    props: { projectRef: unknown, ...props },
    from: { projectRef: ["second-project"] },
  });
  const all = [
    part(supabase.settings, "second-settings", {
      network: '{"restrictions":["192.0.2.0/24"]}',
      sslEnforcement: true,
    }),
    part(supabase.addOn, "second-pitr", { type: "pitr", variant: "pitr_28" }),
    part(supabase.poolerConfig, "second-pooler", { poolMode: "session", defaultPoolSize: 5 }),
    backupJobOf("second-project"),
  ];
  return [project, ...all.filter(({ name }) => parts.includes(name))];
}

/** A job that backs up another database of the stack, into the same bucket. */
export function backupJobOf(database: string): Fixture {
  return {
    type: render.cronJob,
    name: `${database}-backup`,
    props: {
      name: `${database}-backup`,
      region: "frankfurt",
      schedule: "0 4 * * *",
      runtimeSource: { docker: { dockerfilePath: "./operations/backup/Dockerfile" } },
      envVars: {
        PGHOST: { value: unknown },
        PGSSLMODE: { value: "require" },
        BACKUP_BUCKET: { value: "optropic-backups" },
        BACKUP_RECIPIENTS: { value: JSON.stringify(recipients) },
      },
    },
    from: { envVars: [database] },
  };
}
