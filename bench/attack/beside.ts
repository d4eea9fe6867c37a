import { cloudflare, grafana, pagerduty, postgresql, vercel } from "../../policies/model/tokens.ts";
import { add, all, append, type Edit, list, set, variables } from "../../test/recording/edited.ts";

/** Something added beside what a platform has, of the type that is given. */
export interface Addition {
  readonly what: string;
  readonly type: string;
  readonly edit: Edit;
}

const zone = { beside: "edge-api", by: "zoneId" };

function skip(what: string, expression: string, actionParameters: object): Addition {
  const rule = { action: "skip", enabled: true, expression, actionParameters };
  return { what, type: cloudflare.ruleset, edit: append("edge-waf-custom", "rules", rule) };
}

function header(what: string, name: string, change: object, expression = "true"): Addition {
  const rule = {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: { headers: { [name]: change } },
  };
  return { what, type: cloudflare.ruleset, edit: append("edge-response-headers", "rules", rule) };
}

function cached(what: string, expression: string): Addition {
  const actionParameters = { cache: true, edgeTtl: { mode: "override_origin", default: 3600 } };
  const rule = { action: "set_cache_settings", enabled: true, expression, actionParameters };
  return { what, type: cloudflare.ruleset, edit: append("edge-cache", "rules", rule) };
}

function resource(what: string, type: string, inputs: object, where: typeof zone | object = {}): Addition {
  return { what, type, edit: add(type, "beside", { ...inputs }, where) };
}

function variable(name: string, value: string): Addition {
  return {
    what: `${name}=${value}`,
    type: "render:index/envGroup:EnvGroup",
    edit: variables({ [name]: value }),
  };
}

const silenced: Edit = set("observability-notifications", ({ policies }) => ({
  policies: [{ contactPoint: "Slack", muteTimings: ["Maintenance"], matchers: [] }, ...list(policies)],
}));

