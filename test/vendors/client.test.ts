import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { baseUrlOf } from "../../vendors/base-url.ts";
import { VendorClient, type VendorOptions } from "../../vendors/client.ts";
import type { Clock } from "../../vendors/clock.ts";
import { path } from "../../vendors/path.ts";
import { VendorProblem } from "../../vendors/problem.ts";
import { retryAfterMs } from "../../vendors/retry-after.ts";
import { type FakeServer, type Misbehavior, startFake } from "./fake/server.ts";

const token = "canary-token-1a2b3c4d";
const thing = z.object({ name: z.string() });

let server: FakeServer;
let elsewhere: FakeServer;
beforeAll(async () => {
  const routes = {
    "GET /things/:id": ({ parts }: { parts: readonly string[] }) => ({ body: { name: parts[0] } }),
    "POST /things": () => ({ status: 201, body: { name: "new" } }),
  };
  server = await startFake([{ prefix: "api", authorization: `Bearer ${token}`, routes }]);
  elsewhere = await startFake([]);
});
afterAll(() => Promise.all([server.stop(), elsewhere.stop()]));
beforeEach(() => {
  server.behave();
  elsewhere.behave();
});

/** A clock that moves only by waiting. */
function driven(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = Date.parse("2026-11-28T12:00:00Z");
  return {
    waits,
    now: () => now,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

function client(given: Partial<VendorOptions> = {}): VendorClient {
  return new VendorClient({
    vendor: "Example",
    baseUrl: new URL(`${server.url}/api`),
    token: { variable: "EXAMPLE_TOKEN", value: token },
    clock: driven(),
    ...given,
  });
}

const get = { path: path`/things/${"a/b"}`, right: "read things", schema: thing };
const post = { ...get, method: "POST", path: "/things" } as const;

async function problemOf(asking: Promise<unknown>): Promise<VendorProblem> {
  const error = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof VendorProblem) return error;
  throw new Error("It was no problem of a vendor", { cause: error });
}

describe("a client of a vendor", () => {
  it("reads an answer by its schema and hands it out as it came", async () => {
    const recorded: string[] = [];
    const record = (raw: Uint8Array) => recorded.push(Buffer.from(raw).toString());
    expect(await client({ record }).ask(get)).toEqual({ name: "a/b" });
    expect(recorded).toEqual(['{"name":"a/b"}']);
  });

  it.each([undefined, "", " ", "two words", "with\nnewline", "ä"])(
    "sends nothing without a token: %j",
    async (value) => {
      const problem = await problemOf(client({ token: { variable: "EXAMPLE_TOKEN", value } }).ask(get));
      expect(problem.reason).toBe("no-credential");
      expect(problem.message).toContain("EXAMPLE_TOKEN");
      if (value?.trim()) expect(problem.message).not.toContain(value);
      expect(server.requests).toEqual([]);
    },
  );

  it.each<[string, Misbehavior, string]>([
    ["401", { kind: "status", status: 401 }, "no-right"],
    ["403", { kind: "status", status: 403 }, "no-right"],
    ["404", { kind: "status", status: 404 }, "not-found"],
    ["409", { kind: "status", status: 409 }, "conflict"],
    ["another form", { kind: "status", status: 200, body: { name: 1 } }, "not-understood"],
    ["no JSON", { kind: "text", text: "<html>" }, "not-understood"],
    ["an empty answer", { kind: "text", text: "" }, "not-understood"],
    ["an endless answer", { kind: "endless" }, "too-large"],
    [
      "many encodings",
      {
        kind: "status",
        status: 200,
        headers: { "content-encoding": "gzip,".repeat(1000), connection: "close" },
      },
      "not-understood",
    ],
  ])("does not ask again after %s", async (_, misbehavior, reason) => {
    server.misbehave("api", misbehavior);
    const problem = await problemOf(client().ask(get));
    expect(problem).toMatchObject({ reason, kind: "refused" });
    expect(problem.message).toMatch(/^Example, GET \/things\/a%2Fb: /);
    expect(server.requests).toHaveLength(1);
  });

  it("names the right that is missing, and hides a token that the vendor repeats", async () => {
    const body = { error: { message: `no scope for ${token}\u001b[31m` } };
    server.misbehave("api", { kind: "status", status: 403, body });
    const { message } = await problemOf(client().ask(get));
    expect(message).toContain("lacks the right to read things (no scope for [secret]·[31m)");
  });

  it.each<Misbehavior>([{ kind: "silent" }, { kind: "slow" }])(
    "gives up one that is $kind",
    async (misbehavior) => {
      server.misbehave("api", misbehavior);
      const problem = await problemOf(client({ limits: { requestMs: 60 } }).ask(get));
      expect(problem.reason).toBe("timed-out");
    },
  );

  it("follows no redirect, and sends the token to no other host", async () => {
    server.misbehave("api", { kind: "redirect", to: `${elsewhere.url}/api/things/x` });
    expect((await problemOf(client().ask(get))).reason).toBe("unreachable");
    expect(elsewhere.requests).toEqual([]);
  });

  it("refuses a path that leads to another host", async () => {
    await expect(
      client({ baseUrl: new URL(server.url) }).ask({ ...get, path: "//evil.example/" }),
    ).rejects.toThrow(RangeError);
    expect(server.requests).toEqual([]);
  });

  it("asks again after errors of the server, and waits as long as it asks", async () => {
    const clock = driven();
    server.misbehave("api", { kind: "status", status: 503 }, 1);
    server.misbehave("api", { kind: "status", status: 429, headers: { "retry-after": "7" } }, 1);
    server.misbehave("api", { kind: "closed" }, 1);
    expect(await client({ clock }).ask(get)).toEqual({ name: "a/b" });
    expect(clock.waits).toEqual([500, 7000, 2000]);
  });

  it("asks a limited number of times", async () => {
    server.misbehave("api", { kind: "status", status: 500 });
    expect(await problemOf(client().ask(get))).toMatchObject({ reason: "unreachable", status: 500 });
    expect(server.requests).toHaveLength(4);
  });

  it("does not wait longer than it may", async () => {
    const clock = driven();
    server.misbehave("api", { kind: "status", status: 429, headers: { "retry-after": "3600" } });
    const problem = await problemOf(client({ clock }).ask(get));
    expect(problem).toMatchObject({
      reason: "rate-limited",
      message: expect.stringContaining("wait 3600 s"),
    });
    expect(clock.waits).toEqual([]);
  });

  it("does not go on beyond the total time", async () => {
    const clock = driven();
    server.misbehave("api", { kind: "status", status: 429, headers: { "retry-after": "25" } });
    await problemOf(client({ clock, limits: { totalMs: 40_000 } }).ask(get));
    expect(clock.waits).toEqual([25_000]);
  });

  it.each<Misbehavior>([{ kind: "status", status: 502 }, { kind: "closed" }])(
    "never acts twice where it cannot tell whether it acted: $kind",
    async (misbehavior) => {
      server.misbehave("api", misbehavior);
      expect((await problemOf(client().ask(post))).reason).toBe("unreachable");
      expect(server.requests).toHaveLength(1);
    },
  );

  it("acts once more where the vendor did nothing because of a limit", async () => {
    server.misbehave("api", { kind: "status", status: 429 }, 1);
    expect(await client().ask(post)).toEqual({ name: "new" });
  });

  it("stops when it is told to", async () => {
    server.misbehave("api", { kind: "silent" });
    const stop = new AbortController();
    const asking = client({ signal: stop.signal }).ask(get);
    stop.abort(new Error("stopped by a person"));
    await expect(asking).rejects.toThrow("stopped by a person");
  });

  it("collects pages, and no more of them than it may", async () => {
    const three = client({ limits: { pages: 3 } });
    const upTo = (last: number) => async (cursor: string | undefined) => {
      const page = Number(cursor ?? 1);
      return { items: [page], next: page === last ? undefined : String(page + 1) };
    };
    expect(await three.collect("things", upTo(3))).toEqual([1, 2, 3]);
    expect((await problemOf(three.collect("things", upTo(4)))).reason).toBe("too-large");
  });

  it.each([
    ["the same cursor again", ["1", "1"], [[1], [2]]],
    ["cursors in a circle", ["1", "2", "1"], [[1], [], [3]]],
    [
      "a page that comes again under another cursor",
      ["1", "2"],
      [
        [1, 2],
        [1, 2],
      ],
    ],
  ] as const)("does not take %s for a list", async (_, cursors, lists) => {
    let page = -1;
    const asking = client().collect("things", async () => {
      page += 1;
      return { items: lists[page] ?? [9], next: cursors[page] };
    });
    expect(await problemOf(asking)).toMatchObject({
      reason: "not-understood",
      message: "Example: the pages of things go in a circle",
    });
  });

  it("reads an answer that comes with a status of its own, and any other answer with it as a refusal", async () => {
    const answered = { ...get, answeredBy: [400] };
    server.misbehave("api", { kind: "status", status: 400, body: { name: "ill" } }, 1);
    expect(await client().ask(answered)).toEqual({ name: "ill" });
    server.misbehave("api", { kind: "status", status: 400, body: { message: "no such thing" } }, 1);
    expect(await problemOf(client().ask(answered))).toMatchObject({
      reason: "conflict",
      message: expect.stringContaining("status 400 (no such thing)"),
    });
  });
});

describe("the address of an API", () => {
  const of = (value: string) =>
    baseUrlOf("https://api.example.com", "EXAMPLE_URL", { EXAMPLE_URL: value }).href;

  it("is the vendor's, or one on this machine", () => {
    expect(of("")).toBe("https://api.example.com/");
    expect(of("http://127.0.0.1:1/v1")).toBe("http://127.0.0.1:1/v1");
    expect(of("https://localhost/")).toBe("https://localhost/");
  });

  it.each([
    "https://evil.example",
    "http://127.0.0.1.evil.example",
    "ftp://127.0.0.1",
    "x",
    "http://a:b@127.0.0.1",
  ])("is never %s", (value) => {
    expect(() => of(value)).toThrow(/EXAMPLE_URL/);
  });
});

describe("a wait that is asked for", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  it.each<[string | null, number | undefined]>([
    ["5", 5000],
    ["0.5", 500],
    ["Sat, 28 Nov 2026 12:00:09 GMT", 9000],
    ["Sat, 28 Nov 2020 12:00:09 GMT", 0],
    ["-5", undefined],
    ["1764446400", 1_764_446_400_000],
    ["9".repeat(400), undefined],
    ["0x10", undefined],
    ["1e3", undefined],
    ["5, 10", undefined],
    ["Sunday, 28-Nov-26 12:00:09 GMT", undefined],
    ["Sat Nov 28 12:00:09 2026", 9000],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
  ])("%j is %j", (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

it.each(["", ".", ".."])("a path has no part %j", (part) => {
  expect(() => path`/things/${part}`).toThrow(RangeError);
});
