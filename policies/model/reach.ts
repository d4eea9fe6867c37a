import { actsOn, fields, literals, usesPattern } from "../values/cloudflare-expression.ts";
import { representativePaths } from "../values/representative-paths.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { requestTo, type Site } from "./sites.ts";

/**
 * Which requests to a site an expression matches: proved for all, proved for none, some (with one of them), or not
 * readable, with the field that decides.
 */
export type Reach =
  | { readonly kind: "all" | "none" }
  | { readonly kind: "some"; readonly path: string }
  | { readonly kind: "unreadable"; readonly field: string };

export function reachOf(expression: string, site: Site): Reach {
  const whole = actsOn(expression, everyRequestTo(site));
  if (whole !== undefined) {
    return { kind: whole ? "all" : "none" };
  }
  let isOpen = usesPattern(expression);
  for (const request of requestsTo(site, expression)) {
    const answer = actsOn(expression, request);
    if (answer === true) {
      return { kind: "some", path: request.path };
    }
    isOpen ||= answer === undefined;
  }
  return isOpen ? { kind: "unreadable", field: decidingField(expression) } : { kind: "none" };
}

/**
 * A path of which a rule's expression does not surely match each request, although it should match all of the
 * site's; undefined where it surely matches all.
 */
export function missedPath(expression: string, site: Site): string | undefined {
  if (actsOn(expression, everyRequestTo(site)) === true) {
    return undefined;
  }
  const missed = requestsTo(site, expression).find((request) => actsOn(expression, request) !== true);
  return missed?.path ?? (usesPattern(expression) ? "/" : undefined);
}

/** All requests of browsers and clients to a site, over https. */
export function everyRequestTo(site: Site, path = "/"): SampleRequest {
  return { ...requestTo(site, path), method: undefined, isOpenEnded: true };
}

/** Requests that stand for all, as far as the expression tells them apart. */
function requestsTo(site: Site, expression: string): SampleRequest[] {
  return representativePaths(literals(expression), ["/", "/api/"]).flatMap((path) =>
    methods.map((method) => requestTo(site, path, method)),
  );
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const readable =
  /^(?:http\.host|http\.request\.(?:method|uri(?:\.path(?:\.extension)?)?|full_uri)|cf\.zone\..*)$/;

function decidingField(expression: string): string {
  return fields(expression).find((name) => !readable.test(name)) ?? "a regular expression";
}
