import { describe, expect, it } from "vitest";
import { recipients } from "./recipients.ts";
import { accept, changed, configOf, problemLines, refusal, writtenSettings } from "./stack.ts";

const production = writtenSettings("production");

describe("what is well formed but against the checklist is accepted", () => {
  it.each<[item: string, path: string, value: unknown]>([
    ["4.1", "edge.minTlsVersion", "1.0"],
    ["4.1", "edge.minTlsVersion", "1.1"],
    ["4.2", "edge.alwaysHttps", false],
    ["4.2", "edge.hsts", { maxAgeSeconds: 0, includeSubdomains: false, preload: false }],
    ["4.3", "edge.corsOrigins", ["*"]],
    ["4.3", "edge.corsOrigins", ["http://optropic.example"]],
    ["4.3", "edge.corsOrigins", ["https://*.optropic.example"]],
    ["4.4", "edge.rateLimits.login", { requests: 1_000_000 }],
    ["4.6", "edge.csp", {}],
    ["4.6", "edge.csp", { "script-src": ["'unsafe-inline'", "'unsafe-eval'", "*"] }],
    ["3.3", "database.pitrDays", 0],
    ["3.3", "database.computeSize", "nano"],
    ["3.4", "database.pool.enabled", false],
    ["3.4", "database.pool.mode", "session"],
    ["3.5", "database.sslMode", "disable"],
    ["3.5", "database.enforceSsl", false],
    ["", "database.allowedNetworks", ["0.0.0.0/0", "::/0"]],
    ["", "database.allowedNetworks", []],
    ["2.4", "secrets.length", 32],
    ["2.4", "secrets.length", 8],
    ["2.7", "web.baseUrl", "http://optropic.example"],
    ["2.7", "web.baseUrl", "https://elsewhere.example/app"],
    ["7.4", "api.scaling.enabled", false],
    ["7.4", "api.plan", "free"],
    ["7.5", "database.region", "us-east-1"],
    ["7R.5", "api.autoDeploy", "off"],
    ["8.2", "backups.schedule", "0 3 * * 0"],
    ["8.3", "backups.retentionDays", 7],
    ["6.2", "objectives.p95Ms", 5000],
    ["6.4", "objectives.errorRatePercent", 100],
    ["8.7", "objectives.rpoMinutes", 43_200],
  ])("item %s: %s %j", (_item, path, value) => {
    expect(accept(changed(production, path, value))).toMatchObject(changed({}, path, value));
  });

  it.each([
    [[]],
    [[{ policy: "x" }]],
    [{}],
    [7],
    ["soon"],
    [null],
    [{ a: { b: [[[[[[[[[[[[[1]]]]]]]]]]]]] } }],
  ])("waivers %j, which the policies judge", (waivers) => {
    expect(accept({ ...production, waivers }).waivers).toEqual(waivers);
  });
});

