import { all } from "./network/headers.ts";
import { compare, eachOf, probe } from "./probe.ts";
import { Unknown } from "./unknown.ts";

/** Seconds that the preload list asks for (hstspreload.org): one year. */
const leastSeconds = 31_536_000;

/** One header with one value of max-age and each flag once, which is what the list reads. */
const form = /^max-age=\d+$|^includesubdomains$|^preload$/;

/**
 * What the preload list asks for besides the declared header, which `strict-transport` measures: the list is of
 * browsers, takes months to leave, and refuses a site for its form alone.
 */
export const preloadEligible = probe({
  name: "preload-eligible",
  items: ["4.2"],
  title: "Where the settings allow preloading, the zone must be eligible for the preload list of browsers.",
  needs: ["web"],
  settings: ["edge.hsts.preload"],
  measure: async (context) => {
    const { domains, edge } = context.settings;
    const { preload, includeSubdomains, maxAgeSeconds } = edge.hsts;
    const setting = "edge.hsts.preload";
    if (!preload) {
      return [
        compare(domains.zone, { expected: "not preloaded", measured: "not declared", holds: true, setting }),
      ];
    }
    const declared = includeSubdomains && maxAgeSeconds >= leastSeconds;
    const needed = `max-age of at least ${leastSeconds} with includeSubDomains`;
    const checks = await eachOf(context.allHosts, String, async (host) => {
      const headers = all(await context.request({ host, path: "/" }), "strict-transport-security");
      if (headers.length === 0) throw new Unknown("no-data", `${host} sends no Strict-Transport-Security`);
      const plain = await context.request({ host, scheme: "http", path: "/" });
      const overHttp = all(plain, "strict-transport-security").length > 0;
      return [
        compare(`form of the header of ${host}`, {
          expected: "one header, each directive once",
          measured: headers.join(" | "),
          holds: headers.length === 1 && hasForm(headers[0] ?? ""),
          setting,
        }),
        compare(`header of ${host} over http`, {
          expected: "none",
          measured: overHttp ? "sent" : "none",
          holds: !overHttp,
          setting,
        }),
      ];
    });
    return [
      compare("what the settings declare", {
        expected: needed,
        measured: declared ? needed : `max-age ${maxAgeSeconds}, includeSubDomains ${includeSubdomains}`,
        holds: declared,
        setting,
      }),
      ...checks,
    ];
  },
});

function hasForm(header: string): boolean {
  const parts = header
    .split(";")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
  const names = parts.map((part) => part.split("=")[0]);
  return parts.every((part) => form.test(part)) && new Set(names).size === names.length;
}
