import { all, only } from "./network/headers.ts";
import { redirectOf } from "./pages.ts";
import { compare, eachOf, probe } from "./probe.ts";

/** Permanent redirects that keep the method or may change it (RFC 9110, section 15.4). */
const permanent = [301, 308];

export const httpRedirected = probe({
  name: "http-redirected",
  items: ["4.2"],
  title: "Plain http must be redirected to https, permanently, with the same path.",
  needs: ["web"],
  settings: ["edge.alwaysHttps"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const path = "/a-path?and=query";
      const answer = await context.request({ scheme: "http", host, path });
      const location = only(answer, "location") ?? "no location";
      const expected = `https://${host}${path}`;
      const { web, redirect } = context.settings.domains;
      // The list of preloaded hosts asks for a step on the same host; without it, one redirect is enough.
      const mayLeave = host === redirect && !context.settings.edge.hsts.preload;
      const allowed = mayLeave ? [expected, `https://${web}${path}`] : [expected];
      const reached = redirectOf(answer, new URL(`http://${host}${path}`))?.href ?? "";
      return [
        compare(host, {
          expected: `${permanent.join(" or ")} to ${allowed.join(" or ")}`,
          measured: `${answer.status} to ${location}`,
          holds: permanent.includes(answer.status) && allowed.includes(reached),
          setting: "edge.alwaysHttps",
        }),
      ];
    }),
});

export const strictTransport = probe({
  name: "strict-transport",
  items: ["4.2", "4.5"],
  title:
    "Every host must send the declared Strict-Transport-Security header, and may be preloaded where that is declared.",
  needs: ["web"],
  settings: ["edge.hsts.maxAgeSeconds", "edge.hsts.includeSubdomains", "edge.hsts.preload"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const { maxAgeSeconds, includeSubdomains, preload } = context.settings.edge.hsts;
      const answer = await context.request({ host, path: "/" });
      // Of several headers, browsers read the first (RFC 6797, section 8.1).
      const [header] = all(answer, "strict-transport-security");
      const directives = directivesOf(header ?? "");
      const maxAge = directives.get("max-age") ?? "missing";
      const flag = (name: string) => (directives.has(name) ? "present" : "missing");
      return [
        compare(`max-age of ${host}`, {
          expected: `at least ${maxAgeSeconds}`,
          measured: maxAge,
          holds: /^\d+$/.test(maxAge) && Number(maxAge) >= maxAgeSeconds,
          unit: "s",
          setting: "edge.hsts.maxAgeSeconds",
        }),
        ...(includeSubdomains
          ? [
              compare(`includeSubDomains of ${host}`, {
                expected: "present",
                measured: flag("includesubdomains"),
                holds: directives.has("includesubdomains"),
                setting: "edge.hsts.includeSubdomains",
              }),
            ]
          : []),
        ...(preload
          ? [
              compare(`preload of ${host}`, {
                expected: "present",
                measured: flag("preload"),
                holds: directives.has("preload"),
                setting: "edge.hsts.preload",
              }),
            ]
          : []),
      ];
    }),
});

/**
 * Directives of the header by name in lowercase. With one that comes twice the header is not valid, and a browser
 * ignores all of it (RFC 6797, section 6.1).
 */
export function directivesOf(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of header.split(";")) {
    const [name = "", value = ""] = part.trim().split("=");
    const key = name.trim().toLowerCase();
    if (key === "") continue;
    // Browsers take the whole header for malformed where the directive has a value.
    if (key === "includesubdomains" && part.includes("=")) {
      return new Map([["max-age", "malformed: includeSubDomains has a value"]]);
    }
    if (found.has(key)) return new Map([["max-age", "twice"]]);
    found.set(key, value.trim().replace(/^"(.*)"$/, "$1"));
  }
  return found;
}
