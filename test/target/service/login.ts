import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import type { App } from "./app.ts";
import type { ServiceOptions } from "./options.ts";

/** The value of a session's cookie. */
const session = "canary-session-9b1d";

const loginInput = z.object({ email: z.string().max(200), password: z.string().max(200) });

/** What needs an account. */
export function addAccounts(app: App, { settings, account, has }: ServiceOptions): void {
  const { api, edge } = settings;
  app.get("/api/account", async (request, reply) => {
    if (request.cookies["__Host-session"] !== session) return reply.code(401).send({ error: "log in" });
    if (has("journey-broken")) return reply.code(503).send({ error: "unavailable" });
    return reply.header("cache-control", "no-store").send({ email: account.email });
  });
  const loginLimit = {
    max: edge.rateLimits.login.requests,
    timeWindow: edge.rateLimits.login.periodSeconds * 1000,
  };
  app.post(api.loginPath, { config: { rateLimit: loginLimit } }, async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined && !edge.corsOrigins.includes(origin) && !has("foreign-login")) {
      return reply.code(403).send({ error: "this origin may not" });
    }
    const input = loginInput.safeParse(request.body);
    if (!input.success) return reply.code(400).send({ error: "email and password are required" });
    const { email, password } = input.data;
    if (has("database-error-shown") && email.includes("'")) {
      return reply.code(400).send({ error: 'unterminated quoted string at or near "\'"' });
    }
    if (has("injection-crashes") && email.includes("'")) throw new Error("unterminated quoted string");
    const known = email === account.email;
    reply.header("cache-control", "no-store");
    if (has("account-timed") && known) await wait(600);
    const injected = has("sql-injection") && / or '1'='1'/.test(email);
    const right = known && (password === account.password || has("wrong-password-accepted"));
    if (!right && !injected) {
      const unknown = has("account-enumerable") && !known;
      const error = unknown ? "there is no such account" : "wrong email or password";
      const id = Math.random().toString(36).slice(2, 8);
      return reply
        .code(has("login-numbered") ? 422 : 401)
        .send(
          has("login-numbered") ? { error, at: Date.now(), requestId: `req-${id}-0123456789` } : { error },
        );
    }
    reply.setCookie("__Host-session", session, {
      path: "/",
      secure: !has("cookie-insecure"),
      httpOnly: !has("cookie-readable"),
      sameSite: has("cookie-cross-site") ? "none" : "lax",
    });
    if (has("cookies-of-the-edge")) {
      reply.header("set-cookie", "__cf_bm=canary; Path=/; Secure; HttpOnly; SameSite=None");
      reply.setCookie("XSRF-TOKEN", "for-scripts", { path: "/", secure: true, sameSite: "lax" });
    }
    if (has("cookies-cleared")) {
      reply.header("set-cookie", "flash=; Path=/; Max-Age=0");
      reply.header("set-cookie", "old=deleted; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
      reply.setCookie("NEXT_LOCALE", "en", { path: "/", secure: true, sameSite: "lax" });
    }
    return reply.code(has("login-creates") ? 201 : 200).send({ result: { data: { ok: true } } });
  });
}
