import { beforeAll, describe, expect, test } from "vitest";
import { postgresql } from "../../policies/model/tokens.ts";
import { add, type Edit, list, objecting, set } from "../recording/edited.ts";
import { type RecordedStack, recordDelivery, recordPlatform } from "../recording/stacks.ts";
import { acceptedDelivery, brokenDelivery } from "./delivery-edits.ts";

// The recorded stacks with one thing changed in what is deployed, who is called, and what is backed up.

let production: RecordedStack;
let delivery: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
  delivery = await recordDelivery();
}, 90_000);

const service = (inputs: Record<string, unknown>): Edit => set("api-service", () => inputs);
const native = (edit: Record<string, unknown>): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: { nativeRuntime: { ...Object(Object(runtimeSource).nativeRuntime), ...edit } },
  }));
const pager = (inputs: Record<string, unknown>): Edit => set("on-call-service", () => inputs);
const beside = { beside: "on-call-grafana", by: "service" };
const orchestration = (rule: object, type = "eventOrchestrationService:EventOrchestrationService"): Edit =>
  add(`pagerduty:index/${type}`, "rules", { sets: [{ id: "start", rules: [rule] }] }, beside);
const window = (endTime: string): Edit =>
  add(
    "pagerduty:index/maintenanceWindow:MaintenanceWindow",
    "window",
    { startTime: "2026-11-28T00:00:00Z", endTime, services: ["PSERVICE"] },
    { beside: "on-call-grafana" },
  );
const job = (variables: Record<string, string>): Edit =>
  set("backups-job", ({ envVars }) => ({
    envVars: {
      ...Object(envVars),
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
    },
  }));
const queried = (edit: Record<string, unknown>): Edit =>
  set("observability-alerts-service", ({ rules }) => ({
    rules: list(rules).map((rule) => ({
      ...Object(rule),
      datas: list(Object(rule).datas).map((data) => {
        const model = JSON.parse(Object(data).model);
        const changed = "expr" in model ? { ...model, ...edit } : model;
        return { ...Object(data), model: JSON.stringify(changed) };
      }),
    })),
  }));
const databaseUrl = (value: string): Edit =>
  set("api-variables", ({ envVars }) => ({ envVars: { ...Object(envVars), DATABASE_URL: { value } } }));

