import * as pulumi from "@pulumi/pulumi";
import { declare, given } from "../declare.ts";
import { exported, watch } from "../watching.ts";

// A service of an image at Render with a database at Neon and its DNS at Route 53, with settings for its secrets.

const domain = "pets.example";

export function platform() {
  const database = declare(
    "neon:index/project:Project",
    "pets",
    { regionId: "aws-eu-central-1", historyRetentionSeconds: 14 * 86_400, allowedIps: ["198.51.100.0/24"] },
    { protect: true },
  );
  const variables: Record<string, pulumi.Input<string>> = {
    NODE_ENV: "production",
    BASE_URL: `https://${domain}`,
    CORS_ORIGINS: `https://${domain}`,
    LOG_FORMAT: "json",
    LOG_LEVEL: "error",
    DATABASE_URL: pulumi.secret(
      pulumi.interpolate`postgres://pets@${given(database)}/pets?sslmode=verify-full`,
    ),
    // Settings that are encrypted.
    JWT_SECRET: pulumi.secret(`setting-${"pQ7rT2vX9z".repeat(8)}`),
    SECRET_KEY: pulumi.secret(`setting-${"aB3dE6gH1j".repeat(8)}`),
  };
  const service = declare("render:index/webService:WebService", "pets-web", {
    name: "pets",
    plan: "standard",
    region: "frankfurt",
    runtimeSource: { image: { imageUrl: "ghcr.io/pets-inc/pets", tag: "live" } },
    healthCheckPath: "/up",
    autoscaling: { enabled: true, min: 1, max: 3, criteria: { cpu: { enabled: true, percentage: 75 } } },
    customDomains: [{ name: domain }],
    envVars: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
  });
  declare("github:index/actionsSecret:ActionsSecret", "deploy-hook", {
    repository: "pets",
    secretName: "RENDER_DEPLOY_HOOK",
    plaintextValue: pulumi.secret(given(service)),
  });
  const zone = declare("aws:route53/zone:Zone", "zone", { name: domain });
  const record = (name: string, inputs: pulumi.Inputs) =>
    declare("aws:route53/record:Record", name, { zoneId: given(zone), name: domain, ttl: 300, ...inputs });
  record("apex", { type: "A", records: ["216.24.57.1"] });
  record("caa", { type: "CAA", records: ['0 issue "letsencrypt.org"', '0 issue "pki.goog"'] });
  declare("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "dnssec", {
    hostedZoneId: given(zone),
    signingStatus: "SIGNING",
  });
  watch(domain);
  return exported(domain, "/session");
}
