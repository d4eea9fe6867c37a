import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import { findK6, K6Missing, k6Version } from "../../loadtest/k6.ts";
import { isInZones, productionZones } from "../../loadtest/production.ts";
import { startService, user } from "./service.ts";

const root = join(import.meta.dirname, "..", "..");

beforeAll(async () => {
  await findK6();
}, 900_000);

const short = ["--virtual-users", "2", "--duration", "2", "--pause", "1"];

describe.concurrent("npm run loadtest", () => {
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
    expect(output).toContain(`${url} is production: nothing is sent to it without --allow-production.`);
    expect(status).toBe(2);
  });

  it.each([
    ["an unknown stack", ["--stack", "nowhere"], "its stacks are production, staging"],
    ["an unknown profile", ["--profile", "spike"], "load, soak"],
    ["a target that is no URL", ["--target", "localhost"], "not an http or https URL"],
    ["no users", ["--virtual-users", "0"], "1 or more"],
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

describe("k6 where the path has none", () => {
  it("is built once by Go, and then found", async () => {
    const { environment, cache } = await machineWith(`echo k6 > "$GOBIN/k6"`);
    const said: string[] = [];
    const built = join(cache, k6Version, "k6");
    expect(await findK6(environment, (text) => said.push(text), cache)).toBe(built);
    expect(await findK6(environment, (text) => said.push(text), cache)).toBe(built);
    expect(said).toEqual([expect.stringContaining(`building ${k6Version} with Go`)]);
    expect(await readdir(cache)).toEqual([k6Version]);
  });

  it("is missing where Go cannot build it, which leaves nothing behind", async () => {
    const { environment, cache } = await machineWith("echo 'go: no such host' >&2; exit 1");
    await expect(findK6(environment, undefined, cache)).rejects.toThrow(
      /go install failed: go: no such host/,
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it("is missing where there is no Go, and how to get it is said", async () => {
    const cache = await mkdtemp(join(tmpdir(), "no-go-"));
    await expect(findK6({ PATH: cache }, undefined, cache)).rejects.toThrow(K6Missing);
    await expect(findK6({ PATH: cache }, undefined, cache)).rejects.toThrow(/install-k6.*Go 1\.21/);
  });
});

/** A path with nothing but a `go`, whose install is a line of shell. */
async function machineWith(install: string): Promise<{ environment: NodeJS.ProcessEnv; cache: string }> {
  const folder = await mkdtemp(join(tmpdir(), "go-"));
  const cache = join(folder, "cache");
  await mkdir(cache);
  await writeFile(join(folder, "go"), `#!/bin/sh\n[ "$1" = version ] && exit 0\n${install}\n`, {
    mode: 0o755,
  });
  return { environment: { PATH: folder }, cache };
}

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