describe("what breaks an item of the platform", () => {
  test.each<[policy: string, what: string, Edit]>([
    [
      "render-service-configured",
      "code of a host that nobody knows",
      native({ repoUrl: "https://git.elsewhere.example/optropic/platform" }),
    ],
    [
      "render-service-configured",
      "code without encryption",
      native({ repoUrl: "http://github.com/optropic/platform" }),
    ],
    ["render-service-configured", "a command that starts nothing", service({ startCommand: "true" })],
    ["render-service-configured", "a command that waits", service({ startCommand: "sleep infinity" })],
    [
      "vercel-custom-domain",
      "visitors are sent elsewhere",
      set("web-redirect", () => ({ redirect: "elsewhere.example" })),
    ],
    [
      "dns-records",
      "a redirecting host leads elsewhere",
      set("edge-redirect", () => ({ content: "elsewhere.example" })),
    ],
    ["database-url-own", "no URL at all", databaseUrl("production")],
    [
      "connections-encrypted",
      "TLS of the database is off",
      set("api-variables", ({ envVars }) => ({
        envVars: { ...Object(envVars), DATABASE_SSL: { value: "false" } },
      })),
    ],
    [
      "database-role-least-privilege",
      "every role may read",
      add(postgresql.grant, "grant", {
        database: "postgres",
        schema: "public",
        objectType: "table",
        privileges: ["SELECT"],
        role: "public",
      }),
    ],
    [
      "pager-reaches-on-call",
      "incidents of low urgency",
      pager({ incidentUrgencyRule: { type: "constant", urgency: "low" } }),
    ],
    [
      "pager-reaches-on-call",
      "low urgency at night",
      pager({
        incidentUrgencyRule: {
          type: "use_support_hours",
          duringSupportHours: { type: "constant", urgency: "high" },
          outsideSupportHours: { type: "constant", urgency: "low" },
        },
      }),
    ],
    ["pager-reaches-on-call", "maintenance for years", window("2030-01-01T00:00:00Z")],
    ["pager-reaches-on-call", "every event is suppressed", orchestration({ actions: { suppress: true } })],
    ["pager-reaches-on-call", "every event waits a day", orchestration({ actions: { suspend: 86_400 } })],
    [
      "pager-reaches-on-call",
      "some events are dropped",
      orchestration(
        { conditions: [{ expression: "event.summary matches part 'error'" }], actions: { dropEvent: true } },
        "eventOrchestrationGlobal:EventOrchestrationGlobal",
      ),
    ],
    [
      "pager-reaches-on-call",
      "an older rule suppresses",
      add(
        "pagerduty:index/serviceEventRule:ServiceEventRule",
        "rule",
        { actions: { suppresses: [{ value: true }] } },
        beside,
      ),
    ],
    [
      "backup-strategy",
      "backups go to another bucket",
      job({ BACKUP_BUCKET: "optropic-backups-of-someone" }),
    ],
    ["backup-bucket", "backups go to another store", job({ BACKUP_ENDPOINT: "https://elsewhere.example" })],
    [
      "backup-bucket",
      "backups go to another account",
      job({ BACKUP_ENDPOINT: "https://ffffffffffffffffffffffffffffffff.r2.cloudflarestorage.com" }),
    ],
    ["backup-job-daily", "another database is backed up", job({ PGHOST: "db.elsewhere.example" })],
    ["alert-high-error-rate", "a query of a range", queried({ instant: false, range: true })],
    ["alert-high-error-rate", "a query that does not say", queried({ instant: undefined })],
    [
      "error-tracking-error-rate",
      "an average over days",
      set("errors-error-rate", () => ({ timeWindowSeconds: 259_200 })),
    ],
  ])("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });
});

describe("what a platform may do", () => {
  test.each<[what: string, Edit]>([
    ["deploy from GitLab", native({ repoUrl: "https://gitlab.com/optropic/platform" })],
    [
      "page by the severity of an event",
      pager({ incidentUrgencyRule: { type: "constant", urgency: "severity_based" } }),
    ],
    ["be maintained for an hour", window("2026-11-28T01:00:00Z")],
    [
      "suppress what is only information",
      orchestration({
        conditions: [{ expression: "event.severity matches 'info'" }],
        actions: { suppress: true },
      }),
    ],
    ["route without suppressing", orchestration({ actions: { priority: "P1" } })],
    [
      "redirect to a host without a machine",
      set("edge-redirect", () => ({ type: "A", content: "192.0.2.1" })),
    ],
    [
      "let every role use the schema",
      add(postgresql.grant, "grant", {
        database: "postgres",
        schema: "public",
        objectType: "schema",
        privileges: ["USAGE"],
        role: "public",
      }),
    ],
  ])("%s", (_, edit) => {
    expect(objecting(edit(production))).toEqual([]);
  });
});

describe("what breaks an item of the delivery", () => {
  const deployments = (repository: string): Edit =>
    set("delivery-production-deployments", ({ github }) => ({ github: { ...Object(github), repository } }));
  const schedule = (type: string, inputs: object): Edit =>
    add(`pulumiservice:index:${type}`, "clock", {
      organization: "optropic",
      project: "optropic",
      stack: "production",
      ...inputs,
    });

  test.each<[policy: string, what: string, Edit]>([
    ["pack-enforced", "another repository is deployed", deployments("optropic/playground")],
    [
      "production-environment-reviewed",
      "production is destroyed by the clock",
      schedule("DeploymentSchedule", { pulumiOperation: "destroy", scheduleCron: "0 0 * * *" }),
    ],
    [
      "production-environment-reviewed",
      "production expires",
      schedule("TtlSchedule", { timestamp: "2027-01-31T18:00:00Z" }),
    ],
  ])("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(delivery), policy)).toEqual([policy]);
  });

  test.each(brokenDelivery)("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(delivery), policy)).toEqual([policy]);
  });

  test.each(Object.entries(acceptedDelivery))("and %s does not", (_, edit) => {
    expect(objecting(edit(delivery))).toEqual([]);
  });

  test("and a look for drift by the clock does not", () => {
    expect(
      objecting(
        schedule("DeploymentSchedule", { pulumiOperation: "preview", scheduleCron: "0 0 * * *" })(delivery),
      ),
    ).toEqual([]);
  });

  test("a scope of the delivery leaves out no platform", () => {
    const context = { ...production.context, scope: "delivery" as const };
    const broken = set("edge-min-tls-version", () => ({ value: "1.0" }))({ ...production, context });
    expect(objecting(broken, "tls-minimum-version")).toEqual(["tls-minimum-version"]);
  });
});