/** What an attacker, or somebody in a hurry, adds to the platform. */
export const platformAdditions: readonly Addition[] = [
  skip("the API skips the managed rules", 'starts_with(http.request.uri.path, "/api")', {
    phases: ["http_request_firewall_managed"],
  }),
  skip("a header skips everything", 'any(http.request.headers["x-debug"][*] eq "1")', { ruleset: "current" }),
  skip("one address skips the limits", "ip.src eq 203.0.113.9", { phases: ["http_ratelimit"] }),
  skip("one address skips products", "ip.src eq 203.0.113.9", {
    products: ["waf", "rateLimit", "zoneLockdown"],
  }),
  ...[
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Frame-Options",
    "X-Content-Type-Options",
  ].flatMap((name) => [
    header(`${name} is removed from everything`, name, { operation: "remove" }),
    header(
      `${name} is removed from a path`,
      name,
      { operation: "remove" },
      'starts_with(http.request.uri.path, "/embed")',
    ),
    header(
      `${name} is weak on one host`,
      name,
      { operation: "set", value: "*" },
      'http.host eq "api.optropic.example"',
    ),
  ]),
  header("any origin may call", "Access-Control-Allow-Origin", { operation: "set", value: "*" }),
  header("the caller's origin may call", "Access-Control-Allow-Origin", {
    operation: "set",
    expression: 'http.request.headers["origin"][0]',
  }),
  cached("everything is kept", "true"),
  cached("the API is kept", 'http.request.uri.path contains "/api/"'),
  resource(
    "a page rule disables security",
    cloudflare.pageRule,
    { status: "active", target: "*optropic.example/*", actions: { disableSecurity: true } },
    zone,
  ),
  resource(
    "a page rule lowers TLS",
    cloudflare.pageRule,
    { status: "active", target: "*optropic.example/*", actions: { ssl: "flexible" } },
    zone,
  ),
  resource(
    "a page rule keeps everything",
    cloudflare.pageRule,
    { status: "active", target: "*optropic.example/*", actions: { cacheLevel: "cache_everything" } },
    zone,
  ),
  resource(
    "a record shows the origin",
    cloudflare.dnsRecord,
    { type: "A", name: "origin.optropic.example", content: "216.24.57.1", proxied: false, ttl: 1 },
    zone,
  ),
  resource(
    "a record leads the host elsewhere",
    cloudflare.dnsRecord,
    { type: "A", name: "optropic.example", content: "203.0.113.9", proxied: true, ttl: 1 },
    zone,
  ),
  resource(
    "any authority may issue",
    cloudflare.dnsRecord,
    {
      type: "CAA",
      name: "api.optropic.example",
      ttl: 1,
      data: { flags: 0, tag: "issue", value: "elsewhere.example" },
    },
    zone,
  ),
  resource(
    "an access rule lets an address in",
    "cloudflare:index/accessRule:AccessRule",
    { mode: "whitelist", configuration: { target: "ip", value: "203.0.113.9" } },
    zone,
  ),
  resource(
    "an access rule lets a country in",
    "cloudflare:index/accessRule:AccessRule",
    { mode: "whitelist", configuration: { target: "country", value: "DE" } },
    zone,
  ),
  resource(
    "a zone setting beside",
    cloudflare.zoneSetting,
    { settingId: "development_mode", value: "on" },
    zone,
  ),
  resource(
    "a setting lowers security",
    cloudflare.zoneSetting,
    { settingId: "security_level", value: "essentially_off" },
    zone,
  ),
  resource(
    "a TLS setting for one host",
    "cloudflare:index/hostnameTlsSetting:HostnameTlsSetting",
    { hostname: "api.optropic.example", settingId: "min_tls_version", value: "1.0" },
    zone,
  ),
  resource("a firewall rule bypasses Vercel's", "vercel:index/firewallBypass:FirewallBypass", {
    projectId: "web",
    domain: "optropic.example",
    sourceIp: "0.0.0.0/0",
  }),
  resource(
    "a custom override",
    vercel.variable,
    { projectId: "?", key: "NODE_ENV", value: "development", targets: ["production"] },
    { beside: "web-NODE_ENV", by: "projectId" },
  ),
  resource(
    "any origin in a variable",
    vercel.variable,
    { key: "CORS_ORIGINS", value: "*", targets: ["production"] },
    { beside: "web-NODE_ENV", by: "projectId" },
  ),
  resource(
    "a secret in a variable",
    vercel.variable,
    { key: "PARTNER_TOKEN", value: "q8Zt2LmW9xRk4VbN7cYp", targets: ["production"] },
    { beside: "web-NODE_ENV", by: "projectId" },
  ),
  resource("a maintenance window", "pagerduty:index/maintenanceWindow:MaintenanceWindow", {
    startTime: "2026-01-01T00:00:00Z",
    endTime: "2036-01-01T00:00:00Z",
    services: ["?"],
  }),
  resource(
    "an orchestration suppresses",
    "pagerduty:index/eventOrchestrationService:EventOrchestrationService",
    {
      service: "?",
      enableEventOrchestrationForService: true,
      sets: [{ id: "start", rules: [{ actions: { suppress: true } }] }],
      catchAll: { actions: {} },
    },
    { beside: "on-call-grafana", by: "service" },
  ),
  resource(
    "an orchestration suspends",
    "pagerduty:index/eventOrchestrationService:EventOrchestrationService",
    {
      service: "?",
      enableEventOrchestrationForService: true,
      sets: [{ id: "start", rules: [{ actions: { suspend: 86400 } }] }],
      catchAll: { actions: {} },
    },
    { beside: "on-call-grafana", by: "service" },
  ),
  resource(
    "an event rule suppresses",
    "pagerduty:index/serviceEventRule:ServiceEventRule",
    { service: "?", actions: { suppresses: [{ value: true }] } },
    { beside: "on-call-grafana", by: "service" },
  ),
  resource("alerts are grouped for a day", "pagerduty:index/alertGroupingSetting:AlertGroupingSetting", {
    type: "time",
    services: ["?"],
    config: { timeout: 86400 },
  }),
  resource("a mute timing for ever", grafana.muteTiming, { name: "Always", intervals: [{}] }),
  { what: "a route takes every alert and mutes it", type: grafana.notificationPolicy, edit: silenced },
  {
    what: "warnings are muted for ever",
    type: grafana.notificationPolicy,
    edit: all(
      add(grafana.muteTiming, "always", { name: "Always", intervals: [{}] }),
      set("observability-notifications", ({ policies }) => ({
        policies: list(policies).map((route) => ({ ...Object(route), muteTimings: ["Always"] })),
      })),
    ),
  },
  resource("the application's role may do everything", postgresql.grant, {
    database: "postgres",
    schema: "public",
    objectType: "schema",
    privileges: ["CREATE", "USAGE"],
    role: "optropic_application",
  }),
  resource("the application is in another role", postgresql.grantRole, {
    role: "optropic_application",
    grantRole: "postgres",
    withAdminOption: true,
  }),
  resource("everybody may read", postgresql.grant, {
    database: "postgres",
    schema: "public",
    objectType: "table",
    privileges: ["SELECT"],
    role: "public",
  }),
  resource("an override of the on-call schedule", pagerduty.schedule, {
    name: "nobody",
    timeZone: "UTC",
    layers: [],
  }),
  variable("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
  variable("NODE_ENV", "development"),
  variable("LOG_LEVEL", "debug"),
  variable("DATABASE_SSL", "false"),
  variable("DEBUG", "*"),
  variable("PGSSLMODE", "disable"),
  variable("CORS_ORIGINS", "*"),
  variable("PARTNER_TOKEN", "q8Zt2LmW9xRk4VbN7cYp"),
  variable("REPORTS_DATABASE_URL", "postgresql://app:S3cretS3cret99@db.optropic.example/postgres"),
];

function appended(what: string, type: string, name: string, property: string, item: unknown): Addition {
  return { what, type, edit: append(name, property, item) };
}

/** The same for the delivery. */
export const deliveryAdditions: readonly Addition[] = [
  appended(
    "a robot bypasses the branches' rules",
    "github:index/repositoryRuleset:RepositoryRuleset",
    "repository-branches",
    "bypassActors",
    { actorId: 5, actorType: "RepositoryRole", bypassMode: "always" },
  ),
  appended(
    "an app bypasses the branches' rules",
    "github:index/repositoryRuleset:RepositoryRuleset",
    "repository-branches",
    "bypassActors",
    { actorId: 15368, actorType: "Integration", bypassMode: "always" },
  ),
  appended(
    "somebody bypasses by pull requests",
    "github:index/repositoryRuleset:RepositoryRuleset",
    "repository-branches",
    "bypassActors",
    { actorId: 5, actorType: "RepositoryRole", bypassMode: "pull_request" },
  ),
  resource(
    "production from any tag",
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    { repository: "platform", environment: "production", tagPattern: "*" },
  ),
  resource(
    "production from any branch",
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    { repository: "platform", environment: "production", branchPattern: "*" },
  ),
  resource(
    "production from a feature branch",
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    { repository: "platform", environment: "production", branchPattern: "feature/*" },
  ),
  resource(
    "workflows approve by another resource",
    "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
    { repository: "platform", canApprovePullRequestReviews: true, defaultWorkflowPermissions: "write" },
  ),
  resource(
    "any action may run by another resource",
    "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
    { repository: "platform", allowedActions: "all", enabled: true },
  ),
  resource("a deploy key may write", "github:index/repositoryDeployKey:RepositoryDeployKey", {
    repository: "platform",
    title: "deploy",
    key: "ssh-ed25519 AAAA",
    readOnly: false,
  }),
  resource(
    "a collaborator is an administrator",
    "github:index/repositoryCollaborator:RepositoryCollaborator",
    { repository: "platform", username: "someone", permission: "admin" },
  ),
  resource("a secret in plain text", "github:index/actionsSecret:ActionsSecret", {
    repository: "platform",
    secretName: "DEPLOY",
    plaintextValue: "q8Zt2LmW9xRk4VbN7cYp",
  }),
  resource("a group without the pack", "pulumiservice:index:PolicyGroup", {
    name: "audit",
    entityType: "stacks",
    mode: "audit",
    organizationName: "optropic",
    policyPacks: [{ name: "optropic-checklist", versionTag: "1.0.0" }],
    stacks: [{ name: "production", routingProject: "optropic" }],
  }),
  resource("another deployment of production from a branch", "pulumiservice:index:DeploymentSettings", {
    organization: "optropic",
    project: "optropic",
    stack: "production",
    sourceContext: { git: { branch: "refs/heads/feature" } },
    github: { repository: "optropic/platform", deployCommits: true, previewPullRequests: false },
  }),
  resource("a schedule destroys production", "pulumiservice:index:DeploymentSchedule", {
    organization: "optropic",
    project: "optropic",
    stack: "production",
    pulumiOperation: "destroy",
    scheduleCron: "0 0 * * *",
  }),
  resource("production expires", "pulumiservice:index:TtlSchedule", {
    organization: "optropic",
    project: "optropic",
    stack: "production",
    timestamp: "2027-01-31T18:00:00Z",
    deleteAfterDestroy: true,
  }),
  resource("everybody may deploy", "pulumiservice:index:TeamStackPermission", {
    organization: "optropic",
    project: "optropic",
    stack: "production",
    team: "everybody",
    permission: 103,
  }),
];
