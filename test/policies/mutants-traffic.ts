import { cloudflare } from "../../policies/model/tokens.ts";
import { ruleset, zoned, zoneSetting } from "./edge-rules.ts";
import { type Fixture, SecretValue, secret, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to keep requests from the host, or the host from running the production program. */
export const trafficMutants: readonly Mutant[] = [
  {
    policy: "traffic-reaches-host",
    what: "a rule sends the API to another origin",
    break: (stack) => [
      ...stack,
      ruleset("edge-origin", "http_request_origin", [
        {
          action: "route",
          enabled: true,
          expression: 'http.host eq "api.optropic.example"',
          actionParameters: { origin: { host: "elsewhere.example.org" } },
        },
      ]),
    ],
  },
  {
    policy: "traffic-reaches-host",
    what: "a Worker runs in front of everything",
    break: (stack) => [
      ...stack,
      zoned(cloudflare.workersRoute, "worker", { pattern: "*optropic.example/*", script: "proxy" }),
    ],
  },
  {
    policy: "visitors-let-in",
    what: "a lockdown takes the site",
    break: (stack) => [
      ...stack,
      zoned(cloudflare.lockdown, "lockdown", {
        urls: ["optropic.example/*"],
        configurations: [{ target: "ip", value: "198.51.100.9" }],
      }),
    ],
  },
  {
    policy: "commands-for-production",
    what: "the service is started for development",
    break: (stack) => withProps(stack, "api-service", { startCommand: "npm run dev" }),
  },
  {
    policy: "zone-settings-safe",
    what: "the zone is in development mode",
    break: (stack) => [...stack, zoneSetting("development_mode", "on")],
  },
  {
    policy: "texts-exact",
    what: "the name of a drain ends with a space",
    break: (stack) => withProps(stack, "logs-web", { name: "optropic-web " }),
  },
  {
    policy: "protections-on",
    what: "a variable switches rate limits off",
    break: (stack) => {
      const group = stack.find(({ name }) => name === "api-variables");
      const envVars = { ...Object(group?.props.envVars), RATE_LIMIT_ENABLED: { value: "false" } };
      return withProps(stack, "api-variables", { envVars });
    },
  },
  {
    policy: "vercel-project-closed",
    what: "forks are built with the variables",
    break: (stack) => withProps(stack, "web-project", { gitForkProtection: false }),
  },
  {
    policy: "backups-private",
    what: "the backups have a public domain",
    break: (stack) => [
      ...stack,
      zoned(cloudflare.r2ManagedDomain, "public", { bucketName: "optropic-backups", enabled: true }),
    ],
  },
  {
    policy: "supabase-sign-in",
    what: "a sign-in may lead anywhere",
    break: (stack) => withDocument(stack, "auth", { uri_allow_list: "https://**" }),
  },
  {
    policy: "supabase-exposed-schemas",
    what: "the Data API serves the people's passwords",
    break: (stack) => withDocument(stack, "api", { db_schema: "public,auth" }),
  },
];

/** The settings of the database with another value in one of their documents. */
function withDocument(stack: Fixture[], property: "auth" | "api", values: object): Fixture[] {
  const given = stack.find(({ name }) => name === "database-settings")?.props[property];
  const text = given instanceof SecretValue ? given.value : given;
  const document = { ...JSON.parse(String(text)), ...values };
  return withProps(stack, "database-settings", { [property]: secret(JSON.stringify(document)) });
}
