import * as pulumi from "@pulumi/pulumi";
import { declare, given } from "../declare.ts";
import { exported, watch } from "../watching.ts";

// An app at DigitalOcean with a worker beside it, its cluster of PostgreSQL behind a pool, and its DNS there too.

const domain = "ledger.example";

const github = { repo: "ledger-inc/ledger", branch: "main", deployOnPush: true };

export function platform() {
  const cluster = declare(
    "digitalocean:index/databaseCluster:DatabaseCluster",
    "ledger-db",
    { engine: "pg", version: "17", region: "fra1", size: "db-s-2vcpu-4gb", nodeCount: 2 },
    { protect: true },
  );
  const ofCluster = { clusterId: given(cluster) };
  const pool = declare("digitalocean:index/databaseConnectionPool:DatabaseConnectionPool", "pool", {
    ...ofCluster,
    mode: "transaction",
    size: 20,
    dbName: "ledger",
    user: "ledger",
  });
  const secret = (name: string) =>
    given(declare("random:index/randomPassword:RandomPassword", name, { length: 80, special: false }));
  const shared: Readonly<Record<string, string>> = {
    NODE_ENV: "production",
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
  };
  const secrets: Readonly<Record<string, pulumi.Input<string>>> = {
    DATABASE_URL: pulumi.interpolate`postgresql://ledger@${given(pool)}/ledger?sslmode=require`,
    JWT_SECRET: secret("jwt-secret"),
    SECRET_KEY: secret("app-secret-key"),
  };
  const envs = (values: Readonly<Record<string, pulumi.Input<string>>>, type: "GENERAL" | "SECRET") =>
    Object.entries(values).map(([key, value]) => ({
      key,
      type,
      scope: "RUN_TIME",
      value: type === "SECRET" ? pulumi.secret(value) : value,
    }));
  const app = declare("digitalocean:index/app:App", "ledger", {
    spec: {
      name: "ledger",
      region: "fra",
      domainNames: [{ name: domain, type: "PRIMARY", zone: domain }],
      services: [
        {
          name: "web",
          github,
          runCommand: "node server.js",
          httpPort: 8080,
          healthCheck: { httpPath: "/health" },
          autoscaling: { minInstanceCount: 2, maxInstanceCount: 6, metrics: { cpu: { percent: 70 } } },
          logDestinations: [{ name: "datadog", datadog: { apiKey: secret("log-key") } }],
          envs: [
            ...envs(
              { ...shared, BASE_URL: `https://${domain}`, CORS_ORIGINS: `https://${domain}` },
              "GENERAL",
            ),
            ...envs(secrets, "SECRET"),
          ],
        },
      ],
      workers: [{ name: "ledger-mail", github, envs: envs(shared, "GENERAL") }],
    },
  });
  declare("digitalocean:index/databaseFirewall:DatabaseFirewall", "firewall", {
    ...ofCluster,
    rules: [{ type: "app", value: given(app) }],
  });
  const zone = declare("digitalocean:index/domain:Domain", "zone", { name: domain });
  for (const authority of ["letsencrypt.org.", "pki.goog."]) {
    declare("digitalocean:index/dnsRecord:DnsRecord", `caa-${authority}`, {
      domain: given(zone),
      type: "CAA",
      name: "@",
      flags: 0,
      tag: "issue",
      value: authority,
    });
  }
  declare("digitalocean:index/dnsRecord:DnsRecord", "apex", {
    domain: given(zone),
    type: "A",
    name: "@",
    value: "162.159.140.98",
  });
  watch(domain);
  return exported(domain, "/session");
}
