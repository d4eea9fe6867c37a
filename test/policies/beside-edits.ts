import { render, vercel } from "../../policies/model/tokens.ts";
import { add, all, type Edit, type Inputs, inside, list, set } from "../recording/edited.ts";
import { expression } from "./edge-attacks.ts";
import type { Case } from "./kinds-edits.ts";

// What stands beside what the policies used to look at: the second region, the other call of a batch, the script that a
// page makes itself, previews and what is kept.

const ofProject = (type: string, inputs: Inputs): Edit =>
  add(type, "another", inputs, { beside: "web-NODE_ENV", by: "projectId" });
const regions = (change: Inputs): Edit =>
  set("web-project", ({ resourceConfig }) => ({ resourceConfig: inside(resourceConfig, change) }));
const kept = (expirationProduction: string): Edit => set("web-retention", () => ({ expirationProduction }));
const scripts = (sources: string): Edit =>
  set("edge-response-headers", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      JSON.parse(JSON.stringify(rule).replaceAll("script-src 'self'", `script-src 'self'${sources}`)),
    ),
  }));

/** A second web service, with all that the first one has but what is given. */
const second =
  (change: Inputs, name = "reports"): Edit =>
  (stack) => {
    const { inputs } = stack.resources.find((one) => one.name === "api-service") ?? { inputs: {} };
    const own = { ...inputs, name, customDomains: [], envVars: { LOG_FORMAT: { value: "json" } } };
    return add(render.webService, name, { ...own, ...change })(stack);
  };
const from = (branch: string): Edit =>
  all(
    second({}),
    set("reports", ({ runtimeSource }) => ({
      runtimeSource: inside(runtimeSource, {
        nativeRuntime: inside(Object(runtimeSource).nativeRuntime, { branch }),
      }),
    })),
  );

export const brokenBesides: readonly Case[] = [
  ["render-health-check", "a second service has no health check", second({ healthCheckPath: undefined })],
  [
    "render-autoscaling",
    "a second service does not scale",
    second({ autoscaling: undefined, numInstances: 2 }),
  ],
  [
    "commands-for-production",
    "a second service is started for development",
    second({ startCommand: "npm run dev" }),
  ],
  ["render-service-configured", "a second service is built from another branch", from("develop")],
  ["one-region", "a second service is in another place", second({ region: "oregon" })],
  [
    "rate-limit-login",
    "login may come after another call of a batch",
    expression('starts_with(lower(http.request.uri.path), "/api/trpc/login")', 0),
  ],
  [
    "one-region",
    "functions also run at the other end of the world",
    regions({ functionDefaultRegions: ["fra1", "syd1"] }),
  ],
  [
    "one-region",
    "functions run where an older property says",
    set("web-project", () => ({ serverlessFunctionRegion: "sfo1" })),
  ],
  ...[
    "blob:",
    "filesystem:",
    "mediastream:",
    "https://*.azureedge.net",
    "https://*.b-cdn.net",
    "https://*.co.uk",
  ].map((source): Case => ["csp-restricts-scripts", `scripts run from ${source}`, scripts(` ${source}`)]),
  ["vercel-deployments-kept", "what served is gone after a day", kept("1d")],
  [
    "vercel-project-closed",
    "previews are open",
    set("web-project", () => ({ vercelAuthentication: { deploymentType: "none" } })),
  ],
  [
    "vercel-project-closed",
    "one preview is open",
    ofProject(vercel.protectionException, { alias: "next.optropic.example" }),
  ],
  [
    "vercel-project-closed",
    "programs pass the protection",
    ofProject(vercel.protectionBypass, { note: "tests" }),
  ],
];

type Right = readonly [what: string, edit: Edit];

export const rightBesides: readonly Right[] = [
  ["a second service has all that the first one has", second({})],
  [
    "documentation has no health check and does not scale",
    second({ healthCheckPath: undefined, autoscaling: undefined }, "docs"),
  ],
  ["functions also run in the country beside", regions({ functionDefaultRegions: ["fra1", "cdg1"] })],
  ["workers of the browser are made by the page", scripts("; worker-src 'self' blob:")],
  ["scripts of any own host run", scripts(" https://*.optropic.example")],
  ["what served is kept for a week", kept("1w")],
  [
    "previews are open to an office alone",
    set("web-project", () => ({
      vercelAuthentication: { deploymentType: "none" },
      trustedIps: { deploymentType: "standard_protection", addresses: [{ value: "192.0.2.1" }] },
    })),
  ],
];
