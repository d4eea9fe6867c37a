import { cloudflare } from "../../policies/model/tokens.ts";
import { ruleset, zoned, zoneSetting } from "./edge-rules.ts";
import { withProps } from "./fixture.ts";
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
    policy: "protections-on",
    what: "a variable switches rate limits off",
    break: (stack) => {
      const group = stack.find(({ name }) => name === "api-variables");
      const envVars = { ...Object(group?.props.envVars), RATE_LIMIT_ENABLED: { value: "false" } };
      return withProps(stack, "api-variables", { envVars });
    },
  },
];
