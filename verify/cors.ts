import type { Context } from "./context.ts";
import { only } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { type Check, compare, probe } from "./probe.ts";

export const corsRestricted = probe({
  name: "cors-restricted",
  items: ["4.3"],
  title: "The API must let pages of the declared origins call it, and of no other.",
  needs: ["web"],
  settings: ["edge.corsOrigins"],
  measure: async (context) => {
    const { corsOrigins } = context.settings.edge;
    const allowed = corsOrigins.filter((origin) => origin !== "*");
    const strangers = [
      ...new Set(["https://evil.example", "null", ...allowed.flatMap(lookalikes), ...ofDevelopers]),
    ].filter((origin) => !allowed.includes(origin));
    const asked = [
      ...allowed.map((origin) => ({ origin, expected: origin })),
      ...strangers.map((origin) => ({ origin, expected: "no permission" })),
    ];
    const { healthCheckPath } = context.settings.api;
    const other = unknownProcedure(context);
    const routed = strangers.slice(0, mostRouted);
    const checks = asked.map(async ({ origin, expected }): Promise<Check[]> => {
      const isOwn = expected === origin;
      const check = (kind: string, measured: string) =>
        compare(`${kind} from ${origin}`, {
          expected,
          measured,
          holds: isOwn ? measured === origin : measured !== origin && measured !== "*",
          setting: "edge.corsOrigins",
        });
      const [simple, preflight] = await Promise.all([
        ask(context, origin, healthCheckPath),
        askBefore(context, origin, healthCheckPath),
      ]);
      if (isOwn) {
        const refused = refusalOf(preflight);
        const kept = [simple, await ask(context, origin, other)].filter(
          (answer) => permission(answer) === origin && mayBeKept(answer),
        );
        return [
          check("request", permission(simple)),
          check("preflight", refused ?? permission(preflight)),
          await variesCheck(context, origin, kept),
        ];
      }
      // A router may have rules of its own, beside those of the server.
      if (!routed.includes(origin)) {
        return [check("request", permission(simple)), check("preflight", permission(preflight))];
      }
      const [there, before] = await Promise.all([
        ask(context, origin, other),
        askBefore(context, origin, other),
      ]);
      return [
        check("request", foundPermission(origin, simple, there)),
        check("preflight", foundPermission(origin, preflight, before)),
      ];
    });
    return (await Promise.all(checks)).flat();
  },
});

/** Whether a cache may keep an answer and give it to others (RFC 9111, section 3; many do so without a length). */
function mayBeKept(answer: HttpAnswer): boolean {
  return !/\bno-store\b/i.test(only(answer, "cache-control") ?? "");
}

/**
 * An answer that permits one origin of several must say so to caches, or a page of another gets the wrong permission
 * (Fetch, "CORS protocol and HTTP caches"). One that names the same origin to everybody need not.
 */
async function variesCheck(context: Context, origin: string, kept: readonly HttpAnswer[]): Promise<Check> {
  const fixed = kept.filter(
    (answer) => !/(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(only(answer, "vary") ?? ""),
  );
  const isSame =
    fixed.length > 0 &&
    permission(await ask(context, "https://evil.example", context.settings.api.healthCheckPath)) === origin;
  const holds = fixed.length === 0 || isSame;
  return compare(`answers that caches may keep, to ${origin}`, {
    expected: "Vary: Origin, or the same for every origin",
    measured: holds ? "Vary: Origin, or the same for every origin" : "a permission without Vary: Origin",
    holds,
    setting: "edge.corsOrigins",
  });
}

/** Strangers that are asked of a router too: any, none, and what looks like the first allowed origin. */
const mostRouted = 5;

/** Origins that are let in for development and previews, and stay: whatever runs there, anybody may run. */
const ofDevelopers = [
  ...["http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:3000"],
  ...["https://evil.vercel.app", "https://evil.onrender.com"],
];

/** Origins that a careless comparison takes for the real one. */
function lookalikes(origin: string): string[] {
  const { protocol, host, port } = new URL(origin);
  return [
    // A dot in a pattern stands for any character, and one of several is easily left so.
    ...[...host.matchAll(/\./g)].map(
      ({ index }) => `${protocol}//${host.slice(0, index)}x${host.slice(index + 1)}`,
    ),
    ...(port === "" ? [`${protocol}//${host}:8443`] : []),
    `${protocol}//${host}.evil.example`,
    `${protocol}//evil${host}`,
    `${protocol}//evil.${host}`,
    `http://${host}`,
  ];
}

/** A path beside the login, which answers 404 by the rules of its router. */
function unknownProcedure({ settings }: Context): string {
  const { loginPath } = settings.api;
  return `${loginPath.slice(0, loginPath.lastIndexOf("/"))}/noSuchProcedure`;
}

function ask(context: Context, origin: string, path: string): Promise<HttpAnswer> {
  return context.request({ host: context.settings.domains.api, path, headers: { origin } });
}

function askBefore(context: Context, origin: string, path: string): Promise<HttpAnswer> {
  return context.request({
    host: context.settings.domains.api,
    method: "OPTIONS",
    path,
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
}

/** Why a browser would not send the request after all (Fetch, "CORS-preflight fetch"). */
function refusalOf(answer: HttpAnswer): string | undefined {
  if (answer.status < 200 || answer.status > 299) return `status ${answer.status}`;
  const headers = (only(answer, "access-control-allow-headers") ?? "").toLowerCase().split(/\s*,\s*/);
  if (headers.includes("content-type")) return undefined;
  const isOpen = headers.includes("*") && only(answer, "access-control-allow-credentials") !== "true";
  return isOpen ? undefined : "no permission for the header content-type";
}

function permission(answer: HttpAnswer): string {
  return only(answer, "access-control-allow-origin") ?? "no permission";
}

/** The permission that one of some answers gives a stranger; else that of the first. */
function foundPermission(origin: string, ...answers: readonly HttpAnswer[]): string {
  const all = answers.map(permission);
  return all.find((each) => each === origin || each === "*") ?? all[0] ?? "no permission";
}
