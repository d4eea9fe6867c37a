import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as vercel from "@pulumi/vercel";
import { declare, given } from "../declare.ts";
import { exported, watch } from "../watching.ts";

// One project at Vercel with everything in it, its DNS at Vercel too, and a database at Neon.

const domain = "notes.example";

export function platform() {
  const database = declare(
    "neon:index/project:Project",
    "notes-db",
    {
      name: "notes",
      regionId: "aws-eu-central-1",
      historyRetentionSeconds: 604_800,
      allowedIps: ["192.0.2.0/24"],
    },
    { protect: true },
  );
  const jwt = new random.RandomId("jwt-secret", { byteLength: 64 });
  const key = new random.RandomBytes("secret-key", { length: 64 });
  const project = new vercel.Project("notes", {
    name: "notes",
    framework: "nextjs",
    gitRepository: { type: "github", repo: "notes-inc/notes", productionBranch: "main" },
    resourceConfig: { functionDefaultRegions: ["fra1"] },
  });
  new vercel.ProjectDomain("apex", { projectId: project.id, domain });
  new vercel.ProjectEnvironmentVariables("variables", {
    projectId: project.id,
    variables: [
      ...Object.entries({
        NODE_ENV: "production",
        BASE_URL: `https://${domain}`,
        CORS_ORIGINS: `https://${domain}`,
        LOG_FORMAT: "json",
        LOG_LEVEL: "warn",
        NEXT_PUBLIC_MAPBOX_TOKEN:
          "pk.eyJ1Ijoibm90ZXMiLCJhIjoiY2xhYmNkZWYwMDAwMTN4bzEyMzQ1Njc4OSJ9.AbCdEfGhIjKlMnOpQrStUv",
      }).map(([name, value]) => ({ key: name, value, targets: ["production"], sensitive: false })),
      ...Object.entries({
        DATABASE_URL: pulumi.interpolate`postgresql://notes@${given(database)}-pooler.eu-central-1.aws.neon.tech/notes?sslmode=require`,
        JWT_SECRET: jwt.b64Url,
        SECRET_KEY: key.hex,
      }).map(([name, value]) => ({
        key: name,
        value: pulumi.secret(value),
        targets: ["production"],
        sensitive: true,
      })),
    ],
  });
  new vercel.FirewallConfig("firewall", {
    projectId: project.id,
    enabled: true,
    managedRulesets: {
      owasp: { sqli: { active: true, action: "deny" }, xss: { active: true, action: "deny" } },
    },
    rules: { rules: [limit("login", "/api/login", 10), limit("api", "/api", 300)] },
  });
  for (const [name, type, value] of [
    ["", "ALIAS", "cname.vercel-dns.com"],
    ["", "CAA", '0 issue "letsencrypt.org"'],
  ] as const) {
    new vercel.DnsRecord(`dns-${type}`, { domain, name, type, value, ttl: 60 });
  }
  watch(domain);
  return exported(domain, "/api/login");
}

const limit = (name: string, path: string, most: number) => ({
  name,
  active: true,
  action: {
    action: "rate_limit",
    actionDuration: "1m",
    rateLimit: { algo: "fixed_window", window: 60, limit: most, keys: ["ip"], action: "deny" },
  },
  conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: path }] }],
});
