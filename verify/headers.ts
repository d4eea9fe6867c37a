import { CspEvaluator } from "csp_evaluator";
import { CspParser } from "csp_evaluator/dist/parser.js";
import { only } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { compare, eachOf, probe } from "./probe.ts";

/** What each header must say, as Helmet and the OWASP Secure Headers Project have it. */
const required: Readonly<Record<string, { says: string; holds: (value: string) => boolean }>> = {
  "x-content-type-options": { says: "nosniff", holds: is("nosniff") },
  "x-frame-options": { says: "DENY or SAMEORIGIN", holds: (value) => /^(deny|sameorigin)$/i.test(value) },
  "referrer-policy": {
    says: "a policy that keeps paths from other origins",
    holds: (value) =>
      /^(no-referrer|same-origin|strict-origin|strict-origin-when-cross-origin)$/.test(
        value.split(",").at(-1)?.trim().toLowerCase() ?? "",
      ),
  },
  "permissions-policy": { says: "present", holds: (value) => value !== "" },
  "cross-origin-opener-policy": { says: "same-origin", holds: (value) => /^same-origin/.test(value) },
  "cross-origin-resource-policy": {
    says: "same-origin or same-site",
    holds: (value) => /^same-(origin|site)$/.test(value),
  },
};

export const securityHeaders = probe({
  name: "security-headers",
  items: ["4.5", "4.8"],
  title: "Every host must send security headers and name no software and version.",
  needs: ["web"],
  settings: ["domains.web", "domains.api"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const answer = await context.request({ host, path: "/" });
      const checks = Object.entries(required).map(([name, { says, holds }]) => {
        const value = only(answer, name);
        return compare(`${name} of ${host}`, {
          expected: says,
          measured: value ?? "missing",
          holds: value !== undefined && holds(value),
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

function softwareIn(answer: HttpAnswer): string | undefined {
  const powered = only(answer, "x-powered-by");
  if (powered !== undefined) return `x-powered-by: ${powered}`;
  const server = only(answer, "server");
  return server !== undefined && /\d\.\d/.test(server) ? `server: ${server}` : undefined;
}

function is(wanted: string): (value: string) => boolean {
  return (value) => value.trim().toLowerCase() === wanted;
}

export const declaredCspServed = probe({
  name: "declared-csp-served",
  items: ["4.6", "4.8"],
  title: "The web host must send the declared Content Security Policy.",
  needs: ["web"],
  settings: ["edge.csp"],
  measure: async (context) => {
    const host = context.settings.domains.web;
    const served = directivesOf(
      only(await context.request({ host, path: "/" }), "content-security-policy") ?? "",
    );
    return Object.entries(context.settings.edge.csp).map(([directive, sources]) => {
      const found = served.get(directive);
      const more = found?.filter((source) => !sources.includes(source)) ?? [];
      // The edge adds the origins that the stack itself names, to which no page may lead its code.
      const added = directive === "connect-src" ? [] : more;
      const missing = sources.filter((source) => found?.includes(source) !== true);
      return compare(`${directive} of ${host}`, {
        expected: sources.join(" ") || "present",
        measured: found?.join(" ") ?? "missing",
        holds: found !== undefined && added.length === 0 && missing.length === 0,
        setting: `edge.csp["${directive}"]`,
      });
    });
  },
});

/** Findings at or above this severity let a page run somebody else's code (csp_evaluator, Severity.MEDIUM). */
const worstAllowed = 30;

export const cspEffective = probe({
  name: "csp-effective",
  items: ["4.6", "4.8"],
  title: "No host may send a Content Security Policy that lets injected code run.",
  needs: ["web"],
  settings: ["edge.csp"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const header = only(await context.request({ host, path: "/" }), "content-security-policy") ?? "";
      const { csp } = new CspParser(header);
      const findings = new CspEvaluator(csp)
        .evaluate()
        .filter(({ severity }) => severity <= worstAllowed)
        .map(
          ({ directive, value, description }) =>
            `${[directive, value].filter(Boolean).join(" ")}: ${description}`,
        );
      const expected = "no severe finding of csp_evaluator";
      const measured = header === "" ? "no policy" : findings.join("; ") || expected;
      return [compare(host, { expected, measured, holds: measured === expected, setting: "edge.csp" })];
    }),
});

/** Directives with their sources; of a directive that comes twice, the first counts (CSP Level 3, 2.2.1). */
function directivesOf(header: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const part of header.split(";")) {
    const [name = "", ...sources] = part.trim().split(/\s+/);
    if (name !== "" && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), sources);
  }
  return found;
}
