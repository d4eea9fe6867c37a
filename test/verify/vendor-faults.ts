import { accept, changed, writtenSettings } from "../config/stack.ts";
import type { FakeRuleset } from "../vendors/fake/github.ts";
import { commits } from "../vendors/fake/healthy.ts";
import type { VendorStates } from "../vendors/fake/platform.ts";

export const settings = accept(
  changed(writtenSettings("production"), "verify.pagingContactPoints", ["PagerDuty"]),
);
/** When the vendors are asked. */
export const start = Date.parse("2026-11-28T12:00:00Z");

/** What can be wrong at the vendors, and the probe that finds it. */
export const faults: Readonly<Record<string, readonly [probe: string, (states: VendorStates) => void]>> = {
  "another Vercel plan": [
    "vercel-account",
    ({ vercel }) => Object.assign(vercel.team.billing, { plan: "hobby" }),
  ],
  "another production branch": [
    "vercel-project",
    ({ vercel }) => Object.assign(Object(first(vercel.projects).link), { productionBranch: "main" }),
  ],
  "another region of functions": [
    "vercel-project",
    ({ vercel }) =>
      Object.assign(first(vercel.projects), { resourceConfig: { functionDefaultRegions: ["iad1"] } }),
  ],
  "no protection": [
    "vercel-protection",
    ({ vercel }) => Object.assign(first(vercel.projects), { ssoProtection: null }),
  ],
  "forks without permission": [
    "vercel-protection",
    ({ vercel }) => Object.assign(first(vercel.projects), { gitForkProtection: false }),
  ],
  "domain not verified": [
    "vercel-domains",
    ({ vercel }) => Object.assign(first(first(vercel.projects).domains), { verified: false }),
  ],
  "domain of a branch": [
    "vercel-domains",
    ({ vercel }) => Object.assign(first(first(vercel.projects).domains), { gitBranch: "next" }),
  ],
  "domain that redirects": [
    "vercel-domains",
    ({ vercel }) => Object.assign(first(first(vercel.projects).domains), { redirect: "elsewhere.example" }),
  ],
  "no redirecting domain": ["vercel-domains", ({ vercel }) => void first(vercel.projects).domains.pop()],
  "domain that points elsewhere": [
    "vercel-certificates",
    ({ vercel }) => void vercel.misconfigured.add(settings.domains.web),
  ],
  "variable missing": ["vercel-variables", ({ vercel }) => void first(vercel.projects).envs.shift()],
  "variable in an environment of its own": [
    "vercel-variables",
    ({ vercel }) => Object.assign(first(first(vercel.projects).envs), { customEnvironmentIds: ["env_qa"] }),
  ],
  "secret variable readable": [
    "vercel-variables",
    ({ vercel }) => Object.assign(first(first(vercel.projects).envs), { type: "encrypted" }),
  ],
  "variable for previews": [
    "vercel-variables",
    ({ vercel }) => void first(first(vercel.projects).envs).target.push("preview"),
  ],
  "old deployment": [
    "vercel-deployment",
    ({ vercel }) => Object.assign(first(vercel.projects), { serving: "dpl_previous" }),
  ],
  "a stack trace in the API's log": [
    "render-logs",
    ({ render }) => first(render.services).lines.splice(9, 2, "Error: x", "    at main (/app/server.js:1:2)"),
  ],
  "a stack trace in the web application's log": [
    "vercel-logs",
    ({ vercel }) => first(vercel.projects).lines.splice(9, 2, "Error: x", "    at main (/app/page.js:1:2)"),
  ],
  "lines that are JSON and no entries": [
    "render-logs",
    ({ render }) => first(render.services).lines.splice(0, 2, "200", '["GET","/"]'),
  ],
  "no Render service of the region": [
    "render-service",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { region: "oregon" }),
  ],
  "suspended service": [
    "render-service",
    ({ render }) => Object.assign(first(render.services), { suspended: "suspended" }),
  ],
  "a service that Render suspended because a bill is open": [
    "render-account",
    ({ render }) =>
      void render.services.push({
        ...first(render.services),
        ...{ id: "srv-worker", name: "worker", suspended: "suspended", suspenders: ["billing"] },
      }),
  ],
  "anonymous users": [
    "supabase-sign-in",
    ({ supabase }) => Object.assign(supabase.auth, { external_anonymous_users_enabled: true }),
  ],
  "addresses that nobody confirmed": [
    "supabase-sign-in",
    ({ supabase }) => Object.assign(supabase.auth, { mailer_autoconfirm: true }),
  ],
  "smaller Render plan": [
    "render-plan",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { plan: "free" }),
  ],
  "no autoscaling": [
    "render-scaling",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { autoscaling: null }),
  ],
  "another health check path": [
    "render-health-check",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { healthCheckPath: "/" }),
  ],
  "auto-deploy off": [
    "render-auto-deploy",
    ({ render }) => Object.assign(first(render.services), { autoDeployTrigger: "off" }),
  ],
  "API host not verified": [
    "render-domain",
    ({ render }) =>
      Object.assign(first(first(render.services).domains), { verificationStatus: "unverified" }),
  ],
  "group not linked": [
    "render-variables",
    ({ render }) => Object.assign(first(render.groups), { serviceLinks: [] }),
  ],
  "variable of the group missing": [
    "render-variables",
    ({ render }) => void first(render.groups).envVars.pop(),
  ],
  "old deploy": [
    "render-deploy",
    ({ render }) => {
      for (const deploy of first(render.services).deploys) {
        deploy.status = deploy.id === "dep-previous" ? "live" : "deactivated";
      }
    },
  ],
  "free organization": [
    "supabase-account",
    ({ supabase }) => Object.assign(supabase.organization, { plan: "free" }),
  ],
  "paused project": [
    "supabase-project",
    ({ supabase }) => Object.assign(first(supabase.projects), { status: "INACTIVE" }),
  ],
  "smaller database": [
    "supabase-project",
    ({ supabase }) => Object.assign(first(supabase.addons), { variant: "ci_micro" }),
  ],
  "recovery off": [
    "supabase-recovery",
    ({ supabase }) => Object.assign(supabase, { pitr: false, addons: supabase.addons.slice(0, 1) }),
  ],
  "recovery for other days": [
    "supabase-recovery",
    ({ supabase }) => Object.assign(supabase.addons[1] ?? {}, { variant: "pitr_28" }),
  ],
  "old backup": [
    "supabase-backups",
    ({ supabase }) => Object.assign(supabase, { newestPhysical: start / 1000 - 27 * 3600 }),
  ],
  "no backup": ["supabase-backups", ({ supabase }) => Object.assign(supabase, { newestPhysical: null })],
  "session pool": ["supabase-pooler", ({ supabase }) => Object.assign(supabase.pooler, { mode: "session" })],
  "TLS optional": ["supabase-tls", ({ supabase }) => Object.assign(supabase.ssl, { database: false })],
  "open to the world": ["supabase-networks", ({ supabase }) => void supabase.networks.v4.push("0.0.0.0/0")],
  "restrictions not applied": [
    "supabase-networks",
    ({ supabase }) => Object.assign(supabase.networks, { status: "stored" }),
  ],
  "zone missing": ["cloudflare-zone", ({ cloudflare }) => Object.assign(cloudflare, { zones: [] })],
  "zone paused": [
    "cloudflare-zone",
    ({ cloudflare }) => Object.assign(first(cloudflare.zones), { paused: true }),
  ],
  "old TLS allowed": [
    "cloudflare-settings",
    ({ cloudflare }) => Object.assign(cloudflare.settings, { min_tls_version: "1.0" }),
  ],
  "HSTS shorter": [
    "cloudflare-settings",
    ({ cloudflare }) =>
      Object.assign(Object(Object(cloudflare.settings.security_header).strict_transport_security), {
        max_age: 0,
      }),
  ],
  "record missing": ["cloudflare-records", ({ cloudflare }) => void cloudflare.records.shift()],
  "record past the edge": [
    "cloudflare-records",
    ({ cloudflare }) =>
      Object.assign(first(cloudflare.records.filter(({ type }) => type === "CNAME")), { proxied: false }),
  ],
  "another address": [
    "cloudflare-records",
    ({ cloudflare }) =>
      void cloudflare.records.push({
        ...{ id: "x", type: "A", name: settings.domains.api, content: "192.0.2.1", ttl: 1 },
      }),
  ],
  "DNSSEC off": ["cloudflare-dnssec", ({ cloudflare }) => Object.assign(cloudflare, { dnssec: "disabled" })],
  "certificate pending": [
    "cloudflare-certificates",
    ({ cloudflare }) => Object.assign(first(cloudflare.packs), { status: "pending_validation" }),
  ],
  "no normalization": [
    "cloudflare-url-normalization",
    ({ cloudflare }) => Object.assign(cloudflare.normalization, { scope: "none" }),
  ],
  "managed rule off": [
    "cloudflare-managed-rules",
    (states) => Object.assign(rule(states, "http_request_firewall_managed"), { enabled: false }),
  ],
  "managed rules overridden": [
    "cloudflare-managed-rules",
    (states) =>
      Object.assign(Object(rule(states, "http_request_firewall_managed").action_parameters), {
        overrides: { enabled: false },
      }),
  ],
  "firewall rule that skips": [
    "cloudflare-firewall-rules",
    ({ cloudflare }) =>
      void cloudflare.rulesets.http_request_firewall_custom?.unshift({
        ...{
          id: "x",
          ref: "x",
          action: "skip",
          expression: "true",
          description: "let all in",
          enabled: true,
        },
      }),
  ],
  "rate limit raised": [
    "cloudflare-rate-limits",
    (states) =>
      Object.assign(Object(rule(states, "http_ratelimit").ratelimit), { requests_per_period: 10_000 }),
  ],
  "rules in another order": [
    "cloudflare-rate-limits",
    ({ cloudflare }) => void cloudflare.rulesets.http_ratelimit?.reverse(),
  ],
  "header removed": [
    "cloudflare-response-headers",
    ({ cloudflare }) => {
      const rules = cloudflare.rulesets.http_response_headers_transform ?? [];
      const headers = rules.map((one) => Object(Object(one.action_parameters).headers));
      delete headers.find((one) => "Content-Security-Policy" in one)["Content-Security-Policy"];
    },
  ],
  "cache rules gone": [
    "cloudflare-cache-rules",
    ({ cloudflare }) => {
      delete cloudflare.rulesets.http_request_cache_settings;
    },
  ],
  "key switched off": [
    "sentry-project",
    ({ sentry }) => Object.assign(first(sentry.keys), { isActive: false }),
  ],
  "another rate limit of the key": [
    "sentry-project",
    ({ sentry }) => Object.assign(first(sentry.keys), { rateLimit: null }),
  ],
  "scrubber off": [
    "sentry-scrubbing",
    ({ sentry }) => Object.assign(first(sentry.projects), { dataScrubber: false }),
  ],
  "passwords left in": [
    "sentry-scrubbing",
    ({ sentry }) => Object.assign(first(sentry.projects), { safeFields: ["userPassword"] }),
  ],
  "alert off": ["sentry-alerts", ({ sentry }) => Object.assign(sentry.alerts[1] ?? {}, { enabled: false })],
  "monitor missing": ["sentry-alerts", ({ sentry }) => void sentry.monitors.pop()],
  "monitor not connected": ["sentry-alerts", ({ sentry }) => void sentry.alerts[1]?.detectorIds.pop()],
  "backup failed": [
    "backup-checked-in",
    ({ sentry }) => Object.assign(sentry.checkIns[1] ?? {}, { status: "error" }),
  ],
  "new error": [
    "no-new-issues",
    ({ sentry }) => Object.assign(first(sentry.issues), { release: commits.current }),
  ],
  "dashboard missing": ["grafana-dashboards", ({ grafana }) => void grafana.dashboards.pop()],
  "panel removed": ["grafana-dashboards", ({ grafana }) => void first(grafana.dashboards).panels.pop()],
  "data source fails": [
    "grafana-data-source",
    ({ grafana }) => Object.assign(grafana.dataSource, { status: "ERROR" }),
  ],
  "rule paused": ["grafana-rules", ({ grafana }) => Object.assign(first(grafana.rules), { isPaused: true })],
  "another threshold of a rule": [
    "grafana-rules",
    ({ grafana }) => {
      const [rule] = grafana.rules;
      const stages = Array.isArray(rule?.data) ? rule.data : [];
      Object.assign(Object(stages.at(-1)).model, {
        conditions: [{ evaluator: { type: "gt", params: [99] } }],
      });
    },
  ],
  "another query of a rule": [
    "grafana-rules",
    ({ grafana }) => {
      const [, rule] = grafana.rules;
      const stages = Array.isArray(rule?.data) ? rule.data : [];
      Object.assign(Object(stages[0]).model, { expr: "vector(0) > 1" });
    },
  ],
  "a rule that waits for longer": [
    "grafana-rules",
    ({ grafana }) => Object.assign(first(grafana.rules), { for: "12h0m0s" }),
  ],
  "rule missing": ["grafana-rules", ({ grafana }) => void grafana.rules.shift()],
  "rule that cannot be evaluated": [
    "grafana-rules-healthy",
    ({ grafana }) => Object.assign(first(grafana.rules), { health: "error" }),
  ],
  "alert that fires": [
    "grafana-nothing-firing",
    ({ grafana }) => void grafana.firing.push({ labels: { alertname: "service-down" }, state: "active" }),
  ],
  "alert firing in silence": [
    "grafana-nothing-firing",
    ({ grafana }) => void grafana.firing.push({ labels: { alertname: "service-down" }, state: "suppressed" }),
  ],
  "gap in the rotation": [
    "on-call-covered",
    ({ pagerduty }) => void first(pagerduty.schedules).entries.splice(2, 1),
  ],
  "nobody on call": ["on-call-covered", ({ pagerduty }) => void first(pagerduty.schedules).entries.splice(0)],
  "one person only": [
    "on-call-covered",
    ({ pagerduty }) => {
      for (const entry of first(pagerduty.schedules).entries) entry.user = "P0";
    },
  ],
  "an escalation to somebody else": [
    "escalation-as-declared",
    ({ pagerduty }) => void pagerduty.escalation.targets.splice(1, 1, ["S9"]),
  ],
  "an escalation that ends early": [
    "escalation-as-declared",
    ({ pagerduty }) => void pagerduty.escalation.minutes.pop(),
  ],
  "a service in maintenance": [
    "escalation-as-declared",
    ({ pagerduty }) => Object.assign(pagerduty.service, { status: "maintenance" }),
  ],
  "slower escalation": [
    "escalation-as-declared",
    ({ pagerduty }) => void pagerduty.escalation.minutes.splice(0, 1, 60),
  ],
  ...Object.fromEntries(
    ["test", "typecheck", "lint", "build"].map((name, index) => [
      `check ${name} failed`,
      [
        `release-${name}-green`,
        ({ github }: VendorStates) => Object.assign(github.runs[index] ?? {}, { conclusion: "failure" }),
      ] as const,
    ]),
  ),
  "check of another app": [
    "release-build-green",
    ({ github }) => Object.assign(github.runs[3] ?? {}, { app: { id: 7, slug: "any-status" } }),
  ],
  "check did not run": ["release-lint-green", ({ github }) => void github.runs.splice(2, 1)],
  "commit without a pull request": ["release-reviewed", ({ github }) => void github.pulls.splice(0)],
  "approved by its author": [
    "release-reviewed",
    ({ github }) => Object.assign(github, { reviews: [{ login: "author", state: "APPROVED" }] }),
  ],
  "approved by a program": [
    "release-reviewed",
    ({ github }) => Object.assign(github, { reviews: [{ login: "github-actions[bot]", state: "APPROVED" }] }),
  ],
  "approval dismissed": [
    "release-reviewed",
    ({ github }) => void github.reviews.push({ login: "reviewer", state: "DISMISSED" }),
  ],
  "no approval required": ["branch-rules", ({ github }) => Object.assign(github, { approvals: 0 })],
  "check not required": ["branch-rules", ({ github }) => void github.required.shift()],
  ...Object.fromEntries(
    Object.entries<(branches: FakeRuleset, github: VendorStates["github"]) => unknown>({
      "ruleset that only evaluates": (own) => Object.assign(own, { enforcement: "evaluate" }),
      "ruleset of other branches": (own) => void own.conditions.ref_name.include.pop(),
      "ruleset with an exception": (own) => void own.conditions.ref_name.exclude.push("refs/heads/main"),
      "ruleset that somebody may bypass": (own) =>
        void own.bypass_actors?.push({ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }),
      "ruleset without a rule": (own) => void own.rules.shift(),
      "ruleset with a rule of its own": (own) => void own.rules.push({ type: "required_signatures" }),
      "ruleset that takes an approval of old code": (own) =>
        Object.assign(own.rules[3]?.parameters ?? {}, { dismiss_stale_reviews_on_push: false }),
      "ruleset whose check any app may report": (own) =>
        Object.assign(own.rules[4]?.parameters ?? {}, {
          required_status_checks: ["build", "lint", "preview", "test", "typecheck"].map((context) => ({
            context,
          })),
        }),
      "ruleset that is gone": (_, github) => void github.rulesets.splice(1, 1),
      "ruleset that nobody declared": (own, github) =>
        void github.rulesets.push({ ...own, id: 9, name: "Other" }),
    }).map(([what, spoil]) => [
      what,
      ["github-rulesets", ({ github }: VendorStates) => spoil(first(github.rulesets), github)] as const,
    ]),
  ),
  "commit of a pull request into another branch": [
    "release-reviewed",
    ({ github }) => Object.assign(first(github.pulls), { base: "somebody/feature" }),
  ],
  "critical alert": ["no-open-alerts", ({ github }) => void github.dependabot.push(1)],
  "leaked secret": ["no-open-alerts", ({ github }) => void github.secrets.push(1)],
  "service disabled": [
    "escalation-as-declared",
    ({ pagerduty }) => Object.assign(pagerduty.service, { status: "disabled" }),
  ],
};

export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new RangeError("The platform has none");
  return item;
}

export function rule({ cloudflare }: VendorStates, phase: string) {
  return first(cloudflare.rulesets[phase] ?? []);
}

/** What only those probes find that write. */
export const writingFaults: Readonly<
  Record<string, readonly [probe: string, (states: VendorStates) => void]>
> = {
  "an event that never arrives": [
    "sentry-event-found",
    ({ sentry }) => Object.assign(sentry, { delivers: false }),
  ],
  "a contact point where nothing arrives": [
    "grafana-test-notification",
    ({ grafana }) => void grafana.broken.add("Slack"),
  ],
};
