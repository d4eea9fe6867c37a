import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Access,
  call,
  isAllowedEndpoint,
  openAccess,
  poll,
} from "../../sdks/supabase/management-api.ts";
import { canary, failure } from "./setup.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const minute = 60_000;

/** When each request was made, in milliseconds since the start. */
let moments: number[] = [];

function access(changes: Partial<Access> = {}): Access {
  return {
    endpoint: "https://api.example",
    token: canary,
    deadline: start + 5 * minute,
    pauseMs: 1_000,
    requestTimeoutMs: 30_000,
    ...changes,
  };
}

/** Answers each request with the next of these, and the ones after with the last. */
function fetchAnswers(...responses: (() => Response)[]): void {
  vi.stubGlobal("fetch", async () => {
    moments.push(Date.now() - start);
    const next = responses.length > 1 ? responses.shift() : responses[0];
    return next?.() ?? Response.error();
  });
}

const status = (code: number, headers: Record<string, string> = {}) => {
  return () => new Response("{}", { status: code, headers });
};

async function settle<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await vi.runAllTimersAsync();
  return promise;
}

beforeEach(() => {
  moments = [];
  vi.useFakeTimers({ now: start });
  vi.spyOn(Math, "random").mockReturnValue(1);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("the pauses between attempts", () => {
  it("double", async () => {
    fetchAnswers(status(503));
    await settle(failure(call(access(), "GET", "/")));
    expect(moments).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
  });

  it("are jittered down to a half", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    fetchAnswers(status(503));
    await settle(failure(call(access(), "GET", "/")));
    expect(moments).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500]);
  });

  it("stay below half a minute", async () => {
    fetchAnswers(status(503));
    await settle(failure(call(access({ pauseMs: 20_000 }), "GET", "/")));
    expect(moments).toEqual([0, 20_000, 50_000, 80_000, 110_000, 140_000]);
  });

  it.each([
    ["Retry-After in seconds", { "retry-after": "20" }, 21_000],
    ["Retry-After as a date", { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, 31_000],
    ["a date that has passed", { "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 1_000],
    ["X-RateLimit-Reset in seconds", { "x-ratelimit-reset": "12" }, 13_000],
    ["Retry-After before X-RateLimit-Reset", { "retry-after": "3", "x-ratelimit-reset": "12" }, 4_000],
    ["nothing that can be read", { "retry-after": "soon" }, 1_000],
    ["nothing", {}, 1_000],
  ])("follow %s", async (_what, headers, second) => {
    fetchAnswers(status(429, headers), status(200));
    const answer = await settle(call(access(), "GET", "/"));
    expect(answer.status).toBe(200);
    expect(moments).toEqual([0, second]);
  });

  it("never pass the deadline", async () => {
    fetchAnswers(status(429, { "retry-after": "300" }));
    const message = await settle(failure(call(access(), "GET", "/")));
    expect(message).toContain("The next attempt, in 301 s, would be too late");
    expect(moments).toEqual([0]);
  });

  it("leave a poll that finds nothing with nothing", async () => {
    let asked = 0;
    const found = await settle(
      poll(access({ deadline: start + 10_000 }), async () => {
        asked += 1;
        return undefined;
      }),
    );
    expect(found).toBeUndefined();
    expect(asked).toBe(5);
  });
});

describe("a failing network", () => {
  it.each([
    [new DOMException("late", "TimeoutError"), "no answer within 30000 ms"],
    [new TypeError("failed", { cause: Object.assign(new Error(), { code: "ECONNRESET" }) }), "ECONNRESET"],
    [new TypeError(`Bearer ${canary} is not a header`), "network failure"],
    [canary, "network failure"],
  ])("is told without what fetch says of it", async (error, expected) => {
    vi.stubGlobal("fetch", () => Promise.reject(error));
    const message = await settle(failure(call(access(), "GET", "/v1")));
    expect(message).toContain(`GET /v1: `);
    expect(message).toContain(expected);
    expect(message).toContain("Gave up after 6 attempts.");
    expect(message).not.toContain(canary);
  });
});

describe("access", () => {
  beforeEach(() => {
    for (const name of ["ACCESS_TOKEN", "API_ENDPOINT", "API_RETRY_MS", "API_TIMEOUT_MS"]) {
      vi.stubEnv(`SUPABASE_${name}`, undefined);
    }
  });

  it("comes from the environment, and from the inputs before it", () => {
    vi.stubEnv("SUPABASE_ACCESS_TOKEN", "from-environment");
    expect(openAccess({})).toMatchObject({
      token: "from-environment",
      endpoint: "https://api.supabase.com",
      deadline: start + 5 * minute,
      pauseMs: 1_000,
      requestTimeoutMs: 30_000,
    });
    vi.stubEnv("SUPABASE_API_ENDPOINT", "http://localhost:1/");
    expect(openAccess({ accessToken: "from-inputs" })).toMatchObject({
      token: "from-inputs",
      endpoint: "http://localhost:1",
    });
    expect(openAccess({ endpoint: "https://api.example" }).endpoint).toBe("https://api.example");
  });

  it("needs a token that a header can carry, and repeats none that it cannot", () => {
    expect(() => openAccess({})).toThrow("No Supabase access token");
    for (const end of ["\n", " ", "é", "\u0000"]) {
      const open = () => openAccess({ accessToken: `${canary}${end}` });
      expect(open).toThrow("characters that an HTTP header cannot carry");
      expect(open).not.toThrow(canary);
    }
  });

  it.each(["0", "-1", "1.5", "ten", "10000000"])("refuses %s milliseconds", (text) => {
    vi.stubEnv("SUPABASE_API_RETRY_MS", text);
    expect(() => openAccess({ accessToken: "x" })).toThrow("SUPABASE_API_RETRY_MS must be a number");
  });

  it.each([
    ["https://api.supabase.com", true],
    ["https://api.example/base", true],
    ["http://localhost:8080", true],
    ["http://127.0.0.1:8080", true],
    ["http://[::1]:8080", true],
    ["http://api.supabase.com", false],
    ["http://127.0.0.1.example.com", false],
    ["http://localhost.example.com", false],
    ["ftp://localhost", false],
    ["https://user:word@api.example", false],
    ["https://api.example?x=1", false],
    ["api.supabase.com", false],
    ["", false],
    [7, false],
  ])("allows the endpoint %s: %s", (endpoint, allowed) => {
    expect(isAllowedEndpoint(endpoint)).toBe(allowed);
  });

  it("refuses another endpoint without repeating it", () => {
    const endpoint = `https://user:${canary}@api.example`;
    expect(() => openAccess({ accessToken: "x", endpoint })).toThrow("endpoint must be https");
    expect(() => openAccess({ accessToken: "x", endpoint })).not.toThrow(canary);
  });
});
