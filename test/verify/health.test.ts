import { describe, expect, it } from "vitest";
import { keptBy } from "../../verify/health/caching.ts";
import { healthIn } from "../../verify/health/shapes.ts";
import type { HttpAnswer } from "../../verify/network/http.ts";

function answer(body: string, headers: Readonly<Record<string, string>> = {}, status = 200): HttpAnswer {
  const all = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const bytes = Buffer.from(body);
  return { status, headers: all, body, bytes, sentBytes: bytes.length, durationMs: 1 };
}

describe("the body of a health check", () => {
  it.each([
    '{"status":"ok"}',
    '{"status":"UP","components":{"db":{"status":"UP"},"disk":{"status":"UP"}}}',
    '{"status":"pass","checks":{"postgres:responseTime":[{"componentType":"datastore","status":"pass"}]}}',
    '{"status":"ok","info":{"database":{"status":"up"}},"error":{},"details":{"database":{"status":"up"}}}',
    '{"ok":true}',
    '{"healthy":true,"details":{"beta":false}}',
    '{"status":"ok","checks":{"queue":{"status":"idle"}}}',
    '{"status":"ok","errors":[],"error":null,"maintenance":false,"readOnly":false,"queue":{"failed":0}}',
    '{"status":"ok","error":{},"details":{"database":{"status":"up","latencyMs":3,"error":null}}}',
    "OK",
    '"ok"',
  ])("says that all is well: %s", (body) => {
    const type = body.startsWith("{") ? "application/json" : "text/plain";
    expect(healthIn(answer(body === '"ok"' ? "ok\n" : body, { "content-type": type })).isWell).toBe(true);
  });

  it.each([
    '{"status":"degraded"}',
    '{"status":"ok","checks":{"database":"down"}}',
    '{"status":"ok","dependencies":{"database":false}}',
    '{"status":"UP","components":{"db":{"status":"DOWN"}}}',
    '{"status":"pass","checks":{"postgres":[{"status":"fail"}]}}',
    '{"status":"ok","details":{"database":{"status":"down"}}}',
    '{"ok":false}',
    '{"status":"ok","healthy":false}',
    '{"status":"ok","database":{"connected":false}}',
    '{"status":"ok","redis":false}',
    '{"status":"ok","errors":["the database did not answer"]}',
    '{"status":"ok","error":"the database did not answer"}',
    '{"status":"ok","dependencies":{"postgres":"error: connection refused"}}',
    '{"status":"ok","info":{"eu":{"pool":{"database":{"status":"unhealthy"}}}}}',
    '{"status":"ok","database":"connect ECONNREFUSED 10.0.0.7:5432"}',
    '{"status":"ok","db":"PrismaClientInitializationError: the server is gone"}',
    '{"status":"ok","checks":{"redis":"reconnecting"}}',
    '{"status":"ok","services":{"search":{"status":"red"}}}',
    '{"status":"ok","checks":{"queue":"not ready"}}',
    '{"status":"ok","database":"could not connect to the server"}',
    "<!doctype html><title>ok</title>",
    "",
    "[]",
    "null",
    '{"__proto__":{"status":"ok"}}',
  ])("says nothing of that: %s", (body) => {
    expect(healthIn(answer(body)).isWell).toBe(false);
  });

  it("is read as deep as a person would write it, and no deeper", () => {
    const deep = `{"status":"ok","checks":${'{"a":{"checks":'.repeat(5000)}{}${"}}".repeat(5000)}}`;
    expect(() => healthIn(answer(deep))).not.toThrow();
  });

  it("may be empty with a status that says so", () => {
    expect(healthIn(answer("", {}, 204)).isWell).toBe(true);
  });
});

describe("caching", () => {
  it.each([
    [{}, undefined],
    [{ "cache-control": "public, max-age=0, must-revalidate", age: "0" }, undefined],
    [{ "cache-control": "no-store, max-age=60" }, undefined],
    [{ "cache-control": "private, max-age=60" }, undefined],
    [{ "cache-control": "public, max-age=60" }, /max-age=60/],
    [{ "cache-control": "max-age=0, s-maxage=10" }, /s-maxage/],
    [{ "cache-control": "max-age=0, stale-while-revalidate=60" }, /stale/],
    [{ "cache-control": "no-cache", "cdn-cache-control": "max-age=60" }, /cdn-cache-control/],
    [{ age: "7" }, /age: 7/],
  ])("is told from %j", (headers, kept) => {
    const found = keptBy(answer("", headers));
    if (kept === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(kept);
  });
});
