import { cloudflare, render } from "../../policies/model/tokens.ts";
import { add, all, type Edit, type Inputs, inside, inZone, leading, list, set } from "../recording/edited.ts";
import type { Case } from "./kinds-edits.ts";

// What teams usually do beside the checklist, and what looks like it and breaks an item.

const accountId = "0123456789abcdef0123456789abcdef";
const managed = "efb7b8c949ac4650a09736fc376e9aee";
const owasp = "4814384a9e5d4991b9815dcfc25d2f1f";
const ruleId = (digit: string): string => digit.repeat(32);

/** An exception of the managed rules, before they run. */
const exception = (
  expression: string,
  change: Inputs = {},
  rules: Inputs = { [managed]: [ruleId("5")] },
): Edit =>
  set("edge-waf-managed", (inputs) => ({
    rules: [
      {
        enabled: true,
        action: "skip",
        expression,
        description: "False alarm of the webhook, ticket 4711",
        actionParameters: { rules },
        ...change,
      },
      ...list(inputs.rules),
    ],
  }));
const webhook = 'http.host eq "api.optropic.example" and http.request.uri.path eq "/api/webhooks/cms"';

/** What Vercel's firewall does with bots, and which paths it lets past. */
const bots = (...conditions: readonly Inputs[]): Edit =>
  set("web-firewall", ({ managedRulesets, rules }) => ({
    managedRulesets: inside(managedRulesets, { botProtection: { active: true, action: "challenge" } }),
    rules: {
      rules: [
        {
          name: "Programs",
          active: true,
          action: { action: "bypass" },
          conditionGroups: conditions.map((condition) => ({ conditions: [condition] })),
        },
        ...list(Object(rules).rules),
      ],
    },
  }));
const probed = { type: "path", op: "inc", values: ["/api/health", "/api/metrics"] };

const built = (buildCommand: string): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: {
      nativeRuntime: inside(Object(runtimeSource).nativeRuntime, { buildCommand }),
    },
  }));

/** A sign-in before what certificate authorities ask. */
const own = (policy: Inputs): Edit =>
  add(cloudflare.access, "challenges", {
    accountId,
    type: "self_hosted",
    domain: "optropic.example/.well-known/acme-challenge",
    policies: [policy],
  });
/** The same with a policy that is a resource of its own. */
const reusable = (policy: Inputs): Edit =>
  all(
    add(cloudflare.accessPolicy, "everyone", { accountId, name: "everyone", ...policy }),
    own({ precedence: 1 }),
    leading("challenges", "policies", "everyone"),
  );
const everyone = { decision: "bypass", includes: [{ everyone: {} }] };

/** A rule of PagerDuty's older kind that gives all it takes one key. */
const merged = (...paths: readonly string[]): Edit =>
  add(
    "pagerduty:index/serviceEventRule:ServiceEventRule",
    "merged",
    {
      conditions: {
        operator: "and",
        subconditions: paths.map((path) => ({
          operator: "contains",
          parameters: [{ path, value: "disk-7" }],
        })),
      },
      actions: { extractions: [{ target: "dedup_key", template: "disk-7" }] },
    },
    { beside: "on-call-grafana", by: "service" },
  );

/** Times at which warnings are sent to the channel, beside the mail to their owner. */
const sentAt = (start: string, end: string, weekdays = "monday:friday"): Edit =>
  all(
    add("grafana:alerting/muteTiming:MuteTiming", "office", {
      name: "Office",
      intervals: [{ weekdays: [weekdays], times: [{ start, end }], location: "Europe/Berlin" }],
    }),
    set("observability-notifications", ({ policies }) => ({
      policies: list(policies).map((policy) =>
        Object(policy).muteTimings === undefined
          ? policy
          : { ...Object(policy), muteTimings: undefined, activeTimings: ["Office"] },
      ),
    })),
  );

const image = (imageUrl: string, change: Inputs = {}): Edit =>
  add(render.webService, "another", {
    name: "finder",
    plan: "standard",
    region: "frankfurt",
    healthCheckPath: "/health",
    runtimeSource: { image: { imageUrl, tag: "v1.15" } },
    ...change,
  });

const pages = (variables: Inputs): Edit =>
  add(cloudflare.pagesProject, "handbook", {
    accountId,
    name: "handbook",
    productionBranch: "main",
    deploymentConfigs: { production: { envVars: variables } },
  });

const edgeFunction = (change: Inputs = {}): Edit =>
  add("supabase:index/edgeFunction:EdgeFunction", "thumbnails", {
    projectRef: "abcdefghijklmnopqrst",
    slug: "thumbnails",
    entrypoint: "supabase/functions/thumbnails/index.ts",
    ...change,
  });
