import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import type { VendorRequest } from "../../vendors/client.ts";
import type { Clock } from "../../vendors/clock.ts";
import { GitHub } from "../../vendors/github.ts";
import { VendorProblem } from "../../vendors/problem.ts";

const token = "ghs_canary_0123456789";
const start = Date.parse("2026-11-28T12:00:00Z");
const ok = z.object({ ok: z.boolean() });

/** What the API answers next; `0` breaks the connection. The last one stays. */
interface Said {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}
const fine: Said = { status: 200, body: { ok: true } };
let answers: Said[] = [];
let asked: { line: string; body: string }[] = [];
let leaks: string[] = [];
let url = "";
let elsewhere = "";

const api = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  const body = await text(request);
  asked.push({ line: `${request.method} ${request.url}`, body });
  if (request.headers.authorization !== `token ${token}`) leaks.push(`${request.headers.authorization}`);
  const { status, headers = {}, body: said } = (answers.length > 1 ? answers.shift() : answers[0]) ?? fine;
  if (status === 0) response.destroy();
  else
    response
      .writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
      .end(said === undefined ? "" : JSON.stringify(said));
});
/** What the store of downloads answers next, and from then on the archive. */
let stored: Said[] = [];
let fetched: string[] = [];
const store = createServer((request, response) => {
  fetched.push(request.url ?? "");
  if (JSON.stringify(request.headers).includes("canary")) leaks.push(JSON.stringify(request.headers));
  const { status, headers = {} } = stored.shift() ?? { status: 200 };
  if (status === 0)
    return response.writeHead(200, { "content-length": "100" }).write("arch", () => response.destroy());
  return response.writeHead(status, headers).end("archive");
});

