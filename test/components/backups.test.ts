import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { permissionGroupId } from "../../components/backups/r2-keys.ts";
import { Backups, type BackupsArgs } from "../../components/backups.ts";
import { backupsSchema } from "../../config/backups.ts";
import { recipients } from "../config/recipients.ts";
import { type RecordedResource, record, settled } from "./recorder.ts";

const account = "0123456789abcdef0123456789abcdef";
const databaseUrl =
  "postgresql://postgres.abcd:p%40ss%2Fcanary@db.supabase.example:5432/postgres?sslmode=verify-full";

const args: BackupsArgs = {
  accounts: {
    cloudflare: account,
    supabaseOrganization: "example",
    vercelTeam: "team_example",
    renderOwner: "tea-example",
  },
  stage: "production",
  project: { name: "optropic", repository: "optropic/platform", branch: "main" },
  backups: backupsSchema.parse({ recipients: [...recipients], jurisdiction: "eu" }),
  region: "frankfurt",
  environmentId: "evm-example",
  databaseUrl,
};

const groups = [
  { id: "account-write", name: "Workers R2 Storage Write", scopes: ["com.cloudflare.api.account"] },
  { id: "item-read", name: "Workers R2 Storage Bucket Item Read", scopes: ["com.cloudflare.edge.r2.bucket"] },
  {
    id: "item-write",
    name: "Workers R2 Storage Bucket Item Write",
    scopes: ["com.cloudflare.edge.r2.bucket"],
  },
];

function declare(changes: Partial<BackupsArgs> = {}) {
  return record((opts) => new Backups("backups", { ...args, ...changes }, opts), {
    outputs: { "cloudflare:index/accountToken:AccountToken": { value: "token canary" } },
    calls: {
      "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": {
        results: groups,
      },
    },
  });
}

const environment = z.object({ secret: z.record(z.string(), z.object({ value: z.string() })) });

function variablesOf(job: RecordedResource): Record<string, string> {
  const { secret } = environment.parse(job.inputs.envVars);
  return Object.fromEntries(Object.entries(secret).map(([name, { value }]) => [name, value]));
}

describe("the bucket", () => {
  test("is where the settings say, and protected", async () => {
    const { named, component } = await declare();
    expect(named("backups-bucket").inputs).toEqual({
      accountId: account,
      name: "optropic-backups",
      jurisdiction: "eu",
      // As the API returns it, and a hint only.
      location: "WEUR",
    });
    expect(named("backups-bucket").options).toMatchObject({ protect: true, ignoreChanges: ["location"] });
    expect(await settled(component.endpoint)).toBe(`https://${account}.eu.r2.cloudflarestorage.com`);
  });

  test("outside a jurisdiction has the account's own endpoint", async () => {
    const { component } = await declare({ backups: { ...args.backups, jurisdiction: "default" } });
    expect(await settled(component.endpoint)).toBe(`https://${account}.r2.cloudflarestorage.com`);
  });

  test("lets no object go before its days are over, and deletes it then", async () => {
    const { named } = await declare({ backups: { ...args.backups, retentionDays: 45 } });
    expect(named("backups-lock").inputs).toMatchObject({
      bucketName: "optropic-backups",
      jurisdiction: "eu",
      rules: [{ enabled: true, prefix: "", condition: { type: "Age", maxAgeSeconds: 45 * 86_400 } }],
    });
    expect(named("backups-lock").options.protect).toBe(true);
    expect(named("backups-lifecycle").inputs).toMatchObject({
      bucketName: "optropic-backups",
      rules: [
        {
          enabled: true,
          conditions: { prefix: "" },
          deleteObjectsTransition: { condition: { type: "Age", maxAge: 45 * 86_400 } },
          abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 86_400 } },
          storageClassTransitions: [],
        },
      ],
    });
  });
});

describe("the credentials", () => {
  test("may write the objects of this bucket and nothing else", async () => {
    const { named } = await declare();
    expect(named("backups-token").inputs).toMatchObject({
      accountId: account,
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "item-write" }],
          resources: `{"com.cloudflare.edge.r2.bucket.${account}_eu_optropic-backups":"*"}`,
        },
      ],
    });
  });

  test("are refused where the account has no such permission", () => {
    expect(permissionGroupId(account)({ results: groups })).toBe("item-write");
    expect(() => permissionGroupId(account)({ results: groups.slice(0, 2) })).toThrow(
      /no permission group .*Item Write/,
    );
  });
});

