import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { LoadTest } from "../../components/load-test.ts";
import type { LoadTestPlan } from "../../loadtest/plan.ts";
import { readyGoTool } from "../../tools/go-tool.ts";
import { k6 } from "../../tools/go-tools.ts";
import { record } from "../components/recorder.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { type Service, startService, user } from "./service.ts";

/** The script in real k6, against a service on loopback. */
const script = join(import.meta.dirname, "..", "..", "loadtest", "k6-loadtest.js");
const command = readyGoTool(k6);

function planFor({ url }: Service, changes: Partial<LoadTestPlan> = {}): LoadTestPlan {
  return {
    webUrl: url,
    apiUrl: url,
    healthCheckPath: "/api/health",
    loginPath: "/api/trpc/login",
    paths: ["/api/orders"],
    user: user.email,
    virtualUsers: 3,
    pauseSeconds: 0.2,
    durationSeconds: 3,
    soakMinutes: 60,
    loadZone: "amazon:de:frankfurt",
    objectives: patient,
    ...changes,
  };
}

/** Objectives that a machine meets which has more to do, and those of the tests of what is slow. */
const patient = { p95Ms: 20_000, p99Ms: 30_000, errorRatePercent: 1 };
const strict = { ...patient, p95Ms: 500 };

const holds = 0;
const thresholdsCrossed = 99;

describe.concurrent("the load test", () => {
  it("passes on a healthy service, with each user logged in once and for good", async () => {
    await using service = await startService();
    const { status, output } = await runK6(planFor(service));
    expect(output).toMatch(/✓ .*p\(95\)<20000.*p\(99\)<30000/s);
    expect(status).toBe(holds);
    const logins = service.seen.filter(({ path }) => path === "/api/trpc/login");
    expect(logins).toHaveLength(3);
    const orders = service.seen.filter(({ path }) => path === "/api/orders");
    expect(orders.length).toBeGreaterThan(3);
    expect(orders.every(({ session, agent }) => session && agent === "optropic-loadtest")).toBe(true);
  });

  it("fails on a slow service", async () => {
    await using service = await startService({ delayMs: () => 600 });
    const { status, output } = await runK6(planFor(service, { objectives: strict }));
    expect(output).toMatch(/✗ .*p\(95\)<500/);
    expect(status).toBe(thresholdsCrossed);
  });

  it("fails on one slow route among quick ones", async () => {
    await using service = await startService({ delayMs: (path) => (path === "/api/orders" ? 2500 : 0) });
    const { status, output } = await runK6(planFor(service, { objectives: { ...patient, p95Ms: 2000 } }));
    expect(output).toMatch(/\{ ?name:\/api\/orders ?\}\s+✗/);
    expect(output).toMatch(/\{ ?name:health ?\}\s+✓/);
    expect(status).toBe(thresholdsCrossed);
  });

  it("fails where one request in twenty fails", async () => {
    const status = (path: string, answer: number): number =>
      path !== "/api/trpc/login" && answer % 20 === 1 ? 500 : 200;
    await using service = await startService({ status });
    const run = await runK6(planFor(service));
    expect(run.output).toMatch(/✗ .*rate<=0\.01/);
    expect(run.status).toBe(thresholdsCrossed);
  });

  it("fails where the login is refused, which is tried once", async () => {
    await using service = await startService();
    const { status } = await runK6(planFor(service), "wrong");
    expect(service.seen.filter(({ path }) => path === "/api/trpc/login")).toHaveLength(3);
    expect(status).toBe(thresholdsCrossed);
  });

  it("logs nobody in where there is no user or no password", async () => {
    await using service = await startService();
    const { status } = await runK6(planFor(service, { paths: [] }), null);
    expect(service.seen.some(({ path }) => path === "/api/trpc/login")).toBe(false);
    expect(status).toBe(holds);
  });

  it("fails on a service that is not there", async () => {
    const gone = await startService();
    await gone[Symbol.asyncDispose]();
    expect((await runK6(planFor(gone))).status).toBe(thresholdsCrossed);
  });
});

describe("the stages", () => {
  it.each([
    ["load", 300, ["60s", "180s", "60s"]],
    ["load", 10, ["2s", "6s", "2s"]],
    ["soak", 300, ["300s", "3000s", "300s"]],
  ])("of a %s of %i seconds ramp up, hold and ramp down", async (profile, durationSeconds, durations) => {
    const plan = { ...planFor({ url: "http://localhost", seen: [], [Symbol.asyncDispose]: async () => {} }) };
    const { status, output } = await run(["inspect", "--include-system-env-vars", script], {
      LOADTEST_PLAN: JSON.stringify({ ...plan, durationSeconds, virtualUsers: 7 }),
      LOADTEST_PROFILE: profile,
    });
    expect(status).toBe(holds);
    const { users } = JSON.parse(output).scenarios;
    expect(users.stages).toEqual([
      { duration: expect.stringMatching(asGo(durations[0])), target: 7 },
      { duration: expect.stringMatching(asGo(durations[1])), target: 7 },
      { duration: expect.stringMatching(asGo(durations[2])), target: 1 },
    ]);
  });

  it("are those of the script that runs on Grafana Cloud, whose plan is in front of it", async () => {
    const settings = accept(writtenSettings("staging"));
    const { named } = await record(
      (opts) => new LoadTest("load-test", { ...settings, password: "pa55" }, opts),
    );
    const { secret } = z.object({ secret: z.string() }).parse(named("load-test-test").inputs.script);
    const file = join(await mkdtemp(join(tmpdir(), "k6-")), "script.js");
    await writeFile(file, secret);
    const { status, output } = await run(["inspect", file], {});
    expect(status).toBe(holds);
    expect(JSON.parse(output)).toMatchObject({
      scenarios: { users: { stages: [{ duration: "1m0s", target: 10 }, { target: 10 }, { target: 1 }] } },
      thresholds: { http_req_duration: ["p(95)<500", "p(99)<1000"], http_req_failed: ["rate<=0.01"] },
      cloud: { distribution: { users: { loadZone: "amazon:de:frankfurt", percent: 100 } } },
    });
  });

  it("cannot be told without a plan", async () => {
    const { status, output } = await run(["inspect", "--include-system-env-vars", script], {});
    expect(output).toContain("npm run loadtest");
    expect(status).not.toBe(holds);
  });
});

/** Go writes 300s as 5m0s. */
function asGo(duration = ""): RegExp {
  const seconds = Number.parseInt(duration, 10);
  const minutes = Math.floor(seconds / 60);
  return new RegExp(minutes === 0 ? `^${seconds}s$` : `^${minutes}m${seconds % 60}s$`);
}

function runK6(plan: LoadTestPlan, password: string | null = user.password) {
  return run(["run", "--no-usage-report", "--address=", "--quiet", "--no-color", script], {
    LOADTEST_PLAN: JSON.stringify(plan),
    ...(password === null ? {} : { LOADTEST_PASSWORD: password }),
  });
}

async function run(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ status: unknown; output: string }> {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [status] = await once(child, "close");
  return { status, output };
}
