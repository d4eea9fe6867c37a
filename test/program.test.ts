import { describe, expect, it } from "vitest";
import type { PreviewDocument } from "../preview/index.ts";
import { type Ended, run as runCommand } from "./cli/command.ts";
import { judged } from "./cli/judged.ts";

// The whole program with its own policy pack, by the real command, as a person and CI run it.

describe.concurrent("the shipped stacks", () => {
  it("holds in production", async () => {
    const { status, document } = await judged();
    expect(mandatory(document)).toEqual([]);
    expect(status).toBe(0);
    expect(document.summary.advisory).toBe(0);
    for (const item of ["2.4", "3.3", "4.1", "5.1", "5.9", "7.4", "7V.2", "7R.5", "S6.4", "A.1", "C.8"]) {
      expect(passed(document), item).toContain(item);
    }
    for (const item of ["8.1", "8.2", "8.3", "8.6", "8.7"]) expect(passed(document), item).toContain(item);
  });

  it("holds with backups at another store that speaks S3", async () => {
    const settings = onS3.flatMap((setting) => ["--config", setting]);
    const { status, document } = await judged(...settings);
    expect(mandatory(document)).toEqual([]);
    expect(status).toBe(0);
    for (const item of ["3.2", "8.1", "8.2", "8.3"]) expect(passed(document), item).toContain(item);
    expect(document.resources.filter(({ type }) => /r2Bucket|accountToken/.test(type))).toEqual([]);
  });

  it("holds in staging, where what only production needs is advice", async () => {
    const { status, document } = await judged("--stack", "staging");
    expect(mandatory(document)).toEqual([]);
    expect(status).toBe(0);
    expect(document.stack).toBe("staging");
  });

  it("shares no name at a vendor between the stages", async () => {
    const [production, staging] = await Promise.all([judged(), judged("--stack", "staging")]);
    const names = (document: PreviewDocument): unknown[] =>
      document.resources
        .filter(({ type }) => /(zone:Zone|project:Project|webService|envGroup|cronJob|r2Bucket):?/.test(type))
        .map(({ inputs }) => inputs.name)
        .filter((name) => typeof name === "string");
    expect(names(production.document).length).toBeGreaterThan(6);
    expect(names(production.document).filter((name) => names(staging.document).includes(name))).toEqual([]);
  });

  it("protects what holds data and what secrets are made of", async () => {
    const { document } = await judged();
    const unprotected = document.resources.filter(
      ({ type, protect }) =>
        /(RandomPassword|supabase:index\/project|zone:Zone|r2Bucket:)/.test(type) && !protect,
    );
    expect(unprotected.map(({ urn }) => urn)).toEqual([]);
  });
});

const onS3 = ["backups.provider=s3", 'backups.s3={"endpoint":"https://s3.example.com"}'];

describe.concurrent("a setting against the checklist", () => {
  it.each([
    ["a lower TLS version", "4.1", ["edge.minTlsVersion=1.0"]],
    ["no point-in-time recovery", "3.3", ["database.pitrDays=0"]],
    ["a compute size without point-in-time recovery", "3.3", ["database.computeSize=micro"]],
    ["a 32-character JWT_SECRET", "2.4", ["secrets.length=32"]],
    ["a 32-character SECRET_KEY", "2.5", ["secrets.length=32"]],
    ["a wildcard CORS origin", "4.3", ['edge.corsOrigins=["*"]']],
    ["http in BASE_URL", "2.7", ["web.baseUrl=http://optropic.example"]],
    ["no connection pooling", "3.4", ["database.pool.enabled=false"]],
    ["plaintext database connections", "3.5", ["database.sslMode=disable"]],
    ["TLS not enforced at the database", "3.5", ["database.enforceSsl=false"]],
    ["plain http", "4.2", ["edge.alwaysHttps=false"]],
    ["HSTS for a day", "4.2", ["edge.hsts.maxAgeSeconds=86400"]],
    ["a login limit no tighter than the API's", "4.4", ["edge.rateLimits.login.requests=300"]],
    [
      "inline scripts",
      "4.6",
      [`edge.csp={"default-src":["'self'"],"script-src":["'self'","'unsafe-inline'"]}`],
    ],
    ["no autoscaling", "7.4", ["api.scaling.enabled=false"]],
    ["a host far from the database", "7.5", ["api.region=singapore"]],
    ["no automatic deployment", "7R.5", ["api.autoDeploy=off"]],
    ["a rotation of one person", "S6.4", ['onCall.people=[{"name":"One","email":"one@optropic.example"}]']],
    ["a P95 objective of 800 ms", "A.2", ["objectives.p95Ms=800"]],
    ["a P99 objective of 2 s", "A.2", ["objectives.p99Ms=2000"]],
    ["an error objective of 2 %", "A.1", ["objectives.errorRatePercent=2"]],
    ["memory watched at 99 % only", "A.4", ["objectives.memoryPercent=99"]],
    ["connections watched at 100 % only", "A.5", ["objectives.databaseConnectionsPercent=100"]],
    ["backups kept for a week", "8.3", ["backups.retentionDays=7"]],
    ["backups once a week", "8.2", ["backups.schedule=15 2 * * 0"]],
    [
      "less to be lost than lies between two backups, without point-in-time recovery",
      "8.7",
      ["objectives.rpoMinutes=60", "database.pitrDays=0"],
    ],
    ["backups kept for a week at another store", "8.3", [...onS3, "backups.retentionDays=7"]],
    ["a private key in a command", "8.1", ["api.startCommand=run AGE-SECRET-KEY-1EXAMPLE"]],
  ])("%s exits 1 and names item %s", async (_, item, settings) => {
    const { status, document } = await judged(...settings.flatMap((setting) => ["--config", setting]));
    expect(mandatory(document).flatMap(({ items }) => items)).toContain(item);
    expect(status).toBe(1);
  });

  it("says what is wrong and how to fix it, to a person", async () => {
    const { status, stdout } = await run("preview", "--config", "edge.minTlsVersion=1.0");
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ .*4\.1/);
    expect(stdout).toMatch(/1\.0/);
    expect(stdout).toMatch(/Fix: /);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^Checklist: \d+ of 175 items enforced/);
  });
});

describe.concurrent("a setting that is malformed", () => {
  it("is refused before any resource is declared, every problem at once", async () => {
    const { status, stdout, stderr } = await run(
      "preview",
      ...["--config", "edge.minTlsVersion=9", "--config", "databse={}", "--config", "api.scaling.min=many"],
    );
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("edge.minTlsVersion");
    expect(stderr).toContain("api.scaling.min");
    expect(stderr).toMatch(/databse.*database/s);
  });
});

function run(...args: string[]): Promise<Ended> {
  return runCommand(args, { NO_COLOR: "1" });
}

function mandatory(document: PreviewDocument): PreviewDocument["policies"] {
  return document.policies.filter(
    ({ status, enforcement }) => status === "violated" && enforcement === "mandatory",
  );
}

function passed(document: PreviewDocument): string[] {
  return document.policies.filter(({ status }) => status === "passed").flatMap(({ items }) => items);
}
