import type { Context } from "./context.ts";
import { leakIn, mostSearched } from "./errors/leaks.ts";
import type { HttpRequest } from "./network/http.ts";
import { compare, eachOf, probe } from "./probe.ts";
import { requireReach } from "./reach.ts";
import { Unknown } from "./unknown.ts";

const oversized = Buffer.from(JSON.stringify({ text: "x".repeat(2 * 1024 * 1024) }));

/** Requests that no client of the platform sends, each of which a server should refuse. */
function wrongRequests(context: Context): readonly (Omit<HttpRequest, "host"> & { what: string })[] {
  const { api } = context.settings;
  const json = { "content-type": "application/json" };
  const folder = api.loginPath.slice(0, api.loginPath.lastIndexOf("/"));
  return [
    { what: "an unknown route", path: "/optropic-verify/no-such-route" },
    { what: "an unknown procedure", path: `${folder}/noSuchProcedure?input=%7B` },
    { what: "a wrong method", method: "DELETE", path: api.healthCheckPath },
    { what: "malformed JSON", method: "POST", path: api.loginPath, headers: json, body: '{"email":' },
    { what: "a malformed escape", path: "/%E0%A4%A" },
    {
      what: "an oversized body",
      method: "POST",
      path: `${folder}/noSuchProcedure`,
      headers: json,
      body: oversized,
    },
  ];
}

/** The same of the web application, whose framework answers. */
const wrongPages = [
  { what: "an unknown page", path: "/optropic-verify/no-such-page" },
  { what: "a malformed escape in the address of a page", path: "/%E0%A4%A" },
];

export const errorsSanitized = probe({
  name: "errors-sanitized",
  items: ["4.11"],
  title: "The answer to a wrong request must be a refusal without a stack trace, path, SQL or version.",
  needs: ["web"],
  settings: ["api.loginPath"],
  measure: (context) =>
    eachOf(
      [
        ...wrongRequests(context).map((each) => ({ ...each, host: context.settings.domains.api })),
        ...wrongPages.map((each) => ({ ...each, host: context.settings.domains.web })),
      ],
      ({ what }) => what,
      async ({ what, ...request }) => {
        const answer = await context.request(request);
        const found = leakIn(answer);
        if (found === undefined && answer.body.length > mostSearched) {
          throw new Unknown(
            "too-large",
            `The answer has ${answer.body.length} characters, too many for an error`,
          );
        }
        const expected = "a 4xx status without details";
        const refused = answer.status >= 400 && answer.status < 500;
        if (refused && found === undefined) await requireReach(context, request.host);
        const details = found === undefined ? "without details" : `with ${found}`;
        return [
          compare(what, {
            expected,
            measured: `${answer.status} ${details}`,
            holds: refused && found === undefined,
          }),
        ];
      },
    ),
});
