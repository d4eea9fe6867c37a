import type { Context } from "./context.ts";
import { policiesOf } from "./csp.ts";
import { only } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { pageAt } from "./pages.ts";
import { compare, eachOf, probe } from "./probe.ts";

interface Required {
  readonly says: string;
  readonly holds: (value: string) => boolean;
  /** What counts in place of the header; undefined where it is the header. */
  readonly replaced?: (
    answer: HttpAnswer,
    context: Pick<Context, "settings">,
  ) => { readonly holds: boolean; readonly says: string } | undefined;
}

/**
 * What each header must say, as Helmet and the OWASP Secure Headers Project have it, and as browsers read it. An edge
 * and an application that both send one make a list of it.
 */
const required: Readonly<Record<string, Required>> = {
  // The first one counts (Fetch, "determine nosniff").
  "x-content-type-options": { says: "nosniff", holds: (value) => /^nosniff$/i.test(listed(value)[0] ?? "") },
  // A list that contradicts itself forbids framing (HTML, "check a navigation response's adherence").
  "x-frame-options": {
    says: "DENY or SAMEORIGIN",
    holds: (value) => listed(value).every((each) => /^(deny|sameorigin)$/i.test(each)),
    // Where a policy says who may frame a page, browsers ignore the header (CSP Level 3, section 6.4.2.1).
    replaced: (answer, { settings }) => {
      const declared = settings.edge.csp["frame-ancestors"] ?? [];
      const ancestors = policiesOf(answer).flatMap((policy) => {
        const sources = policy.get("frame-ancestors");
        return sources === undefined ? [] : [sources];
      });
      if (ancestors.length === 0) return undefined;
      return ancestors.some((sources) =>
        sources.every((source) => /^'(none|self)'$/i.test(source) || declared.includes(source)),
      )
        ? { holds: true, says: "replaced by the Content Security Policy" }
        : { holds: false, says: `replaced by frame-ancestors ${ancestors.flat().join(" ")}` };
    },
  },
  // The last one that a browser knows counts (Referrer Policy, section 8.1).
  "referrer-policy": {
    says: "a policy that keeps paths from other origins",
    holds: (value) => privatePolicies.includes(listed(value.toLowerCase()).findLast(isPolicy) ?? ""),
  },
  // A list that does not parse is ignored as a whole (RFC 9651, section 4.2). `*` gives a feature to every frame, and
  // no browser knows the feature of FLoC any more.
  "permissions-policy": {
    says: "a list of features such as camera=()",
    holds: (value) =>
      listed(value).every((each) => feature.test(each) && !/[( ]\*[ )]/.test(each)) &&
      listed(value).some((each) => !/^interest-cohort=/.test(each)),
  },
  "cross-origin-opener-policy": {
    says: "same-origin",
    holds: (value) => /^same-origin(?:-allow-popups|-plus-coep)?(?:\s*;.*)?$/.test(value.trim()),
  },
  "cross-origin-resource-policy": {
    says: "same-origin or same-site",
    holds: (value) => /^same-(origin|site)$/.test(value.trim()),
  },
};

const feature = /^[a-z*][a-z0-9_.*-]{0,60}=(?:self|\([^()]*\))(?:;[^,]*)?$/;

const privatePolicies = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];

const openPolicies = ["no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "unsafe-url"];

function isPolicy(value: string): boolean {
  return privatePolicies.includes(value) || openPolicies.includes(value);
}

/** The values of a header that may have several. */
function listed(value: string): string[] {
  return value.split(",").map((each) => each.trim());
}

export const securityHeaders = probe({
  name: "security-headers",
  items: ["4.5", "4.8"],
  title: "Every host must send security headers and name no software and version.",
  needs: ["web"],
  settings: ["domains.web", "domains.api"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const answer = await pageAt(context, host, "/");
      const checks = Object.entries(required).map(([name, { says, holds, replaced }]) => {
        const value = only(answer, name);
        const other = replaced?.(answer, context);
        return compare(`${name} of ${host}`, {
          expected: says,
          measured: other?.says ?? value ?? "missing",
          holds: other?.holds ?? (value !== undefined && holds(value)),
        });
      });
      const named = softwareIn(answer);
      const expected = "no software with its version";
      return [
        ...checks,
        compare(`software of ${host}`, { expected, measured: named ?? expected, holds: named === undefined }),
      ];
    }),
});

/** Headers that say nothing but what the platform is made of. */
const telling = ["x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"];

function softwareIn(answer: HttpAnswer): string | undefined {
  for (const name of telling) {
    const value = only(answer, name);
    if (value !== undefined) return `${name}: ${value}`;
  }
  const server = only(answer, "server");
  return server !== undefined && /\d\.\d/.test(server) ? `server: ${server}` : undefined;
}