const functionSecrets = (name: string): Edit =>
  add("supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets", "functions", {
    projectRef: "abcdefghijklmnopqrst",
    secrets: [{ name, value: "https://images.optropic.example" }],
  });
const microfrontend = (change: Inputs, ...edits: readonly Edit[]): Edit =>
  all(
    add("vercel:index/microfrontendGroup:MicrofrontendGroup", "shop", { name: "shop", ...change }),
    ...edits,
  );

/** A redirect of some requests by a rule of the zone. */
const redirect = (expression: string, targetUrl: Inputs): Edit =>
  add(
    cloudflare.ruleset,
    "another",
    {
      kind: "zone",
      name: "another",
      phase: "http_request_dynamic_redirect",
      rules: [
        {
          enabled: true,
          action: "redirect",
          expression,
          actionParameters: { fromValue: { statusCode: 301, targetUrl } },
        },
      ],
    },
    inZone,
  );
const jobs = { value: "https://optropic.jobs.example.com" };
const blog = (from: number) => ({
  expression: `concat("https://blog.optropic.example", substring(http.request.uri.path, ${from}))`,
});

const tracked = (inputs: Inputs): Edit =>
  add("sentry:index/project:Project", "mobile", {
    organization: "example-organization",
    teams: ["optropic"],
    name: "mobile",
    slug: "mobile",
    ...inputs,
  });
const checked =
  (target: string): Edit =>
  (stack) => {
    const health = stack.resources.find(({ name }) => name === "observability-health-web");
    const added = add("grafana:syntheticMonitoring/check:Check", "further", {
      ...health?.inputs,
      job: "further",
      target,
    })(stack);
    return {
      ...added,
      resources: added.resources.map((one) =>
        one.name === "further"
          ? { ...health, ...one, propertyDependencies: health?.propertyDependencies ?? {} }
          : one,
      ),
    };
  };

export const nearlyUsual: readonly Case[] = [
  ["waf-managed-rules", "one rule is off for the host", exception('http.host eq "api.optropic.example"')],
  [
    "waf-managed-rules",
    "one rule is off below a path",
    exception('starts_with(http.request.uri.path, "/api/")'),
  ],
  [
    "waf-managed-rules",
    "one rule is off for a path or for every GET",
    exception(`(${webhook}) or http.request.method eq "GET"`),
  ],
  ["waf-managed-rules", "one rule is off for all but a path", exception(`not (${webhook})`)],
  [
    "waf-managed-rules",
    "one rule is off for the login",
    exception('http.request.uri.path eq "/api/trpc/login"'),
  ],
  ["waf-managed-rules", "one rule is off without a reason", exception(webhook, { description: "cms" })],
  [
    "waf-managed-rules",
    "many rules are off for a path",
    exception(webhook, {}, { [managed]: ["1", "2", "3", "4"].map(ruleId) }),
  ],
  [
    "waf-managed-rules",
    "the score counts for nothing at a path",
    exception(webhook, {}, { [owasp]: ["6179ae15870a4bb7b2d480d4843b323c"] }),
  ],
  [
    "waf-managed-rules",
    "a rule set is off for a path",
    exception(webhook, { actionParameters: { rulesets: [managed] } }),
  ],
  ["waf-managed-rules", "Vercel lets a folder past", bots({ type: "path", op: "pre", value: "/api/" })],
  ["waf-managed-rules", "Vercel lets all but a path past", bots({ ...probed, neg: true })],
  [
    "visitors-let-in",
    "Vercel lets the webhook past and not the checks",
    bots({ type: "path", op: "eq", value: "/api/webhooks/stripe" }),
  ],
  ["commands-keep-secrets", "the build takes staging's file", built("cp .env.staging .env && npm run build")],
  [
    "commands-keep-secrets",
    "the build serves the file",
    built("npm run build && cp .env.production public/.env"),
  ],
  [
    "commands-keep-secrets",
    "the file goes elsewhere",
    built("cp .env.production dist/.env && npm run build"),
  ],
  [
    "certificate-challenges-answered",
    "a reusable policy asks the staff to sign in",
    reusable({ decision: "allow", includes: [{ everyone: {} }] }),
  ],
  [
    "certificate-challenges-answered",
    "a reusable policy lets the office past",
    reusable({ decision: "bypass", includes: [{ ip: { ip: "203.0.113.7/32" } }] }),
  ],
  [
    "certificate-challenges-answered",
    "a policy lets past whoever is in a country",
    own({ ...everyone, requires: [{ geo: { countryCode: "DE" } }] }),
  ],
  ["pager-reaches-on-call", "one key for every critical alert", merged("payload.severity")],
  ["pager-reaches-on-call", "one key without a condition", merged()],
  ["alerts-routed", "the channel is told for a quarter of an hour", sentAt("08:00", "08:15")],
  ["alerts-routed", "the channel is told on Mondays", sentAt("08:00", "18:00", "monday")],
  ["render-auto-deploy", "an image of the organization is not deployed", image("ghcr.io/optropic/reports")],
  ["render-auto-deploy", "an image of a registry of its own", image("registry.optropic.example/search")],
  [
    "secret-variables-sensitive",
    "a variable of Pages shows a secret",
    pages({ SESSION_SECRET: { type: "plain_text", value: "kept-elsewhere" } }),
  ],
  [
    "resource-types-judged",
    "a function is code from elsewhere",
    edgeFunction({ entrypoint: "../other/index.ts" }),
  ],
  ["resource-types-judged", "a function serves every file", edgeFunction({ staticFiles: ["**/*"] })],
  ["resource-types-judged", "a function gets the database", functionSecrets("DATABASE_URL")],
  [
    "traffic-reaches-host",
    "the first page is sent to another host",
    redirect('http.request.uri.path eq "/"', jobs),
  ],
  [
    "traffic-reaches-host",
    "the login is sent to another host",
    redirect('http.request.uri.path eq "/login"', jobs),
  ],
  [
    "traffic-reaches-host",
    "a call is sent to another host",
    redirect('http.request.uri.path eq "/api/jobs"', jobs),
  ],
  [
    "traffic-reaches-host",
    "all below a page is sent to another host",
    redirect('starts_with(http.request.uri.path, "/careers")', jobs),
  ],
  [
    "traffic-reaches-host",
    "a page is sent to plain http",
    redirect('http.request.uri.path eq "/careers"', { value: "http://optropic.jobs.example.com" }),
  ],
  [
    "traffic-reaches-host",
    "a visitor decides how the host ends",
    redirect('starts_with(http.request.uri.path, "/blog")', blog(5)),
  ],
  [
    "traffic-reaches-host",
    "the path begins after its slash",
    redirect('starts_with(http.request.uri.path, "/blog/")', blog(6)),
  ],
  [
    "error-tracking-origins",
    "the project of the pages is open",
    set("errors-project", () => ({ clientSecurity: {} })),
  ],
  [
    "resource-types-judged",
    "a microfrontend is a project of nobody's",
    microfrontend({ defaultApp: { projectId: "prj_elsewhere" } }),
  ],
];

