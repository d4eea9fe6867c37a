import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import { isInZones, productionZones } from "../../loadtest/production.ts";
import { readyGoTool } from "../../tools/go-tool.ts";
import { k6 } from "../../tools/go-tools.ts";
import { startService, user } from "./service.ts";

const root = join(import.meta.dirname, "..", "..");

// The command would build it in the middle of a test.
beforeAll(() => {
  readyGoTool(k6);
});

const short = ["--virtual-users", "2", "--duration", "2", "--pause", "1"];

// By itself: staging's objectives are of half a second.
describe("npm run loadtest", () => {
  it("judges staging's plan by its objectives, and keeps the summary", async () => {
    await using service = await startService();
    const summary = join(await mkdtemp(join(tmpdir(), "loadtest-")), "summary.json");
    const { status, output } = await loadtest("--target", service.url, ...short, "--summary", summary);
    expect(output).toContain("p(95)<500");
    expect(status).toBe(0);
    expect(service.seen.some(({ path }) => path === "/api/trpc/login")).toBe(true);
    const { metrics } = JSON.parse(await readFile(summary, "utf8"));
    expect(metrics.http_req_duration.thresholds).toMatchObject({ "p(95)<500": false, "p(99)<1000": false });
  });
});

describe.concurrent("npm run loadtest", () => {
  it("exits 1 where the service is slow", async () => {
    await using service = await startService({ delayMs: () => 700 });
    expect((await loadtest("--target", service.url, ...short)).status).toBe(1);
  });

  it.each([
    ["the production stack", ["--stack", "production"], "https://optropic.example"],
    ["the API of production", ["--target", "https://api.optropic.example"], "https://api.optropic.example"],
    ["a page of production", ["--web", "https://www.optropic.example./"], "https://www.optropic.example."],
  ])("refuses %s and sends nothing", async (_, flags, url) => {
    const { status, output } = await loadtest(...flags);
    expect(output).toContain(`${url} is production; pass --allow-production to put it under load`);
    expect(status).toBe(2);
  });

  it.each([
    ["an unknown stack", ["--stack", "nowhere"], "its stacks are production, staging"],
    ["an unknown profile", ["--profile", "spike"], "load, soak"],
    ["a target that is no URL", ["--target", "localhost"], "Expected an http or https URL"],
    ["no users", ["--virtual-users", "0"], "at least 1"],
  ])("cannot tell with %s", async (_, flags, words) => {
    const { status, output } = await loadtest(...flags);
    expect(output).toContain(words);
    expect(status).toBe(2);
  });

  it("says what it takes", async () => {
    const { status, output } = await loadtest("--help");
    expect(output).toContain("npm run loadtest -- --stack staging --profile soak");
    expect(status).toBe(0);
  });
});

test("production is every zone of a stack of that stage, and nothing that only looks like it", () => {
  const zones = productionZones(root);
  expect(zones).toEqual(["optropic.example"]);
  for (const url of ["https://optropic.example", "https://API.optropic.example./x"]) {
    expect(isInZones(url, zones)).toBe(true);
  }
  for (const url of [
    "https://optropic-staging.example",
    "https://notoptropic.example",
    "http://127.0.0.1:1",
  ]) {
    expect(isInZones(url, zones)).toBe(false);
  }
});

async function loadtest(...args: string[]): Promise<{ status: unknown; output: string }> {
  const child = spawn(process.execPath, [join(root, "loadtest", "run.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LOADTEST_PASSWORD: user.password },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [status] = await once(child, "close");
  return { status, output };
}
