import { only } from "./network/headers.ts";
import { pageAt, redirectOf } from "./pages.ts";
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
    const page = await pageAt(context, web, "/");
    const served = compare(web, {
      expected: 200,
      measured: page.status,
      holds: page.status === 200,
      setting: "domains.web",
    });
    if (redirect === undefined) return [served];
    const path = "/a-path?and=query";
    const answer = await context.request({ host: redirect, path });
    const expected = `https://${web}${path}`;
    return [
      served,
      compare(redirect, {
        expected: `301 or 308 to ${expected}`,
        measured: `${answer.status} to ${only(answer, "location") ?? "no location"}`,
        holds:
          [301, 308].includes(answer.status) &&
          redirectOf(answer, new URL(`https://${redirect}${path}`))?.href === expected,
        setting: "domains.redirect",
      }),
    ];
  },
});