export const usual: readonly (readonly [what: string, edit: Edit])[] = [
  ["one rule is off for a webhook", exception(`(${webhook} and http.request.method eq "POST")`)],
  [
    "two rules are off for two webhooks",
    exception(
      'http.request.uri.path in {"/api/webhooks/cms" "/api/webhooks/shop"}',
      {},
      { [managed]: [ruleId("1"), ruleId("2")] },
    ),
  ],
  [
    "Vercel lets the checks and a webhook past",
    bots(probed, { type: "path", op: "eq", value: "/api/hooks/git" }),
  ],
  ["the build takes production's file", built("cp .env.production .env && npm ci && npm run build")],
  ["the build of a package takes its file", built("cp apps/api/.env.prod apps/api/.env && npm run build")],
  ["a reusable policy lets authorities past", reusable(everyone)],
  ["one key for what one disk reports", merged("payload.summary")],
  ["warnings reach the channel in office hours", sentAt("09:00", "17:00")],
  ["a search engine is somebody else's image", image("docker.io/getmeili/meilisearch")],
  [
    "a search engine keeps its index on a disk",
    image("docker.io/getmeili/meilisearch", { disk: { name: "index", mountPath: "/data", sizeGb: 10 } }),
  ],
  [
    "a project at Pages has plain variables",
    pages({
      DOCS_VERSION: { type: "plain_text", value: "3" },
      PUBLIC_SITE: { type: "plain_text", value: "docs" },
    }),
  ],
  ["a function of the repository", edgeFunction()],
  ["a function gets an address", functionSecrets("IMAGE_HOST")],
  ["a page is at another host", redirect('http.request.uri.path in {"/careers" "/jobs"}', jobs)],
  [
    "what is below a folder is at a host of its own",
    redirect('(http.host eq "optropic.example" and starts_with(http.request.uri.path, "/blog/"))', blog(5)),
  ],
  ["an app of telephones has a project without a key", tracked({ platform: "react-native" })],
  ["a further page is checked beside the health", checked("https://optropic.example/pricing")],
  ["a microfrontend of the stack's own", microfrontend({}, leading("shop", "defaultApp", "web-project"))],
];