beforeAll(async () => {
  const listen = (server: typeof api) =>
    new Promise<string>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
      });
    });
  [url, elsewhere] = [await listen(api), await listen(store)];
});
afterAll(() => {
  for (const server of [api, store]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  answers = [];
  asked = [];
  leaks = [];
  stored = [];
  fetched = [];
});

/** A clock that moves only by waiting. */
function driven(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = start;
  return {
    waits,
    now: () => now,
    sleep: async (milliseconds) => {
      waits.push(milliseconds / 1000);
      now += milliseconds;
    },
  };
}

const get: VendorRequest<{ ok: boolean }> = { path: "/repos/o/r/x", right: "read it", schema: ok };
const patch = { ...get, method: "PATCH", body: { body: "text" } } as const;
const post = { ...patch, method: "POST" } as const;

/** What becomes of a request, and the seconds that were waited. */
async function outcome(request: VendorRequest<unknown>, said: Said[]) {
  answers = [...said];
  const clock = driven();
  const github = new GitHub({ environment: { GITHUB_API_URL: url, GITHUB_TOKEN: token }, clock });
  const end = await github.ask(request).catch((error: unknown) => error);
  expect(leaks).toEqual([]);
  expect(String(end)).not.toContain(token);
  return { end, waits: clock.waits, requests: asked.map(({ line }) => line.split(" ")[0]) };
}

const limit = (headers: Record<string, string>, status = 403, message = "Forbidden"): Said => ({
  status,
  headers,
  body: { message },
});
const reset = (seconds: number) => ({
  "x-ratelimit-remaining": "0",
  "x-ratelimit-reset": String(start / 1000 + seconds),
});

describe("the limits of rate", () => {
  it.each<[string, Said, number]>([
    ["a primary limit is waited for until its reset", limit(reset(40)), 41],
    ["so is one with status 429", limit(reset(40), 429), 41],
    ["one whose reset has passed is waited for a second", limit(reset(-40)), 1],
    ["Retry-After counts before the reset", limit({ ...reset(90), "retry-after": "30" }), 30],
    ["Retry-After may be a date", limit({ "retry-after": "Sat, 28 Nov 2026 12:00:20 GMT" }, 429), 20],
    [
      "a secondary limit without a time takes a minute",
      limit({}, 403, "You have exceeded a secondary rate limit"),
      60,
    ],
    ["so does 429 that says nothing at all", { status: 429 }, 60],
    [
      "so does a reset that is not a number",
      limit({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }),
      60,
    ],
  ])("%s", async (_, said, seconds) => {
    const { end, waits, requests } = await outcome(get, [said, fine]);
    expect(end).toEqual({ ok: true });
    expect(waits).toEqual([seconds]);
    expect(requests).toHaveLength(2);
  });

  it("are waited for by a creation too, which GitHub has refused then", async () => {
    const { end, waits } = await outcome(post, [{ status: 429 }, fine]);
    expect(end).toEqual({ ok: true });
    expect(waits).toEqual([60]);
  });

  it("are waited for longer each time where they name no time", async () => {
    expect((await outcome(get, [{ status: 429 }, { status: 429 }, fine])).waits).toEqual([60, 120]);
  });

  it.each([
    ["whose end is too far", limit(reset(1800)), /ends in 1801 s, which is too long to wait for/, []],
    ["that never end", limit({ "retry-after": "2" }), /limit of requests is reached/, [2, 2, 2]],
  ])("%s are given up on", async (_, said, message, waited) => {
    const { end, waits } = await outcome(get, [said]);
    expect(end).toBeInstanceOf(VendorProblem);
    expect(end).toMatchObject({ reason: "rate-limited", message: expect.stringMatching(message) });
    expect(waits).toEqual(waited);
  });

  it("are not taken for a missing right, nor the other way round", async () => {
    const { end, waits } = await outcome(get, [limit({ "x-ratelimit-remaining": "4999" }), fine]);
    expect(end).toMatchObject({
      reason: "no-right",
      message: expect.stringContaining("lacks the right to read it (Forbidden)"),
    });
    expect(waits).toEqual([]);
  });
});

describe("errors of the server", () => {
  it.each([
    ["a read", get, [{ status: 503 }, { status: 0 }, { status: 502 }, fine], [1, 2, 4]],
    ["a change in place", patch, [{ status: 500 }, { status: 0 }, fine], [1, 2]],
    ["one that asks for time", get, [{ status: 503, headers: { "retry-after": "7" } }, fine], [7]],
  ] as const)("are met by asking again for %s", async (_, request, said, waited) => {
    const { end, waits } = await outcome(request, [...said]);
    expect(end).toEqual({ ok: true });
    expect(waits).toEqual(waited);
  });

  it.each([
    ["a read that always fails", get, [{ status: 500 }], 4, /GET \/repos\/o\/r\/x: status 500/],
    ["a read that never answers", get, [{ status: 0 }], 4, /no answer \(/],
    ["a creation that may have been done", post, [{ status: 502 }, fine], 1, /POST .*status 502/],
    ["a creation whose answer is lost", post, [{ status: 0 }, fine], 1, /POST .*no answer/],
    [
      "what is not there",
      get,
      [{ status: 404, body: { message: "Not Found" } }, fine],
      1,
      /not found \(Not Found\)/,
    ],
    ["a conflict", patch, [{ status: 409 }, fine], 1, /status 409/],
    [
      "a token that is refused",
      get,
      [{ status: 401, body: { message: `Bad ${token}` } }],
      1,
      /\(Bad \[secret\]\)/,
    ],
    ["what is not documented", get, [{ status: 200, body: { ok: "yes" } }], 1, /documented form at ok/],
    ["what is no JSON", get, [{ status: 200 }], 1, /documented form at its body/],
  ] as const)("end %s", async (_, request, said, times, message) => {
    const { end, requests } = await outcome(request, [...said]);
    expect(end).toBeInstanceOf(VendorProblem);
    expect(String(end)).toMatch(message);
    expect(requests).toHaveLength(times);
  });
});

describe("a redirect", () => {
  const moved = (location: string, status = 301): Said => ({
    status,
    headers: { location },
    body: { message: "Moved" },
  });

  it.each([301, 302, 307, 308])(
    "of a renamed repository (%i) is followed by the same request",
    async (status) => {
      const { end } = await outcome(patch, [moved("/repositories/7/x", status), fine]);
      expect(end).toEqual({ ok: true });
      expect(asked.map(({ line }) => line)).toEqual(["PATCH /repos/o/r/x", "PATCH /repositories/7/x"]);
      expect(asked.map(({ body }) => body)).toEqual(Array(2).fill('{"body":"text"}'));
    },
  );

  it("to another host gets no token and no request", async () => {
    const { end } = await outcome(get, [moved(`${elsewhere}/x`)]);
    expect(String(end)).toMatch(/a redirect to another host, which is not followed/);
  });

  it("that goes in a circle is given up on", async () => {
    expect(String((await outcome(get, [moved("/repos/o/r/x")])).end)).toMatch(/more than 3 redirects/);
    expect(asked).toHaveLength(4);
  });
});

describe("a list", () => {
  const pages = { path: "/repos/o/r/comments", right: "read it", schema: z.array(z.number()) };
  const github = (limits = {}) =>
    new GitHub({ environment: { GITHUB_API_URL: url, GITHUB_TOKEN: token }, clock: driven(), limits });
  const page = (link: string, ...body: number[]): Said => ({ status: 200, headers: { link }, body });
  const to = (query: string) =>
    page(`<https://api.github.com/repositories/1/comments?${query}>; rel="next"`, 1);

  it.each([
    [
      "counts",
      '<https://api.github.com/repositories/1/comments?page=2>; rel="next", <x>; rel="last"',
      "page=2",
    ],
    ["names a cursor", "<https://evil.example/?after=Y3Vyc29y>; rel=next", "after=Y3Vyc29y"],
    ["repeats what was asked", '<x>; rel="prev", </?page=2&state=open>; rel="last next"', "page=2"],
  ])("that %s is read page by page, as long as there is a next one", async (_, link, query) => {
    answers = [page(link, 1), page('<x?page=1>; rel="prev"; title="next"', 2)];
    expect(await github().list({ ...pages, query: { state: "open" } })).toEqual([1, 2]);
    const first = "GET /repos/o/r/comments?state=open&per_page=100";
    expect(asked.map(({ line }) => line)).toEqual([first, `${first}&${query}`]);
  });

  it.each([
    ["does not end", [to("page=2"), to("page=3"), to("page=4")], /more than 3 pages/, 3],
    ["names the same next page again", [to("after=x")], /pages go in a circle/, 2],
  ] as const)("that %s is given up on", async (_, said, message, times) => {
    answers = [...said];
    await expect(github({ pages: 3 }).list(pages)).rejects.toThrow(message);
    expect(asked).toHaveLength(times);
  });
});

describe("a download", () => {
  const to = (location: string): Said => ({ status: 302, headers: { location } });
  const path = "/repos/o/r/zip";

  /** What becomes of a download of at most some bytes, and the seconds that were waited. */
  async function downloaded(most = 100, base = url) {
    const clock = driven();
    const github = new GitHub({ environment: { GITHUB_API_URL: base, GITHUB_TOKEN: token }, clock });
    const end = await github.download(path, "read it", most).then(String, (error: unknown) => error);
    expect(leaks).toEqual([]);
    return { end, waits: clock.waits };
  }

  it("is fetched from where GitHub keeps it, without the token, also after a renaming", async () => {
    answers = [{ status: 301, headers: { location: "/repositories/7/zip" } }, to(`${elsewhere}/signed`)];
    expect(await downloaded()).toEqual({ end: "archive", waits: [] });
  });

  it("leaves the API where a server of one's own keeps files on the same host", async () => {
    answers = [to("/_services/pipelines/signed"), { status: 500 }];
    // That host has the token's own check: whoever asks without it is written down.
    await new GitHub({
      environment: { GITHUB_API_URL: `${url}/api/v3`, GITHUB_TOKEN: token },
      clock: driven(),
    })
      .download(path, "read it", 100)
      .catch(() => {});
    expect(asked[1]?.line).toBe("GET /_services/pipelines/signed");
    expect(leaks[0]).toBe("undefined");
  });

  it.each<[string, Said[], number[]]>([
    ["an error of the store", [{ status: 503 }, { status: 500 }], [1, 2]],
    ["a pause that the store asks for", [{ status: 429, headers: { "retry-after": "20" } }], [20]],
    [
      "a date that it asks to wait for",
      [{ status: 503, headers: { "retry-after": "Sat, 28 Nov 2026 12:00:09 GMT" } }],
      [9],
    ],
    ["a signature that has ended", [{ status: 403 }], [1]],
    ["a connection that breaks off", [{ status: 0 }], [1]],
  ])("is repeated after %s, with an address of its own each time", async (_, said, waits) => {
    stored = [...said];
    answers = [to(`${elsewhere}/1`), to(`${elsewhere}/2`), to(`${elsewhere}/3`)];
    expect(await downloaded()).toEqual({ end: "archive", waits });
    expect(fetched).toEqual(["/1", "/2", "/3"].slice(0, said.length + 1));
  });

  it.each<[string, Said[], number, RegExp]>([
    ["that fails each time", Array(9).fill({ status: 502 }), 4, /the download has status 502/],
    ["that should wait too long", [{ status: 503, headers: { "retry-after": "9999" } }], 1, /status 503/],
    ["that leads elsewhere again", [{ status: 302, headers: { location: "/x" } }], 1, /status 302/],
    ["that is gone", [{ status: 410 }], 1, /status 410/],
    ["that was never there", [{ status: 404 }], 1, /status 404/],
  ])("%s is given up on", async (_, said, attempts, message) => {
    stored = [...said];
    answers = [to(`${elsewhere}/x`)];
    const { end } = await downloaded();
    expect(String(end)).toMatch(message);
    expect(fetched).toHaveLength(attempts);
    const isGone = said[0]?.status === 410 || said[0]?.status === 404;
    expect(end).toMatchObject({ reason: isGone ? "not-found" : "unreachable" });
  });

  it.each([
    ["too large", to("/signed"), 3, /larger than 3/],
    ["not redirected", fine, 100, /no redirect/],
    [
      "on this machine's disk",
      { status: 302, headers: { location: "file:///etc/passwd" } },
      100,
      /no redirect/,
    ],
  ])("that is %s is refused at once", async (_, said, most, message) => {
    const { location = "" } = said.headers ?? {};
    answers = [location.startsWith("/") ? to(`${elsewhere}${location}`) : said];
    const { end, waits } = await downloaded(most);
    expect(String(end)).toMatch(message);
    expect(waits).toEqual([]);
  });
});

it.each([
  [{ GITHUB_TOKEN: "" }, /GITHUB_TOKEN is not set/],
  [{ GITHUB_TOKEN: "two\nlines" }, /does not hold a token/],
  [{ GITHUB_TOKEN: token, GITHUB_API_URL: "http://api.github.com" }, /GITHUB_API_URL must begin with https/],
])("asks nobody with %o", (environment, message) => {
  expect(() => new GitHub({ environment })).toThrow(message);
});
