import { CspEvaluator } from "csp_evaluator";
import { CspParser } from "csp_evaluator/dist/parser.js";
import type { Context } from "./context.ts";
import { all } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { pageAt } from "./pages.ts";
import { compare, eachOf, probe } from "./probe.ts";

/** Directives of one policy with their sources. */
type Policy = ReadonlyMap<string, readonly string[]>;

/** A page obeys each of its policies; a comma ends one, as a new header does (CSP Level 3, section 2.2.2). */
function policyTexts(answer: HttpAnswer): string[] {
  return all(answer, "content-security-policy")
    .flatMap((header) => header.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .slice(0, mostPolicies);
}

/** More policies than this are not read; each of them could only restrict further. */
const mostPolicies = 10;

/** The policies of an answer. */
export function policiesOf(answer: HttpAnswer): Policy[] {
  return policyTexts(answer).map(directivesOf);
}

export const declaredCspServed = probe({
  name: "declared-csp-served",
  items: ["4.6", "4.8"],
  title: "The web host must send the declared Content Security Policy.",
  needs: ["web"],
  settings: ["edge.csp"],
  measure: async (context) => {
    const host = context.settings.domains.web;
    const policies = policiesOf(await pageAt(context, host, "/"));
    const declared = new Map<string, readonly string[]>(Object.entries(context.settings.edge.csp));
    const candidates = (policies.length === 0 ? [new Map()] : policies).map((served: Policy) => [
      ...[...declared].map(([directive, sources]) => {
        const found = served.get(directive);
        const missing = sources.filter((source) => found?.some((each) => sameSource(each, source)) !== true);
        const added = addedTo(context, directive, found ?? [], sources);
        return compare(`${directive} of ${host}`, {
          expected: sources.join(" ") || "present",
          measured: found?.join(" ") ?? "missing",
          holds: found !== undefined && added.length === 0 && missing.length === 0,
          setting: `edge.csp["${directive}"]`,
        });
      }),
      ...[...served].flatMap(([directive, found]) => {
        const instead = declared.has(directive) ? undefined : fallbackOf(directive, declared);
        if (instead === undefined) return [];
        const added = addedTo(context, directive, found, ["'none'", ...(declared.get(instead) ?? [])]);
        if (added.length === 0) return [];
        return [
          compare(`${directive} of ${host}`, {
            expected: `not declared, no more than ${instead}`,
            measured: found.join(" "),
            holds: false,
            setting: `edge.csp["${instead}"]`,
          }),
        ];
      }),
    ]);
    // A second policy, of the host or of the application, can only forbid more.
    const wrong = (checks: ReturnType<typeof compare>[]) => checks.filter(({ state }) => state !== "holds");
    return candidates.toSorted((a, b) => wrong(a).length - wrong(b).length)[0] ?? [];
  },
});

/**
 * The sources of a directive beyond those of the settings. A nonce is new in every answer, which csp-effective checks;
 * and pages may call what the edge lets them call: the API and the reports of errors.
 */
function addedTo(
  { settings }: Context,
  directive: string,
  found: readonly string[],
  sources: readonly string[],
): string[] {
  const { domains, errorTracking } = settings;
  const reports = new RegExp(`^https://(?:\\*|o\\d{1,20})\\.ingest\\.${errorTracking.region}\\.sentry\\.io$`);
  const mayCall = (source: string) => source === `https://${domains.api}` || reports.test(source);
  return found.filter(
    (source) =>
      !nonce.test(source) &&
      !(directive === "connect-src" && mayCall(source)) &&
      !sources.some((each) => sameSource(each, source)),
  );
}

/** Where a directive that says what may be loaded takes the place of others, the first of them that is declared. */
function fallbackOf(directive: string, declared: Policy): string | undefined {
  const before = nearer.get(directive) ?? (directive.endsWith("-src") ? [] : undefined);
  return before && [...before, "default-src"].find((each) => declared.has(each));
}

/** What takes the place of a directive before default-src does (CSP Level 3, section 6.8.3). */
const nearer = new Map<string, readonly string[]>([
  ["script-src-attr", ["script-src"]],
  ["script-src-elem", ["script-src"]],
  ["style-src-attr", ["style-src"]],
  ["style-src-elem", ["style-src"]],
  ["frame-src", ["child-src"]],
  ["worker-src", ["child-src", "script-src"]],
]);

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
      const answer = await pageAt(context, host, "/");
      const texts = policyTexts(answer);
      const nonces = noncesOf(answer);
      const again = nonces.length === 0 ? [] : noncesOf(await pageAt(context, host, "/"));
      const findings = [
        ...findingsOf(texts),
        ...(nonces.some((each) => again.includes(each))
          ? ["a nonce comes twice, so that anyone knows it"]
          : []),
      ];
      const expected = "no severe finding of csp_evaluator";
      const measured = texts.length === 0 ? "no policy" : findings.join("; ") || expected;
      return [compare(host, { expected, measured, holds: measured === expected, setting: "edge.csp" })];
    }),
});

/** What is wrong with all policies together: code runs only where every one of them lets it. */
function findingsOf(texts: readonly string[]): string[] {
  const [first = [], ...others] = texts.map((text) =>
    new CspEvaluator(new CspParser(text).csp).evaluate().filter(({ severity }) => severity <= worstAllowed),
  );
  return first
    .filter(({ directive }) =>
      others.every((found) => found.some((each) => coversSame(each.directive, directive))),
    )
    .map(
      ({ directive, value, description }) =>
        `${[directive, value].filter(Boolean).join(" ")}: ${description}`,
    );
}

/** One policy may let code run by what it says of scripts, and another by what it says of everything. */
function coversSame(one: string, other: string): boolean {
  const covered = (directive: string) =>
    directive === "default-src" ? ["default-src", "script-src", "object-src"] : [directive];
  return covered(one).some((directive) => covered(other).includes(directive));
}

const nonce = /^'nonce-[\w+/=-]{1,500}'$/i;

function noncesOf(answer: HttpAnswer): string[] {
  return policiesOf(answer).flatMap((policy) =>
    [...policy.values()].flat().filter((source) => nonce.test(source)),
  );
}

/** Schemes, hosts and keywords are the same in whatever case; paths and hashes are not. */
function sameSource(one: string, other: string): boolean {
  if (one === other) return true;
  const isPlain = !/^'(?:nonce|sha\d+)-|[^:/]\/./i.test(one);
  return isPlain && one.toLowerCase() === other.toLowerCase();
}

/** Of a directive that comes twice, the first counts (CSP Level 3, section 2.2.1). */
function directivesOf(policy: string): Policy {
  const found = new Map<string, readonly string[]>();
  for (const part of policy.split(";")) {
    const [name = "", ...sources] = part.trim().split(/\s+/);
    if (name !== "" && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), sources);
  }
  return found;
}
