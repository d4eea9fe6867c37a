import { all, only } from "../network/headers.ts";
import type { HttpAnswer } from "../network/http.ts";
import type { Scored } from "./score.ts";

/** Six months, as the Observatory counts them. */
const halfYear = 15_552_000;

export function scoreHsts(answer: HttpAnswer): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "strict-transport-security", result, points },
  });
  const [header] = all(answer, "strict-transport-security");
  if (header === undefined) return scored("missing", -20);
  const maxAge = /(?:^|;)\s*max-age=(\d+)/i.exec(header)?.[1];
  if (maxAge === undefined || header.includes(",")) return scored("cannot be read", -20);
  return Number(maxAge) < halfYear ? scored("less than six months", -10) : scored("six months or more", 0);
}

const privatePolicies = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
const openPolicies = ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];

export function scoreReferrer(answer: HttpAnswer, metas: readonly string[]): Scored {
  const scored = (result: string, points: number): Scored => ({ test: "referrer-policy", result, points });
  const values = [...all(answer, "referrer-policy"), ...metas];
  if (values.length === 0) return scored("missing", 0);
  const policy = values
    .flatMap((value) => value.split(","))
    .map((value) => value.trim().toLowerCase())
    .findLast((value) => privatePolicies.includes(value) || openPolicies.includes(value));
  if (policy === undefined) return scored("cannot be read", -5);
  return privatePolicies.includes(policy) ? scored(policy, 5) : scored(policy, -5);
}

export function scoreSniffing(answer: HttpAnswer): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "x-content-type-options", result, points },
  });
  const value = only(answer, "x-content-type-options");
  if (value === undefined) return scored("missing", -5);
  return value.trim().toLowerCase() === "nosniff" ? scored("nosniff", 0) : scored("cannot be read", -5);
}

/** @param hasAncestors whether the CSP says who may frame the page */
export function scoreFraming(answer: HttpAnswer, hasAncestors: boolean): Scored {
  const scored = (result: string, points: number): Scored => ({ test: "x-frame-options", result, points });
  if (hasAncestors) return scored("by frame-ancestors", 5);
  const value = only(answer, "x-frame-options")?.trim().toLowerCase();
  if (value === undefined) return scored("missing", -20);
  const isKnown = value === "deny" || value === "sameorigin" || value.startsWith("allow-from");
  return isKnown ? scored("by X-Frame-Options", 0) : scored("cannot be read", -20);
}

export function scoreResourcePolicy(answer: HttpAnswer): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "cross-origin-resource-policy", result, points },
  });
  const value = only(answer, "cross-origin-resource-policy")?.trim().toLowerCase();
  if (value === undefined) return scored("missing", 0);
  if (value === "same-origin" || value === "same-site") return scored(value, 10);
  return value === "cross-origin" ? scored(value, 0) : scored("cannot be read", -5);
}

/** @param origin that the request named */
export function scoreSharing(answer: HttpAnswer, origin: string): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "cross-origin-resource-sharing", result, points },
  });
  const allowed = only(answer, "access-control-allow-origin")?.trim().toLowerCase();
  if (allowed === undefined) return scored("none", 0);
  if (allowed === "*") return scored("public", 0);
  const credentials = only(answer, "access-control-allow-credentials")?.trim().toLowerCase() === "true";
  return allowed === origin && credentials
    ? scored("any origin, with credentials", -50)
    : scored("restricted", 0);
}

/** @param route addresses from the one over http on, each where the one before it redirected to */
export function scoreRedirection(route: readonly URL[]): Scored {
  const scored = (result: string, points: number): Scored => ({ test: "redirection", result, points });
  const [first, second] = route;
  if (first === undefined) return scored("not served over http", 0);
  if (second === undefined) return scored("missing", -20);
  if (route.at(-1)?.protocol !== "https:") return scored("does not end at https", -20);
  if (second.protocol === "http:") return scored("first to another address over http", -10);
  return first.hostname === second.hostname ? scored("to https", 0) : scored("first to another host", -5);
}