describe("what is malformed or impossible is refused", () => {
  it.each<[path: string, value: unknown]>([
    ["stage", "prod"],
    ["stage", "Production"],
    ["release", "v3.0.0"],
    ["release", "3.0"],
    ["release", "03.0.0"],
    ["project.name", "Optropic"],
    ["project.name", "optropic-"],
    ["project.repository", "platform"],
    ["project.repository", "https://github.com/optropic/platform"],
    ["project.branch", "-x"],
    ["project.branch", "a..b"],
    ["project.branch", "release branch"],
    ["accounts.cloudflare", "0123"],
    ["accounts.renderOwner", "example"],
    ["accounts.vercelTeam", "two words"],
    ["domains.zone", "localhost"],
    ["domains.web", "https://optropic.example"],
    ["domains.web", "Optropic.example"],
    ["domains.web", "optropic.example."],
    ["domains.web", "192.0.2.1"],
    ["domains.api", "api.elsewhere.example"],
    ["domains.api", "notoptropic.example"],
    ["domains.redirect", "optropic.example"],
    ["secrets.length", 3],
    ["secrets.length", 513],
    ["secrets.length", 64.5],
    ["secrets.rotation", ""],
    ["web.baseUrl", "optropic.example"],
    ["web.baseUrl", "ftp://optropic.example"],
    ["web.baseUrl", "javascript:alert(1)"],
    ["web.baseUrl", " https://optropic.example"],
    ["web.baseUrl", "https://user:word@optropic.example"],
    ["web.region", "frankfurt"],
    ["web.nodeVersion", "18.x"],
    ["web.retention.production", "1 year"],
    ["api.region", "fra1"],
    ["api.healthCheckPath", "health"],
    ["api.healthCheckPath", '/health" or true'],
    ["api.healthCheckPath", "/health\\"],
    ["api.scaling.min", 7],
    ["api.scaling.min", 0],
    ["api.scaling.max", 101],
    ["api.scaling.cpuPercent", 0],
    ["api.startCommand", "npm\nrun"],
    ["api.startCommand", ""],
    ["database.region", "eu-central-9"],
    ["database.computeSize", "tiny"],
    ["database.pitrDays", 30],
    ["database.pitrDays", -7],
    ["database.pool.size", 0],
    ["database.pool.mode", "statement"],
    ["database.sslMode", "off"],
    ["database.enforceSsl", "yes"],
    ["database.allowedNetworks.0", "192.0.2.1"],
    ["database.allowedNetworks.0", "192.0.2.0/33"],
    ["database.allowedNetworks.0", "10.1.0.0/16"],
    ["database.allowedNetworks.0", "172.31.0.0/16"],
    ["database.allowedNetworks.0", "192.168.0.0/24"],
    ["database.allowedNetworks.0", "fd00::/8"],
    ["edge.minTlsVersion", "1.4"],
    ["edge.hsts.maxAgeSeconds", -1],
    ["edge.rateLimits.api.periodSeconds", 30],
    ["edge.rateLimits.api.blockSeconds", 0],
    ["edge.corsOrigins.0", "https://optropic.example/"],
    ["edge.corsOrigins.0", "optropic.example"],
    ["edge.corsOrigins.0", "null"],
    ["edge.corsOrigins", []],
    ["edge.certificateAuthorities.0", "Let's Encrypt"],
    ["edge.csp.script-src.0", "'self'; default-src *"],
    ["edge.csp.script-src.0", "a,b"],
    ["edge.csp.script-src.0", "\u00e9.example"],
    ["edge.csp.script-src", "'self'"],
    ["backups.retentionDays", 0],
    ["backups.schedule", "daily"],
    ["backups.schedule", "60 * * * *"],
    ["backups.schedule", "* 24 * * *"],
    ["backups.schedule", "* * 0 * *"],
    ["backups.schedule", "* * * 13 *"],
    ["backups.schedule", "* * * * 8"],
    ["backups.schedule", "*/0 * * * *"],
    ["backups.schedule", "5-1 * * * *"],
    ["backups.schedule", "5/10 * * * *"],
    ["backups.schedule", "0 0 30 2 *"],
    ["backups.schedule", "0 0 1 jan *"],
    ["backups.schedule", "0 0 L * *"],
    ["backups.schedule", "0  0 1 1 *"],
    ["backups.schedule", "0 0 * * * *"],
    ["backups.location", "europe"],
    ["backups.provider", "b2"],
    ["backups.graceMinutes", 0],
    ["backups.jobs", 0],
    ["backups.jobs", 17],
    ["backups.drill.jobs", 0],
    ["backups.drill.jobs", 17],
    ["objectives.errorRatePercent", 101],
    ["objectives.p95Ms", 0.5],
    ["contacts.devops", "on call"],
    ["contacts.devops", "TBD"],
    ["errorTracking.organization", "Example"],
    ["errorTracking.region", "eu"],
    ["errorTracking.keyRateLimit.count", 0],
    ["observability.grafana.url", "http://optropic.grafana.net"],
    ["observability.grafana.url", "https://user@optropic.grafana.net"],
    ["observability.grafana.stackId", "one"],
    ["observability.metricsPath", "metrics"],
    ["observability.scrapeIntervalSeconds", 45],
    ["observability.syntheticProbes", []],
    ["observability.slackChannel", "alerts"],
    ["observability.muteTiming.weekdays.0", "Sunday"],
    ["observability.muteTiming.start", "3:00"],
    ["observability.muteTiming.end", "24:00"],
    ["observability.muteTiming.end", "03:00"],
    ["onCall.people", []],
    ["onCall.timeZone", "Europe/Nowhere"],
    ["onCall.timeZone", "Local"],
    ["onCall.start", "2026-02-31"],
    ["onCall.start", "5 January"],
    ["onCall.handoffHour", 24],
    ["onCall.rotationDays", 0],
    ["onCall.escalation.repeat", 10],
    ["logs.aggregator", "elk"],
    ["logs.endpoint", "logs.example.com"],
    ["logs.syslog", "logs.example.com"],
    ["logs.syslog", "logs.example.com:65536"],
    ["logs.syslog", "tls://logs.example.com:6514"],
    ["loadTest.virtualUsers", 0],
    ["loadTest.durationSeconds", 1],
    ["loadTest.schedule", "weekly"],
    ["links.statusPage", "http://status.optropic.example"],
    ["links.runbooks", "docs/runbooks"],
  ])("%s: %j", (path, value) => {
    const [key = "", item] = splitIndex(path);
    const settings = item === undefined ? changed(production, key, value) : changed(production, key, [value]);
    const lines = problemLines(refusal(configOf(settings)));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${item === undefined ? key : `${key}[0]`}: expected `);
  });

  it.each<[path: string, command: string]>([
    ["api.preDeployCommand", "npx prisma migrate deploy"],
    ["api.startCommand", "pnpm exec prisma@6.2.1 --schema db migrate deploy && node dist/main.js"],
    ["api.buildCommand", "sh -c 'npm ci && npx prisma db push --skip-generate'"],
  ])("%s applies migrations in production: %s", (path, command) => {
    const own = changed(production, path, command);
    expect(problemLines(refusal(configOf(own)))).toEqual([
      expect.stringMatching(
        new RegExp(`^${path}: expected a command that applies no migration.*appliedBy is host`),
      ),
    ]);
    expect(accept(changed(own, "rollout.migration.appliedBy", "host")).stage).toBe("production");
    const worker = { mailer: { kind: "worker", startCommand: command } };
    expect(refusal(configOf(changed(production, "services", worker)))).toContain(
      "services.mailer.startCommand",
    );
  });

  it("but not a command that only looks, nor anything in staging", () => {
    for (const command of ["npx prisma migrate status", "npx prisma generate && npm run build"])
      accept(changed(production, "api.preDeployCommand", command));
    expect(accept(writtenSettings("staging")).api.preDeployCommand).toBe("npx prisma migrate deploy");
  });

  it.each([["0 0 * * *"], ["*/15 0-6,22 1-31/2 * 0,7"], ["59 23 31 12 7"]])(
    "but not the schedule %s",
    (schedule) => {
      expect(accept(changed(production, "backups.schedule", schedule)).backups.schedule).toBe(schedule);
    },
  );
});

const roleOnCall = { name: "Primary on call", email: "primary-on-call@optropic.example" };

describe("defaults", () => {
  it("are the checklist's figures", () => {
    const { secrets, database, edge, backups, objectives } = accept({
      stage: "production",
      release: "3.0.0",
      project: { repository: "optropic/platform" },
      accounts: production.accounts,
      domains: { zone: "optropic.example", web: "optropic.example", api: "api.optropic.example" },
      web: { region: "fra1" },
      api: { region: "frankfurt" },
      database: { region: "eu-central-1", allowedNetworks: [] },
      edge: { corsOrigins: ["https://optropic.example"] },
      backups: { recipients: [...recipients] },
      errorTracking: { organization: "example-organization" },
      observability: { grafana: { url: "https://optropic-example.grafana.net", stackId: "100001" } },
      onCall: { account: "example-optropic", people: [roleOnCall], start: "2026-01-05" },
      logs: production.logs,
      contacts: production.contacts,
      links: production.links,
    });
    expect(secrets.length).toBe(64);
    expect(database).toMatchObject({ pitrDays: 7, sslMode: "require", enforceSsl: true });
    expect(database.pool).toMatchObject({ enabled: true, mode: "transaction" });
    expect(edge).toMatchObject({ minTlsVersion: "1.2", alwaysHttps: true });
    expect(edge.hsts).toEqual({ maxAgeSeconds: 31_536_000, includeSubdomains: true, preload: true });
    expect(edge.rateLimits.login.requests).toBeLessThan(edge.rateLimits.api.requests);
    expect(backups).toEqual({
      provider: "r2",
      retentionDays: 30,
      schedule: "15 2 * * *",
      graceMinutes: 120,
      recipients: [...recipients],
      schemas: [],
      jobs: 1,
      location: "weur",
      jurisdiction: "default",
      drill: { jobs: 2, checks: [], accept: [] },
      copies: [],
    });
    expect(objectives).toEqual({
      rpoMinutes: 1440,
      rtoMinutes: 60,
      p95Ms: 500,
      p99Ms: 1000,
      errorRatePercent: 1,
      memoryPercent: 90,
      databaseConnectionsPercent: 80,
    });
  });

  it("fill in what a mapping leaves out", () => {
    const { edge, api } = accept(
      changed(changed(production, "edge.rateLimits", { api: { requests: 50 } }), "api.scaling", { max: 4 }),
    );
    expect(edge.rateLimits.api).toEqual({ requests: 50, periodSeconds: 60, blockSeconds: 600 });
    expect(edge.rateLimits.login.requests).toBe(10);
    expect(api.scaling).toMatchObject({ enabled: true, min: 2, max: 4 });
  });
});

function splitIndex(path: string): string[] {
  return path.split(/\.(?=0$)/);
}
