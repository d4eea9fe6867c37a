import type { Context } from "./context.ts";
import { only } from "./network/headers.ts";
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
    const strangers = [...new Set(["https://evil.example", "null", ...allowed.flatMap(lookalikes)])].filter(
      (origin) => !allowed.includes(origin),
    );
    const asked = [
      ...allowed.map((origin) => ({ origin, expected: origin })),
      ...strangers.map((origin) => ({ origin, expected: "no permission" })),
    ];
    const checks = asked.map(async ({ origin, expected }): Promise<Check[]> => {
      const [simple, preflight] = await Promise.all([ask(context, origin), askBefore(context, origin)]);
      const check = (kind: string, measured: string) =>
        compare(`${kind} from ${origin}`, {
          expected,
          measured,
          holds: expected === origin ? measured === origin : measured !== origin && measured !== "*",
          setting: "edge.corsOrigins",
        });
      return [check("request", simple), check("preflight", preflight)];
    });
    return (await Promise.all(checks)).flat();
  },
});

/** Origins that a careless comparison takes for the real one. */
function lookalikes(origin: string): string[] {
  const { protocol, host } = new URL(origin);
  return [
    `${protocol}//${host}.evil.example`,
    `${protocol}//evil${host}`,
    `${protocol}//evil.${host}`,
    `http://${host}`,
  ];
}

async function ask(context: Context, origin: string): Promise<string> {
  const { domains, api } = context.settings;
  return permission(
    await context.request({ host: domains.api, path: api.healthCheckPath, headers: { origin } }),
  );
}

async function askBefore(context: Context, origin: string): Promise<string> {
  const { domains, api } = context.settings;
  return permission(
    await context.request({
      host: domains.api,
      method: "OPTIONS",
      path: api.healthCheckPath,
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    }),
  );
}

function permission(answer: Parameters<typeof only>[0]): string {
  return only(answer, "access-control-allow-origin") ?? "no permission";
}
