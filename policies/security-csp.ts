import { policy, type Stack, type Verdict } from "./framework/index.ts";
import { headersByPage, judgeHeader } from "./model/page-headers.ts";
import { judgeSites, type Site } from "./model/sites.ts";
import { type CspWeakness, judgeCsp } from "./values/csp.ts";

// Item 4.6, and with nosniff item 4.8. Framing is in security-headers.ts.

export const cspScripts = policy({
  name: "csp-restricts-scripts",
  items: ["4.6", "4.8"],
  title: "Every page must have a Content-Security-Policy that allows only the site's own scripts.",
  severity: "critical",
  fix: "Set Content-Security-Policy in a rule of phase http_response_headers_transform whose expression is true, with script-src 'self' and the hosts of other scripts, without 'unsafe-inline' or 'unsafe-eval'.",
  url: "https://www.w3.org/TR/CSP3/",
  check: (stack) =>
    judgeSites(stack, "No public host is declared, so none has a Content-Security-Policy.", (site) =>
      judgeHeader(stack, site, "Content-Security-Policy", (value) =>
        sentence(judgeCsp(value), ["inline", "eval", "any-host", "data", "plain-http"]),
      ),
    ),
});

export const cspPlugins = policy({
  name: "csp-restricts-base-and-plugins",
  items: ["4.6"],
  title: "The Content-Security-Policy must not be bypassed by a base URL or a plugin.",
  severity: "high",
  fix: "Add base-uri 'none' and object-src 'none' to the Content-Security-Policy.",
  url: "https://www.w3.org/TR/CSP3/",
  // A page without a Content-Security-Policy violates csp-restricts-scripts.
  check: (stack) => judgeSites(stack, undefined, (site) => judgeRest(stack, site)),
});

function judgeRest(stack: Stack, site: Site): Verdict {
  for (const { path, headers } of headersByPage(stack, site, "content-security-policy")) {
    for (const header of headers) {
      const fault =
        header?.value === undefined ? undefined : sentence(judgeCsp(header.value), ["base", "plugins"]);
      if (fault !== undefined) {
        return `The Content-Security-Policy of ${site.host}${path} ${fault}.`;
      }
    }
  }
  return true;
}

function sentence(
  found: ReadonlyMap<CspWeakness, string>,
  counted: readonly CspWeakness[],
): string | undefined {
  const faults = new Set(counted.flatMap((weakness) => found.get(weakness) ?? []));
  return faults.size === 0 ? undefined : `is too weak: ${[...faults].join("; ")}`;
}