describe("the job", () => {
  test("runs the repository's own backup command on schedule, and notifies of failure", async () => {
    const { named, component } = await declare();
    expect(named("backups-job").inputs).toMatchObject({
      name: "optropic-backup",
      environmentId: "evm-example",
      region: "frankfurt",
      plan: "starter",
      schedule: "15 2 * * *",
      runtimeSource: {
        docker: {
          repoUrl: "https://github.com/optropic/platform",
          branch: "main",
          context: ".",
          dockerfilePath: "./operations/backup/Dockerfile",
          buildFilter: {
            paths: [
              "operations/**",
              "cli/**",
              "checklist/**",
              "components/**",
              "config/**",
              "evidence/**",
              "lib/**",
              "metrics/**",
              "postgres/**",
              "preview/**",
              "project/**",
              "package.json",
              "package-lock.json",
            ],
          },
          autoDeployTrigger: "checksPass",
        },
      },
      notificationOverride: { notificationsToSend: "failure" },
    });
    expect(await settled(component.schedule)).toBe("15 2 * * *");
    expect(await settled(component.retentionDays)).toBe(30);
  });

  test("gets the database and the bucket as variables", async () => {
    const { named } = await declare();
    expect(named("backups-job").inputs.envVars).toEqual({
      secret: {
        PGHOST: { value: "db.supabase.example" },
        PGPORT: { value: "5432" },
        PGDATABASE: { value: "postgres" },
        PGUSER: { value: "postgres.abcd" },
        PGPASSWORD: { value: "p@ss/canary" },
        PGSSLMODE: { value: "verify-full" },
        BACKUP_STACK: { value: "test" },
        BACKUP_ENDPOINT: { value: `https://${account}.eu.r2.cloudflarestorage.com` },
        BACKUP_REGION: { value: "auto" },
        BACKUP_BUCKET: { value: "optropic-backups" },
        BACKUP_PREFIX: { value: "postgres/" },
        BACKUP_RECIPIENTS: { value: JSON.stringify(recipients) },
        BACKUP_SCHEMAS: { value: "[]" },
        AWS_ACCESS_KEY_ID: { value: "backups-token-id" },
        AWS_SECRET_ACCESS_KEY: { value: createHash("sha256").update("token canary").digest("hex") },
      },
    });
  });

  test("gets the copies with their keys, the key that signs, and those that are trusted", async () => {
    const copy = { name: "elsewhere", endpoint: "https://s3.example.com", region: "eu", bucket: "copies" };
    const { named } = await declare({
      backups: { ...args.backups, copies: [{ ...copy, required: false, lock: true }] },
      copyKeys: "canary-copy",
      signingKey: "canary-sign",
      publicKeys: ["ed25519:one", "ed25519:two"],
    });
    expect(named("backups-job").inputs.envVars).toMatchObject({
      secret: {
        BACKUP_COPIES: { value: JSON.stringify([{ ...copy, required: false, lockDays: 30 }]) },
        BACKUP_COPY_KEYS: { value: "canary-copy" },
        EVIDENCE_SIGNING_KEY: { value: "canary-sign" },
        EVIDENCE_PUBLIC_KEY: { value: "ed25519:one ed25519:two" },
      },
    });
  });

  test("is told how many jobs dump, and the schemas as a list, whatever is in their names", async () => {
    const schemas = ["public", "two words", 'quo"ted'];
    const { named } = await declare({ backups: { ...args.backups, schemas, jobs: 4 } });
    const { BACKUP_SCHEMAS, BACKUP_JOBS } = variablesOf(named("backups-job"));
    expect(BACKUP_JOBS).toBe("4");
    expect(JSON.parse(BACKUP_SCHEMAS ?? "")).toEqual(schemas);
  });

  test("is told where to check in", async () => {
    const { named } = await declare({ checkInUrl: "https://o1.ingest.de.sentry.io/api/42/cron/backup/key/" });
    expect(named("backups-job").inputs.envVars).toMatchObject({
      secret: {
        BACKUP_CHECK_IN_URL: { value: "https://o1.ingest.de.sentry.io/api/42/cron/backup/key/" },
      },
    });
  });

  test.each(["PGPASSWORD", "AWS_SECRET_ACCESS_KEY"])("keeps %s secret in state", async (key) => {
    const { named } = await declare();
    expect(await named("backups-job").secretAt("envVars", key, "value")).toBe(true);
  });
});

