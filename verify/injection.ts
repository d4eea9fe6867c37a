import { randomBytes } from "node:crypto";
import type { Context } from "./context.ts";
import { leakIn } from "./errors/leaks.ts";
import { standInOf } from "./network/edge.ts";
import { only } from "./network/headers.ts";
import type { HttpRequest } from "./network/http.ts";
import { compare, eachOf, probe } from "./probe.ts";
import { requireReach } from "./reach.ts";
import { Unknown } from "./unknown.ts";

/** Input that ends a string of SQL, each in its own way. */
const injections = ["' or '1'='1' -- ", "\\'; select pg_sleep(0) -- "] as const;

export const sqlInjectionWithoutEffect = probe({
  name: "sql-injection-without-effect",
  items: ["4.7"],
  title: "A login with SQL in it must be refused as a wrong login is.",
  needs: ["web"],
  settings: ["api.loginPath"],
  measure: (context) =>
    eachOf(
      injections,
      (input) => `login as ${input}`,
      async (input) => {
        const answer = await context.requestUnlimited(loginAs(context, input));
        if (standInOf(answer) !== undefined) {
          // Where a harmless login gets through, it is the input that a firewall holds back, or that ends the service.
          await context.request(loginAs(context, "nobody@optropic-verify.invalid"));
        } else if (answer.status === 429) {
          throw new Unknown(
            "rate-limited",
            "The login answered 429: wait until it lets this address through",
          );
        }
        const leak = leakIn(answer);
        const isRefused = answer.status >= 400 && answer.status < 500 && leak === undefined;
        if (isRefused) await requireReach(context, context.settings.domains.api);
        return [
          compare(`login as ${input}`, {
            expected: "a 4xx status without details",
            measured: `${answer.status} ${leak === undefined ? "without details" : `with ${leak}`}`,
            holds: isRefused,
            setting: "api.loginPath",
          }),
        ];
      },
    ),
});

function loginAs({ settings }: Context, input: string): HttpRequest {
  return {
    host: settings.domains.api,
    method: "POST",
    path: settings.api.loginPath,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: input, password: input }),
  };
}

export const inputNotReflected = probe({
  name: "input-not-reflected",
  items: ["4.8"],
  title: "Markup in a request must not come back as markup.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const name = `x-${randomBytes(6).toString("hex")}`;
      const mark = `<${name}>`;
      // Ends the value of an attribute and begins another one.
      const attribute = `"' ${name}=`;
      const encoded = encodeURIComponent(mark + attribute);
      const places = {
        query: { path: `/?q=${encoded}&search=${encoded}` },
        path: { path: `/${encoded}` },
        header: { path: "/optropic-verify", headers: { referer: mark, "x-forwarded-host": mark } },
      };
      return Promise.all(
        Object.entries(places).map(async ([place, request]) => {
          const answer = await context.request({ host, ...request });
          const isPage = !/json|text\/plain/i.test(only(answer, "content-type") ?? "text/html");
          const reflected = isPage && (answer.body.includes(mark) || isAttribute(answer.body, `${name}=`));
          if (!reflected) await requireReach(context, host);
          return compare(`${place} at ${host}`, {
            expected: "no markup of the request",
            measured: reflected ? "the markup of the request" : "no markup of the request",
            holds: !reflected,
          });
        }),
      );
    }),
});

/** Whether a name stands inside a tag, where a quote before it has ended the value of an attribute. */
function isAttribute(body: string, name: string): boolean {
  for (let at = body.indexOf(name); at >= 0; at = body.indexOf(name, at + 1)) {
    const start = body.lastIndexOf("<", at);
    if (start < 0 || body.lastIndexOf(">", at) > start || !/^<[a-z]/i.test(body.slice(start, start + 2)))
      continue;
    // Still inside a value that another kind of quote began, the text is harmless.
    const tag = body.slice(start, at).slice(-4096);
    const rest = tag.replaceAll(/=\s*(?:"[^"]*"|'[^']*')/g, "=_");
    if (!/=\s*(?:"[^"]*|'[^']*)$/.test(rest)) return true;
  }
  return false;
}
