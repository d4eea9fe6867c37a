import type { Context } from "./context.ts";
import { standInOf } from "./network/edge.ts";
import type { HttpRequest } from "./network/http.ts";
import { type Check, compare, probe } from "./probe.ts";
import { Unknown } from "./unknown.ts";

/**
 * The request as one of another client would say where it comes from. A limit that believes it is none: whoever is
 * limited sends another address.
 */
function disguised(request: HttpRequest, number: number): HttpRequest {
  // Addresses for documentation (RFC 5737), which belong to nobody.
  const address = `${["192.0.2", "198.51.100", "203.0.113"][number % 3]}.${1 + (Math.floor(number / 3) % 254)}`;
  return { ...request, headers: { ...request.headers, "x-forwarded-for": address, "x-real-ip": address } };
}

/** Requests that are on their way at the same time. */
const abreast = 16;

export const loginRateLimited = probe({
  name: "login-rate-limited",
  items: ["4.4"],
  title: "The login endpoint must answer 429 to more requests than are declared.",
  needs: ["web"],
  settings: ["edge.rateLimits.login.requests"],
  limitMs: 60_000,
  disturbs: true,
  measure: async (context) => {
    const request = {
      host: context.settings.domains.api,
      method: "POST",
      path: context.settings.api.loginPath,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "nobody@optropic-verify.invalid", password: "wrong" }),
    };
    return [await limitCheck(context, request, "login")];
  },
});

export const apiRateLimited = probe({
  name: "api-rate-limited",
  items: ["4.4"],
  title: "The API must answer 429 to more requests than are declared.",
  needs: ["web"],
  settings: ["edge.rateLimits.api.requests"],
  limitMs: 120_000,
  // The login is a part of the API, so that its own limit shows only while that of the API lets requests through.
  disturbs: "most",
  measure: async (context) => {
    const { domains, api } = context.settings;
    return [await limitCheck(context, { host: domains.api, path: api.healthCheckPath }, "api")];
  },
});

/**
 * Sends requests until one is refused. What other probes have sent counts too, so a refusal may come early; it must
 * come after twice the declared number, since an edge counts in each of its places.
 */
async function limitCheck(context: Context, request: HttpRequest, name: "login" | "api"): Promise<Check> {
  const { requests, periodSeconds } = context.settings.edge.rateLimits[name];
  const most = Math.min(2 * requests, context.limits.requestBudget);
  if (most <= requests) {
    throw new Unknown(
      "not-allowed",
      `It takes more than ${requests} requests to tell, and a run may send ${most}`,
    );
  }
  const started = performance.now();
  let sent = 0;
  let refused: number | undefined;
  // Other probes may have used up what a client may send.
  let isServed = context.wasServed(request);
  const worker = async (): Promise<void> => {
    while (sent < most && refused === undefined) {
      sent += 1;
      const answer = await context.requestUnlimited(disguised(request, sent));
      const why = standInOf(answer);
      if (why !== undefined)
        throw new Unknown("target-refused", `Request ${sent} did not reach the application: ${why}`);
      if (answer.status === 429) refused ??= sent;
      else isServed = true;
    }
  };
  await Promise.all(Array.from({ length: Math.min(abreast, requests) }, worker));
  const seconds = (performance.now() - started) / 1000;
  if (refused === undefined && seconds > periodSeconds) {
    throw new Unknown(
      "no-data",
      `${sent} requests took ${Math.round(seconds)} s, longer than the period of the limit`,
    );
  }
  if (!isServed) {
    throw new Unknown(
      "rate-limited",
      "Every request was answered 429, so that it is not known what a client may send: wait until the limit lets this address through",
    );
  }
  return compare(`${name} limit`, {
    expected: `429 after ${requests} requests in ${periodSeconds} s`,
    measured: refused === undefined ? `no 429 after ${sent} requests` : "429",
    holds: refused !== undefined,
    setting: `edge.rateLimits.${name}.requests`,
  });
}
