import { describe, expect, it } from "vitest";
import { judge, refusing } from "./recording/judge.ts";
import { recordPlatform } from "./recording/stacks.ts";

// One setting of production changed: what the pack refuses then. The program runs in this process; that a pack
// sees the same in a preview by the real command is tested in recording/.

const onS3 = ["backups.provider=s3", 'backups.s3={"endpoint":"https://s3.example.com"}'];

describe("a setting against the checklist", () => {
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
  ])("%s names item %s", async (_, item, settings) => {
    const { resources, context } = await recordPlatform("production", ...settings);
    expect(refusing(judge(resources, context)).flatMap(({ policy }) => policy.items)).toContain(item);
  });

  it("of production as it is refuses nothing", async () => {
    const { resources, context } = await recordPlatform();
    expect(refusing(judge(resources, context)).map(({ policy }) => policy.name)).toEqual([]);
  });
});
