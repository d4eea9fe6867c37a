import { policy, type Stack, type Verdict } from "./framework/index.ts";
import { byProbe, headersByPage, judgeHeader, otherResponses, senderOf } from "./model/page-headers.ts";
import { headersOf } from "./model/response-headers.ts";
import { judgeSites, notProxied, type Site } from "./model/sites.ts";
import {
  framingFault,
  nosniffFault,
  permissionsFault,
  referrerFault,
  softwareFault,
} from "./values/header-values.ts";

// Item 4.5, and the part of item 4.8 that is not in the Content Security Policy (security-csp.ts).

const absent = "No public host is declared, so none has security headers.";

export const nosniffHeader = policy({
  name: "header-nosniff",
  items: ["4.5", "4.8"],
  title: "Every page must have the header X-Content-Type-Options: nosniff.",
  severity: "medium",
  fix: "Set X-Content-Type-Options to nosniff in a rule of the zone's cloudflare.Ruleset of phase http_response_headers_transform whose expression is true.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Content-Type-Options",
  check: (stack) =>
    judgeSites(stack, absent, (site) =>
      judgeHeader(stack, site, "X-Content-Type-Options", nosniffFault, otherResponses),
    ),
});

export const frameHeader = policy({
  name: "header-frame",
  items: ["4.5"],
  title: "No other site may frame a page.",
  severity: "medium",
  fix: "Set X-Frame-Options to DENY, or frame-ancestors 'none' in the Content-Security-Policy, in a rule of phase http_response_headers_transform whose expression is true.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Frame-Options",
  check: (stack) => judgeSites(stack, absent, (site) => judgeFraming(stack, site)),
});

export const referrerHeader = policy({
  name: "header-referrer-policy",
  items: ["4.5"],
  title: "Every page must have a Referrer-Policy that hides its path from other sites.",
  severity: "medium",
  fix: "Set Referrer-Policy to strict-origin-when-cross-origin in a rule of phase http_response_headers_transform whose expression is true.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Referrer-Policy",
  check: (stack) =>
    judgeSites(stack, absent, (site) => judgeHeader(stack, site, "Referrer-Policy", referrerFault)),
});

export const permissionsHeader = policy({
  name: "header-permissions-policy",
  items: ["4.5"],
  title: "Every page must have a Permissions-Policy that gives no feature to every frame.",
  severity: "medium",
  fix: "Set Permissions-Policy to camera=(), microphone=(), geolocation=() and other unused features, in a rule of phase http_response_headers_transform whose expression is true.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Permissions-Policy",
  check: (stack) =>
    judgeSites(stack, absent, (site) => judgeHeader(stack, site, "Permissions-Policy", permissionsFault)),
});

export const softwareHidden = policy({
  name: "header-software-hidden",
  items: ["4.5"],
  title: "No rule may tell visitors which software answers.",
  severity: "low",
  fix: "Remove the header in a rule of phase http_response_headers_transform, and set it in none.",
  url: "https://helmetjs.github.io/#x-powered-by",
  check: (stack) =>
    judgeSites(stack, absent, (site) => {
      for (const name of ["X-Powered-By", "Server", "X-AspNet-Version", "X-Generator"]) {
        for (const { path, headers } of headersByPage(stack, site, name.toLowerCase(), otherResponses)) {
          const told = headers.find((header) => softwareFault(header?.value ?? "") !== undefined);
          if (told !== undefined) {
            return `The ${name} of ${site.host}${path} is ${told.value}, ${softwareFault(told.value ?? "")}.`;
          }
        }
      }
      return true;
    }),
});

/** By either header: each that a page may have of the one goes with each that it may have of the other. */
function judgeFraming(stack: Stack, site: Site): Verdict {
  let isLeft = false;
  const sender = senderOf(stack, site);
  const policies = headersByPage(stack, site, "content-security-policy");
  const options = headersByPage(stack, site, "x-frame-options");
  for (const { request, path } of [...policies, ...options]) {
    for (const csp of headersOf(stack, site, "content-security-policy", request)) {
      for (const frame of headersOf(stack, site, "x-frame-options", request)) {
        const fault = framingFault(csp?.value, frame?.value);
        if (fault !== undefined && sender !== undefined && (csp ?? frame) === undefined) {
          isLeft = true;
        } else if (fault !== undefined) {
          const { responseCode = 200 } = request;
          const where = responseCode === 200 ? "" : ` where the status is ${responseCode}`;
          return `${site.host}${path} has ${fault}${where}${notProxied(site)}.`;
        }
      }
    }
  }
  return isLeft && sender !== undefined ? byProbe(sender, site, "X-Frame-Options or frame-ancestors") : true;
}
