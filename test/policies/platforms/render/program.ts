import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as render from "@pulumi/render";
import { declare, given } from "../declare.ts";
import { exported, watch } from "../watching.ts";

// Everything at Render, in one region: a service with its own map of variables, a database, and a job that copies it.

const domain = "tasks.example";
const account = "0123456789abcdef0123456789abcdef";

export function platform() {
  const database = declare(
    "render:index/postgres:Postgres",
    "tasks-db",
    { name: "tasks", plan: "pro_4gb", region: "frankfurt", version: "17", ipAllowLists: [] },
    { protect: true },
  );
  const secret = (name: string) => new random.RandomPassword(name, { length: 80, special: false }).result;
  const url = pulumi.secret(pulumi.interpolate`postgresql://tasks@${given(database)}/tasks?sslmode=require`);
  const source = {
    repoUrl: "https://github.com/tasks-inc/tasks",
    branch: "main",
    autoDeployTrigger: "commit" as const,
    autoDeploy: true,
  };
  const service = new render.WebService("tasks", {
    name: "tasks",
    plan: "standard",
    region: "frankfurt",
    runtimeSource: { docker: { ...source, dockerfilePath: "./Dockerfile", context: "." } },
    healthCheckPath: "/healthz",
    autoscaling: {
      enabled: true,
      min: 2,
      max: 5,
      criteria: { cpu: { enabled: true, percentage: 60 }, memory: { enabled: false, percentage: 80 } },
    },
    customDomains: [{ name: domain }],
    envVars: {
      NODE_ENV: { value: "production" },
      BASE_URL: { value: `https://${domain}` },
      CORS_ORIGINS: { value: `https://${domain}` },
      LOG_FORMAT: { value: "json" },
      LOG_LEVEL: { value: "info" },
      DATABASE_URL: { value: url },
      JWT_SECRET: { value: pulumi.secret(secret("jwt-secret")) },
      SECRET_KEY: { value: pulumi.secret(secret("app-secret-key")) },
    },
  });
  const zone = new cloudflare.Zone("zone", { name: domain, account: { id: account } });
  const inZone = { zoneId: zone.id };
  const settings: readonly (readonly [string, unknown])[] = [
    ["ssl", "strict"],
    ["min_tls_version", "1.2"],
    ["always_use_https", "on"],
    ["http2", "on"],
    [
      "security_header",
      {
        strict_transport_security: {
          enabled: true,
          max_age: 31_536_000,
          include_subdomains: true,
          preload: true,
          nosniff: true,
        },
      },
    ],
  ];
  for (const [settingId, value] of settings) {
    declare("cloudflare:index/zoneSetting:ZoneSetting", `setting-${settingId}`, {
      ...inZone,
      settingId,
      value,
    });
  }
  new cloudflare.UniversalSslSetting("certificate", { ...inZone, enabled: true });
  new cloudflare.ZoneDnssec("dnssec", { ...inZone, status: "active" });
  new cloudflare.DnsRecord("apex", {
    ...inZone,
    name: "@",
    type: "CNAME",
    content: service.url,
    proxied: true,
    ttl: 1,
  });
  new cloudflare.DnsRecord("caa", {
    ...inZone,
    name: "@",
    type: "CAA",
    ttl: 1,
    data: { flags: 0, tag: "issue", value: "pki.goog" },
  });
  backups(database);
  watch(domain);
  return exported(domain, "/login");
}

function backups(database: pulumi.CustomResource) {
  const bucket = new cloudflare.R2Bucket(
    "tasks-backups",
    { accountId: account, name: "tasks-backups" },
    { protect: true },
  );
  const place = { accountId: account, bucketName: bucket.name };
  const days = (count: number) => count * 86_400;
  new cloudflare.R2BucketLifecycle("expiry", {
    ...place,
    rules: [
      {
        id: "old",
        enabled: true,
        conditions: { prefix: "" },
        deleteObjectsTransition: { condition: { type: "Age", maxAge: days(90) } },
      },
    ],
  });
  new cloudflare.R2BucketLock("lock", {
    ...place,
    rules: [{ id: "kept", enabled: true, prefix: "", condition: { type: "Age", maxAgeSeconds: days(35) } }],
  });
  new render.CronJob("nightly-backup", {
    name: "nightly-backup",
    plan: "starter",
    region: "frankfurt",
    schedule: "0 3 * * *",
    runtimeSource: { image: { imageUrl: "ghcr.io/tasks-inc/pg-backup", tag: "1.4.0" } },
    envVars: {
      PGHOST: { value: pulumi.interpolate`${given(database)}.frankfurt-postgres.render.com` },
      PGSSLMODE: { value: "verify-full" },
      BUCKET: { value: bucket.name },
      AGE_RECIPIENTS: { value: "age1kfqr6cdcyw0hu26xe8ck5z6ku0llr82grc9yv6c2j6g2f4zsyy6qtmlm22" },
    },
  });
}
