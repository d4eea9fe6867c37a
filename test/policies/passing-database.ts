import { cloudflare, cloudflareTokens, postgresql, render, supabase } from "../../policies/model/tokens.ts";
import { recipients } from "../config/recipients.ts";
import { type Fixture, secret, unknown } from "./fixture.ts";

/** Settings, recovery, pooler, roles and backups of a stack that passes, beside its project. */
export function passingDatabase(): Fixture[] {
  return [...projectParts(), ...access(), ...backups()];
}

function projectParts(): Fixture[] {
  const ofProject = { projectRef: ["database-project"] };
  return [
    {
      type: supabase.settings,
      name: "database-settings",
      props: {
        projectRef: unknown,
        network: JSON.stringify({ restrictions: ["192.0.2.0/24", "198.51.100.0/24"] }),
        sslEnforcement: true,
      },
      from: ofProject,
    },
    {
      type: supabase.addOn,
      name: "database-pitr",
      props: { projectRef: unknown, type: "pitr", variant: "pitr_7" },
      from: ofProject,
    },
    {
      type: supabase.poolerConfig,
      name: "database-pooler",
      props: { projectRef: unknown, poolMode: "transaction", defaultPoolSize: 15 },
      from: ofProject,
    },
  ];
}

function access(): Fixture[] {
  const role = (name: string, props: Record<string, unknown>): Fixture => ({
    type: postgresql.role,
    name: `database-${name}-role`,
    props: {
      name: `optropic_${name}`,
      login: true,
      superuser: false,
      bypassRowLevelSecurity: false,
      createDatabase: false,
      createRole: false,
      replication: false,
      password: secret(unknown),
      ...props,
    },
    from: { password: ["application-password"] },
  });
  return [
    {
      type: postgresql.provider,
      name: "database-postgresql",
      props: { host: unknown, port: "5432", username: unknown, sslmode: "require", superuser: "false" },
      from: { host: ["database-project"], username: ["database-project"] },
    },
    role("application", {}),
    role("probe", { roles: ["pg_monitor"] }),
    role("backup", { roles: ["pg_read_all_data"], bypassRowLevelSecurity: true }),
  ];
}

function backups(): Fixture[] {
  return [
    {
      type: cloudflare.r2Bucket,
      name: "backups-bucket",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        name: "optropic-backups",
        jurisdiction: "eu",
        location: "weur",
      },
      protect: true,
    },
    {
      type: cloudflare.r2Lifecycle,
      name: "backups-lifecycle",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        bucketName: unknown,
        rules: [
          {
            id: "expire-backups",
            enabled: true,
            conditions: { prefix: "" },
            deleteObjectsTransition: { condition: { type: "Age", maxAge: 2_592_000 } },
          },
        ],
      },
      from: { bucketName: ["backups-bucket"] },
    },
    {
      type: cloudflare.r2Lock,
      name: "backups-lock",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        bucketName: unknown,
        rules: [{ id: "keep-backups", enabled: true, condition: { type: "Age", maxAgeSeconds: 2_592_000 } }],
      },
      from: { bucketName: ["backups-bucket"] },
      protect: true,
    },
    {
      type: cloudflareTokens[0] ?? "",
      name: "backups-token",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        name: "optropic-backups writer",
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: unknown }],
            resources: JSON.stringify({
              "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_eu_optropic-backups": "*",
            }),
          },
        ],
      },
      from: { policies: ["backups-bucket"] },
    },
    {
      type: render.cronJob,
      name: "backups-job",
      props: {
        name: "optropic-backup",
        region: "frankfurt",
        plan: "starter",
        schedule: "15 2 * * *",
        runtimeSource: {
          docker: {
            repoUrl: "https://github.com/optropic/platform",
            branch: "main",
            context: ".",
            dockerfilePath: "./operations/backup/Dockerfile",
          },
        },
        envVars: {
          PGHOST: { value: unknown },
          PGPASSWORD: { value: secret(unknown) },
          PGSSLMODE: { value: "require" },
          BACKUP_BUCKET: { value: "optropic-backups" },
          BACKUP_PREFIX: { value: "postgres/" },
          BACKUP_RECIPIENTS: { value: JSON.stringify([recipients[0]]) },
          AWS_ACCESS_KEY_ID: { value: unknown },
          AWS_SECRET_ACCESS_KEY: { value: secret(unknown) },
        },
      },
      from: { envVars: ["database-project", "application-password", "backups-token"] },
    },
  ];
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
      startCommand: "npx optropic backup",
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
