import { only } from "./network/headers.ts";
import { compare, probe } from "./probe.ts";

export const redirectHostRedirects = probe({
  name: "redirect-host-redirects",
  items: ["7.6", "7V.4"],
  title:
    "The custom domains must be served: the web host with a page, and the other host with a redirect to it.",
  needs: ["web"],
  settings: ["domains.web", "domains.redirect"],
  measure: async (context) => {
    const { web, redirect } = context.settings.domains;
    const page = await context.request({ host: web, path: "/" });
    const served = compare(web, {
      expected: 200,
      measured: page.status,
      holds: page.status === 200,
      setting: "domains.web",
    });
    if (redirect === undefined) return [served];
    const answer = await context.request({ host: redirect, path: "/a-path?and=query" });
    const location = only(answer, "location") ?? "no location";
    const expected = `https://${web}/a-path?and=query`;
    return [
      served,
      compare(redirect, {
        expected: `301 or 308 to ${expected}`,
        measured: `${answer.status} to ${location}`,
        holds: [301, 308].includes(answer.status) && location === expected,
        setting: "domains.redirect",
      }),
    ];
  },
});
