import { vendorName } from "../../../config/naming.ts";
import type { Settings } from "../../../config/settings.ts";
import { parseJson } from "../../../lib/json.ts";
import { alertRules } from "../../../metrics/alerts.ts";
import type { DeclaredResource } from "../../../verify/declared.ts";
import type { FakeGrafanaState } from "./grafana.ts";
import { commits } from "./healthy.ts";
import type { FakePagerDutyState } from "./pagerduty.ts";
import { at, listOf, textAt } from "./read.ts";
import { type FakeSentryState, sentryKey } from "./sentry.ts";
import type { FakeSupabaseState } from "./supabase.ts";

const dayMs = 86_400_000;

export function healthySupabase(settings: Settings, now: number): FakeSupabaseState {
  const { accounts, database, project, stage, plans } = settings;
  return {
    organization: { id: "org-id", slug: accounts.supabaseOrganization, plan: plans.supabase ?? "pro" },
    projects: [
      {
        ...{ ref: "abcdefghijklmnopqrst", name: vendorName(project, stage, "database") },
        ...{ region: database.region, status: "ACTIVE_HEALTHY" },
      },
    ],
    addons: [
      { type: "compute_instance", variant: `ci_${database.computeSize}` },
      { type: "pitr", variant: `pitr_${database.pitrDays}` },
    ],
    pitr: database.pitrDays > 0,
    newestPhysical: Math.round((now - 3_600_000) / 1000),
    daily: [],
    ssl: { database: database.enforceSsl, applied: true },
    networks: { v4: [...database.allowedNetworks], v6: [], status: "applied", entitlement: "allowed" },
    pooler: { mode: database.pool.mode, size: database.pool.size },
    auth: {
      ...{ site_url: "https://optropic.example", disable_signup: true, jwt_exp: 3600 },
      ...{ external_anonymous_users_enabled: false, mailer_autoconfirm: false },
      mailer_allow_unverified_email_sign_ins: false,
    },
  };
}

export function healthySentry(settings: Settings, now: number): FakeSentryState {
  const { errorTracking, project, stage } = settings;
  const named = (part: string) => vendorName(project, stage, part);
  const monitors = ["error-rate", "web-health", "api-health", "backup"].map((part, index) => ({
    ...{ id: `${100 + index}`, name: named(part), type: "metric_issue", enabled: true, projectId: "4501" },
    dataSources: [{ queryObj: { snubaQuery: { aggregate: "failure_rate()", dataset: "events" } } }],
  }));
  return {
    organization: errorTracking.organization,
    projects: [
      {
        ...{ id: "4501", slug: named("app"), status: "active", dataScrubber: true },
        ...{ dataScrubberDefaults: true, safeFields: ["requestId"] },
      },
    ],
    keys: [
      {
        ...{ id: "key", name: named("hosts"), public: sentryKey, isActive: true },
        rateLimit: {
          count: errorTracking.keyRateLimit?.count ?? 0,
          window: errorTracking.keyRateLimit?.windowSeconds ?? 0,
        },
      },
    ],
    alerts: [
      { id: "1", name: named("issues"), enabled: true, detectorIds: ["99"] },
      { id: "2", name: named("incidents"), enabled: true, detectorIds: monitors.map(({ id }) => id) },
    ],
    monitors,
    checkIns: [
      { id: "b", status: "in_progress", dateAdded: new Date(now - 60_000).toISOString() },
      { id: "a", status: "ok", dateAdded: new Date(now - dayMs / 2).toISOString() },
    ],
    releases: [
      { version: commits.current, dateCreated: new Date(now - dayMs).toISOString(), dateReleased: null },
    ],
    issues: [
      {
        id: "7",
        shortId: "APP-7",
        level: "error",
        firstSeen: "2026-01-01T00:00:00Z",
        count: "3",
        release: "old",
      },
    ],
    events: new Map(),
    delivers: true,
    deleted: [],
  };
}

export function healthyGrafana(settings: Settings, declared: readonly DeclaredResource[]): FakeGrafanaState {
  const { observability, objectives, links } = settings;
  const of = (type: string) => declared.filter((one) => one.type.startsWith(`grafana:${type}:`));
  const rules = alertRules(objectives, { grafana: observability.grafana.url, runbooks: links.runbooks });
  return {
    dashboards: of("oss/dashboard").map(({ inputs }) => {
      const dashboard = parseJson(textAt(inputs, "configJson"));
      return {
        ...{ uid: textAt(dashboard, "uid"), title: textAt(dashboard, "title") },
        panels: listOf(at(dashboard, "panels")).map((panel, id) => ({ id, title: textAt(panel, "title") })),
      };
    }),
    dataSource: { uid: observability.grafana.dataSource, status: "OK" },
    rules: rules.map(({ name, group }) => ({
      ...evaluated(of("alerting/ruleGroup"), name),
      ...{ uid: name, title: name, ruleGroup: group, isPaused: false, health: "ok", state: "inactive" },
    })),
    firing: [],
    contactPoints: of("alerting/contactPoint").map(({ inputs }, index) => {
      const type = ["slacks", "pagerduties", "emails"].find((kind) => kind in inputs) ?? "email";
      return {
        ...{ uid: `cp${index}`, name: textAt(inputs, "name"), type },
        settings:
          type === "emails" ? { addresses: "x@optropic.example" } : { url: "[REDACTED]", recipient: "#x" },
      };
    }),
    broken: new Set(),
    tested: [],
  };
}

/** How a declared rule is evaluated, as the API gives it. */
function evaluated(groups: readonly DeclaredResource[], name: string): Record<string, unknown> {
  const rule = groups
    .flatMap(({ inputs }) => listOf(at(inputs, "rules")))
    .find((each) => textAt(each, "name") === name);
  if (rule === undefined) return {};
  return {
    ...{ condition: textAt(rule, "condition"), for: textAt(rule, "for") },
    ...{ noDataState: textAt(rule, "noDataState"), execErrState: textAt(rule, "execErrState") },
    data: listOf(at(rule, "datas")).map((stage) => ({
      ...{ refId: textAt(stage, "refId"), datasourceUid: textAt(stage, "datasourceUid") },
      model: { intervalMs: 1000, ...Object(parseJson(textAt(stage, "model"))) },
    })),
  };
}

export function healthyPagerDuty(settings: Settings, now: number): FakePagerDutyState {
  const { project, stage, onCall } = settings;
  const named = (part: string) => vendorName(project, stage, part);
  const turn = onCall.rotationDays * dayMs;
  const start = now - turn / 2;
  const schedules = ["on-call-primary", "on-call-secondary"].map((part, level) => ({
    ...{ id: `S${level}`, name: named(part) },
    entries: Array.from({ length: Math.ceil((30 * dayMs) / turn) + 1 }, (_, index) => ({
      start: new Date(start + index * turn).toISOString(),
      end: new Date(start + (index + 1) * turn).toISOString(),
      user: `P${(index + level) % Math.max(1, onCall.people.length)}`,
    })),
  }));
  const { firstMinutes, secondMinutes, repeat } = onCall.escalation;
  return {
    schedules,
    escalation: {
      ...{ id: "E1", name: named("escalation"), loops: repeat },
      minutes: [firstMinutes, secondMinutes, secondMinutes],
      targets: [["S0"], ["S1"], onCall.people.map((_, index) => `P${index}`)],
    },
    service: { id: "V1", name: named("platform"), status: "active", policy: "E1" },
  };
}
