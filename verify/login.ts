import { parseJson } from "../lib/json.ts";
import type { Context } from "./context.ts";
import { leastSecret, missingIn, nameOf, sessionsIn } from "./cookies.ts";
import { all } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { compare, probe } from "./probe.ts";
import { Shared } from "./shared.ts";
import { Unknown } from "./unknown.ts";

/** Differences that a network makes, in milliseconds. */
const noiseMs = 200;

function logIn(context: Context, email: string, password: string, headers = {}): Promise<HttpAnswer> {
  return context.request({
    host: context.settings.domains.api,
    method: "POST",
    path: context.settings.api.loginPath,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ email, password }),
  });
}

const sessions = new Shared<HttpAnswer>();

/** Logs the test account in once for all probes, since logins are limited. */
function session(context: Context): Promise<HttpAnswer> {
  const email = context.credential("VERIFY_USER");
  const password = context.credential("VERIFY_PASSWORD");
  return sessions.of(context, "session", (own) => logIn(own, email, password));
}

export const loginWorks = probe({
  name: "login-works",
  items: ["S2.4", "S4.5", "S5.2"],
  title: "The test account must be able to log in, and a wrong password or account be refused alike.",
  needs: ["web", "test-account"],
  settings: ["api.loginPath"],
  measure: async (context) => {
    const right = await session(context);
    const email = context.credential("VERIFY_USER");
    const stranger = `nobody-${email}`;
    const wrong: HttpAnswer[] = [];
    const unknown: HttpAnswer[] = [];
    // In turn, so that a slow moment meets both.
    for (let index = 0; index < 2; index += 1) {
      wrong.push(await logIn(context, email, "optropic-verify-wrong"));
      unknown.push(await logIn(context, stranger, "optropic-verify-wrong"));
    }
    const gap = Math.round(Math.max(0, gapAfter(unknown, wrong), gapAfter(wrong, unknown)));
    const shapes = new Set([...wrong, ...unknown].map(shapeOf));
    return [
      compare("login of the test account", {
        expected: "200, 201 or 204",
        measured: right.status,
        holds: successes.includes(right.status),
        setting: "api.loginPath",
      }),
      compare("login with a wrong password", {
        expected: "400, 401, 403 or 422",
        measured: [...new Set(wrong.map(({ status }) => status))].join(", "),
        holds: wrong.every(({ status }) => refusals.includes(status)),
      }),
      compare("answers to a wrong password and to an unknown account", {
        expected: "alike",
        measured: shapes.size === 1 ? "alike" : "different",
        holds: shapes.size === 1,
      }),
      compare("time between the answers to both", {
        expected: `at most ${noiseMs}`,
        measured: gap,
        unit: "ms",
        holds: gap <= noiseMs,
      }),
    ];
  },
});

/** By how much the fastest of some answers was slower than the slowest of others: one slow moment makes no gap. */
function gapAfter(others: readonly HttpAnswer[], answers: readonly HttpAnswer[]): number {
  const times = (of: readonly HttpAnswer[]) => of.map(({ durationMs }) => durationMs);
  return Math.min(...times(answers)) - Math.max(...times(others));
}

/** Status and body, without what is new in every answer, such as the id of a request or a time. */
function shapeOf({ status, body }: HttpAnswer): string {
  const plain = body
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, "…")
    .replaceAll(/[\w-]{10,}/g, (word) => (/\d/.test(word) ? "…" : word));
  return `${status} ${plain}`;
}

/** How a login may succeed, and how it may be refused. */
const successes = [200, 201, 204];
const refusals = [400, 401, 403, 422];

/**
 * The same for probes that ask what a session is made of.
 *
 * @throws {Unknown} where there is none: nothing that was refused or not understood is a guarded session
 */
async function openSession(context: Context): Promise<HttpAnswer> {
  const answer = await session(context);
  if (!successes.includes(answer.status)) {
    throw new Unknown("target-refused", `The test account cannot log in (${answer.status})`);
  }
  if (sessionsOf(answer).length === 0 && !hasToken(parseJson(answer.body), 4)) {
    throw new Unknown(
      "not-understood",
      "The login answers with neither a cookie nor a token, so that there is no session",
    );
  }
  return answer;
}

export const sessionCookiesGuarded = probe({
  name: "session-cookies-guarded",
  items: ["4.9"],
  title: "Cookies of a session must be Secure, HttpOnly and SameSite.",
  needs: ["web", "test-account"],
  settings: ["api.loginPath"],
  measure: async (context) => {
    const cookies = sessionsOf(await openSession(context));
    if (cookies.length === 0) {
      return [compare("session", { expected: "no bare cookie", measured: "no cookie", holds: true })];
    }
    return cookies.map((cookie) => {
      const missing = missingIn(cookie);
      // Its value is the session.
      return compare(`cookie ${nameOf(cookie)}`, {
        expected: "Secure, HttpOnly and SameSite",
        measured: missing.length === 0 ? "Secure, HttpOnly and SameSite" : `without ${missing.join(", ")}`,
        holds: missing.length === 0,
      });
    });
  },
});

/** Cookies of an answer that may be a session. */
function sessionsOf(answer: HttpAnswer): string[] {
  return sessionsIn(all(answer, "set-cookie"));
}

/** Whether JSON has a text that may be a session, such as a token for the header of later requests. */
function hasToken(value: unknown, depth: number): boolean {
  if (typeof value === "string") return /^\S+$/.test(value) && value.length >= leastSecret;
  if (typeof value !== "object" || value === null || depth === 0) return false;
  return Object.values(value).some((each) => hasToken(each, depth - 1));
}

export const foreignRequestsRefused = probe({
  name: "foreign-requests-refused",
  items: ["4.9"],
  title: "A login that another site sends must be refused, unless sessions are not kept in cookies.",
  needs: ["web", "test-account"],
  settings: ["edge.corsOrigins"],
  measure: async (context) => {
    const expected = "refused";
    const own = await openSession(context);
    if (sessionsOf(own).length === 0) {
      return [compare("session", { expected, measured: "no cookie to abuse", holds: true })];
    }
    const email = context.credential("VERIFY_USER");
    const password = context.credential("VERIFY_PASSWORD");
    const origin = "https://evil.example";
    const answer = await logIn(context, email, password, { origin, "sec-fetch-site": "cross-site" });
    const refused = answer.status >= 400 && answer.status < 500 && sessionsOf(answer).length === 0;
    return [
      compare(`login from ${origin}`, {
        expected,
        measured: refused ? expected : `${answer.status}`,
        holds: refused,
        setting: "edge.corsOrigins",
      }),
    ];
  },
});
