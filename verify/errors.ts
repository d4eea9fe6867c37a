import type { Context } from "./context.ts";
import type { HttpAnswer, HttpRequest } from "./network/http.ts";
import { compare, eachOf, probe } from "./probe.ts";

/** Characters of an answer that are searched: an error is short, and a hostile answer is not. */
const mostSearched = 256 * 1024;

/** What only somebody who debugs should see, and what it is called. */
const leaks: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    "a stack trace",
    /\s{1,8}at (?:async )?(?:[\w.<>[\] ]{1,200} \()?(?:file:\/\/|node:|\/)[^\s):]{1,500}:\d{1,7}:\d{1,7}/,
  ],
  [
    "a path of the server",
    // Routes may begin like folders do, so that those need a file's ending.
    /\/(?:opt|srv|usr|var|root)\/[\w.-]{1,200}\/[\w./-]|\/(?:app|home|workspace|render|vercel)\/[\w./-]{1,500}\.(?:[cm]?[jt]sx?|py|rb|php|go|java|json|env|ya?ml|sql|prisma)\b|[A-Z]:\\[\w.-]{1,200}\\|node_modules/,
  ],
  [
    "a statement of SQL",
    // In lowercase, only what no sentence has: "select one from the list" is none.
    /\b(?:SELECT\b.{1,500}\bFROM|INSERT INTO|UPDATE\b.{1,500}\bSET|DELETE FROM)\b|\b(?:select \*|select "|insert into "|update "|delete from ")|\bsyntax error at or near\b/,
  ],
  [
    "the error of a database library",
    /Prisma\w*Error|PrismaClient|SequelizeDatabaseError|QueryFailedError|pg_catalog/,
  ],
  ["the version of the software", /\b(?:node|express|fastify|nginx|next\.js|prisma)[/ ]v?\d+\.\d+/i],
];

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
      body: JSON.stringify({ text: "x".repeat(2 * 1024 * 1024) }),
    },
  ];
}

export const errorsSanitized = probe({
  name: "errors-sanitized",
  items: ["4.11"],
  title: "The answer to a wrong request must be a refusal without a stack trace, path, SQL or version.",
  needs: ["web"],
  settings: ["api.loginPath"],
  measure: (context) =>
    eachOf(
      wrongRequests(context),
      ({ what }) => what,
      async ({ what, ...request }) => {
        const answer = await context.request({ ...request, host: context.settings.domains.api });
        const found = leakIn(answer);
        const expected = "a 4xx status without details";
        const refused = answer.status >= 400 && answer.status < 500;
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

function leakIn({ body, headers }: HttpAnswer): string | undefined {
  const text = `${[...headers].map(([name, values]) => `${name}: ${values.join(", ")}`).join("\n")}\n${body}`
    .slice(0, mostSearched)
    // Addresses that everybody may ask are no paths of the server.
    .replaceAll(
      /\bhttps?:\/\/[^\s"'<>]{1,2000}|\b(?:href|src|action)=(?:"[^"]{0,2000}"|'[^']{0,2000}')/gi,
      " ",
    );
  return leaks.find(([, pattern]) => pattern.test(text))?.[0];
}