describe("on a store of provider s3", () => {
  const s3 = { endpoint: "https://s3.example.com:9000", region: "eu-west-1" };
  const onS3: Partial<BackupsArgs> = {
    backups: { ...args.backups, provider: "s3", s3, retentionDays: 45 },
    storeKeys: {
      accessKeyId: pulumi.secret("job key"),
      secretAccessKey: "job secret canary",
    },
  };

  test("the bucket has object lock and versions, and is protected", async () => {
    const { named, ofType } = await declare(onS3);
    expect(named("backups-bucket")).toMatchObject({
      type: "minio:index/s3Bucket:S3Bucket",
      inputs: { bucket: "optropic-backups", objectLocking: true, forceDestroy: false, acl: "private" },
      options: { protect: true },
    });
    expect(named("backups-versioning").inputs).toMatchObject({
      bucket: "optropic-backups",
      versioningConfiguration: { status: "Enabled" },
    });
    expect(named("backups-lifecycle").inputs).toMatchObject({
      rules: [{ expiration: "45d", noncurrentVersionExpirationDays: 1 }],
    });
    expect(ofType("cloudflare:index/r2Bucket:R2Bucket")).toEqual([]);
    expect(ofType("cloudflare:index/accountToken:AccountToken")).toEqual([]);
  });

  test("the provider is of that store, over TLS, and gets no key from the program", async () => {
    const { named } = await declare(onS3);
    expect(named("backups-store").inputs).toEqual({
      minioServer: "s3.example.com:9000",
      minioRegion: "eu-west-1",
      minioSsl: "true",
    });
  });

  test("the job is told the store, how long to lock, and its own keys", async () => {
    const { named, component } = await declare(onS3);
    expect(variablesOf(named("backups-job"))).toMatchObject({
      BACKUP_ENDPOINT: "https://s3.example.com:9000",
      BACKUP_REGION: "eu-west-1",
      BACKUP_BUCKET: "optropic-backups",
      BACKUP_LOCK_DAYS: "45",
      AWS_ACCESS_KEY_ID: "job key",
      AWS_SECRET_ACCESS_KEY: "job secret canary",
    });
    for (const key of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      expect(await named("backups-job").secretAt("envVars", key, "value"), key).toBe(true);
    }
    expect(await settled([component.endpoint, component.storeRegion, component.bucket])).toEqual([
      "https://s3.example.com:9000",
      "eu-west-1",
      "optropic-backups",
    ]);
  });

  test("the bucket may have a name of its own", async () => {
    const { named } = await declare({
      ...onS3,
      backups: { ...args.backups, provider: "s3", s3: { ...s3, bucket: "example-backups" } },
    });
    expect(named("backups-bucket").inputs).toMatchObject({ bucket: "example-backups" });
    expect(variablesOf(named("backups-job")).BACKUP_BUCKET).toBe("example-backups");
  });

  test("without keys is refused", async () => {
    const { storeKeys: _, ...keyless } = onS3;
    await expect(declare(keyless)).rejects.toThrow(/need storeKeys/);
  });

  test("every child belongs to the component and starts with its name", async () => {
    const { resources, component } = await declare(onS3);
    expect(resources).toHaveLength(5);
    for (const { name, options } of resources) {
      expect(name).toMatch(/^backups-/);
      expect(options.parent).toBe(component);
    }
  });
});

test("another stage has a bucket and a job of its own", async () => {
  const { named } = await declare({ stage: "staging" });
  expect(named("backups-bucket").inputs).toMatchObject({ name: "optropic-backups-staging" });
  expect(named("backups-job").inputs).toMatchObject({ name: "optropic-backup-staging" });
});

test("every child belongs to the component and starts with its name", async () => {
  const { resources, component } = await declare();
  expect(resources).toHaveLength(5);
  for (const { name, options } of resources) {
    expect(name).toMatch(/^backups-/);
    expect(options.parent).toBe(component);
  }
});
