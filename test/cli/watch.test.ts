import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { runHere as run } from "./here.ts";

const token = "canary-prometheus";
const folder = mkdtempSync(join(tmpdir(), "watch-"));
/** What people were told. */
const told: string[] = [];
let stop: (() => void) | undefined;

afterEach(() => stop?.());
afterAll(() => rmSync(folder, { recursive: true }));

/** A server with the API of Prometheus, on which each series has one value; a refusal for another token. */
async function prometheus(value: (query: string, at: number) => string, published?: string): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? "", "http://localhost");
    if (pathname.endsWith("/releases/latest")) {
      response.writeHead(published === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(published === undefined ? { message: "Not Found" } : { published_at: published }),
      );
      return;
    }
    if (pathname === "/slack") {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      request.on("end", () => {
        told.push(text);
        response.end("ok");
      });
      return;
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end("{}");
      return;
    }
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(searchParams.get(name)));
    const values: [number, string][] = [];
    for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 1)
      values.push([at, value(searchParams.get("query") ?? "", at)]);
    const result = [{ metric: { host: "api" }, values }];
    response.writeHead(pathname === "/api/v1/query_range" ? 200 : 404, {
      "content-type": "application/json",
    });
    response.end(JSON.stringify({ status: "success", data: { resultType: "matrix", result } }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  stop = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const good = (query: string): string => (query.includes("probe_success") ? "1" : "0.001");
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

describe("optropic watch", () => {
  it("waits for the next hour while all holds, and is done after a day", async () => {
    const env = { PROMETHEUS_URL: await prometheus(good), PROMETHEUS_TOKEN: token };
    const early = await run(["watch", "--since", ago(2), "--json"], env);
    expect(early.status).toBe(3);
    expect(JSON.parse(early.stdout)).toMatchObject({ hours: [{ hour: 1 }], nextAt: expect.any(String) });
    const done = await run(["watch", "--since", ago(30)], env);
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout).toMatch(/✓ The first day holds\.\n$/);
  });

  it("says what does not hold and how to go back", async () => {
    const env = { PROMETHEUS_URL: await prometheus(() => "0.99"), PROMETHEUS_TOKEN: token };
    const { status, stdout } = await run(["watch", "--since", ago(2)], env);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ +H1\.2 +watch-error-rate +host=api +median 0\.99, limit 0\.01/);
    expect(stdout).toContain("npx optropic rollback");
  });

  it("looks at the last hour between the hours, and tells people of each breakage once", async () => {
    // It held in the first hour, and broke after that.
    const since = ago(3);
    const url = await prometheus((query, at) =>
      query.includes("probe_success") || at < Date.now() / 1000 - 3600 ? good(query) : bad(query),
    );
    let bad = (query: string): string => (query.includes("http_requests") ? "0.5" : good(query));
    const env = { PROMETHEUS_URL: url, PROMETHEUS_TOKEN: token, ANNOUNCE_SLACK_WEBHOOK_URL: `${url}/slack` };
    const args = ["watch", "--since", since, "--journal", join(folder, "journal.sqlite")];
    const quiet = await run(args, env);
    expect(quiet).toMatchObject({ status: 1, stdout: expect.stringMatching(/The last hour\n.*✗ +H1\.2/s) });
    expect(told).toEqual([]);
    const loud = await run([...args, "--notify"], env);
    expect(loud).toMatchObject({ status: 1, stderr: "" });
    expect(await run([...args, "--notify"], env)).toMatchObject({ status: 1 });
    expect(told).toEqual([
      expect.stringMatching(/does not hold.*Fewer requests must fail.*optropic rollback/s),
    ]);
    bad = () => "0.99";
    expect(await run([...args, "--notify"], env)).toMatchObject({ status: 1 });
    expect(told).toHaveLength(2);
    const deaf = await run([...args.slice(0, 4), join(folder, "other.sqlite"), "--notify"], {
      ...env,
      ANNOUNCE_SLACK_WEBHOOK_URL: "http://127.0.0.1:1/canary-hook",
    });
    expect(deaf).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("Nobody was told there: slack"),
    });
    expect(deaf.stderr).not.toContain("canary");
  });

  it("tells people that nothing can tell, and does not go back without knowing from what", async () => {
    told.length = 0;
    const url = await prometheus(() => "NaN");
    const env = { PROMETHEUS_URL: url, PROMETHEUS_TOKEN: token, ANNOUNCE_SLACK_WEBHOOK_URL: `${url}/slack` };
    const args = ["watch", "--since", ago(3), "--journal", join(folder, "silent.sqlite")];
    const silent = await run([...args, "--auto-rollback", "--commit", "1".repeat(40)], env);
    expect(silent).toMatchObject({ status: 2, stdout: expect.stringContaining("? Could not tell") });
    expect(told).toEqual([expect.stringContaining("nothing can tell whether it holds")]);
    const unnamed = await run([...args, "--auto-rollback", "--commit", "v1"], env);
    expect(unnamed).toMatchObject({ status: 2, stderr: expect.stringContaining("pass --commit, in full") });
  });

  it("cannot tell with a token that is refused, and never shows one", async () => {
    const env = { PROMETHEUS_URL: await prometheus(good), PROMETHEUS_TOKEN: "canary-other" };
    const { status, stdout, stderr } = await run(["watch", "--since", ago(2)], env);
    expect(status).toBe(2);
    expect(stdout + stderr).not.toContain("canary");
    const nowhere = await run(["watch", "--since", ago(2)], { PROMETHEUS_URL: "", PROMETHEUS_TOKEN: token });
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining("PROMETHEUS_URL") });
    const local = await run(["watch", "--since", "2026-11-27T12:00:00"], env);
    expect(local).toMatchObject({ status: 2, stderr: expect.stringContaining("with its time zone") });
    const future = await run(["watch", "--since", ago(-2)], env);
    expect(future).toMatchObject({ status: 2, stderr: expect.stringContaining("in the future") });
  });

  it("takes the moment from the newest release, for a schedule that ends quietly", async () => {
    const args = ["watch", "--since", "release", "--scheduled"];
    const at = async (published: string | undefined) => {
      const url = await prometheus(good, published);
      return {
        PROMETHEUS_URL: url,
        PROMETHEUS_TOKEN: token,
        GITHUB_API_URL: url,
        GITHUB_TOKEN: "canary-github",
      };
    };
    const early = await run(args, await at(ago(2)));
    expect(early).toMatchObject({ status: 0, stderr: "" });
    expect(early.stdout).toContain("… So far it holds");
    stop?.();
    const over = await run(args, await at(ago(31)));
    expect(over).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^The first day after .* is over\.\n$/),
    });
    stop?.();
    const none = await run(args, await at(undefined));
    expect(none.status).toBe(2);
    expect(none.stderr).toContain("When the newest release was published is not known");
    expect(none.stdout + none.stderr).not.toContain("canary");
  });
});
