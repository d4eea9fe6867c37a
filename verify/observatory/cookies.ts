import type { Scored } from "./score.ts";

/** Results from the mildest to the worst, and their points. */
const results = [
  ["without Secure, but HSTS keeps them from http", -5],
  ["without Secure", -20],
  ["session without Secure, but HSTS keeps it from http", -10],
  ["SameSite with another value", -20],
  ["CSRF token without SameSite", -20],
  ["session without HttpOnly", -30],
  ["session without Secure", -40],
] as const;

type Result = (typeof results)[number][0];

/** A cookie of Heroku's router, which nobody who deploys there can change. */
const ignored = ["heroku-session-affinity"];

/** @param hasHsts whether HSTS keeps cookies from going over http */
export function scoreCookies(headers: readonly string[], hasHsts: boolean): Scored {
  const scored = (result: string, points: number): Scored => ({ test: "cookies", result, points });
  const cookies = headers.map(parse).filter(({ name }) => name !== "" && !ignored.includes(name));
  if (cookies.length === 0) return scored("none", 0);
  const found = new Set(cookies.flatMap((cookie) => problemsOf(cookie, hasHsts)));
  const worst = results.findLast(([result]) => found.has(result));
  if (worst !== undefined) return scored(worst[0], worst[1]);
  const isBound = cookies.every(({ sameSite }) => sameSite !== undefined);
  return isBound ? scored("Secure, HttpOnly and SameSite", 5) : scored("Secure and HttpOnly", 0);
}

interface Cookie {
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** In lowercase; empty where the attribute has no value. */
  readonly sameSite: string | undefined;
}

function problemsOf({ name, secure, httpOnly, sameSite }: Cookie, hasHsts: boolean): Result[] {
  const isSession = /login|sess/i.test(name);
  const isToken = /csrf/i.test(name);
  const isStrange = sameSite !== undefined && !["lax", "strict", "none"].includes(sameSite);
  const found: Result[] = [];
  if (isStrange || (sameSite === "none" && !secure)) found.push("SameSite with another value");
  if (!secure) found.push(hasHsts ? "without Secure, but HSTS keeps them from http" : "without Secure");
  if (isToken && sameSite === undefined) found.push("CSRF token without SameSite");
  if (isSession && !secure) {
    found.push(hasHsts ? "session without Secure, but HSTS keeps it from http" : "session without Secure");
  }
  if (isSession && !httpOnly) found.push("session without HttpOnly");
  return found;
}

function parse(header: string): Cookie {
  const [pair = "", ...rest] = header.split(";").map((part) => part.trim());
  const attributes = new Map(
    rest.map((part) => {
      const [key = "", value = ""] = part.split("=");
      return [key.trim().toLowerCase(), value.trim().toLowerCase()];
    }),
  );
  return {
    name: pair.split("=")[0]?.trim() ?? "",
    secure: attributes.has("secure"),
    httpOnly: attributes.has("httponly"),
    sameSite: attributes.get("samesite"),
  };
}
