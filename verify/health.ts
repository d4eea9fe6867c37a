import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { all, only } from "./network/headers.ts";
import { compare, eachOf, probe } from "./probe.ts";

const healthSchema = z.looseObject({ status: z.string().max(100) });

export const healthAnswers = probe({
  name: "health-answers",
  items: ["5.7", "S4.3"],
  title:
    "The health check of both hosts must answer 200 within the latency objective, say ok, and not be cached.",
  needs: ["web"],
  settings: ["api.healthCheckPath", "objectives.p95Ms"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const { api, objectives } = context.settings;
      const answers = [];
      // The first one of a connection also pays for its handshake.
      for (let index = 0; index < 3; index += 1) {
        answers.push(await context.request({ host, path: api.healthCheckPath }));
      }
      const [first] = answers;
      if (first === undefined) return [];
      const health = healthSchema.safeParse(parseJson(first.body));
      const status = health.success ? health.data.status : "no JSON with a status";
      const fastest = Math.round(Math.min(...answers.map(({ durationMs }) => durationMs)));
      const kept = only(first, "cache-control") ?? "";
      return [
        compare(`status of ${host}`, {
          expected: 200,
          measured: answers.map((answer) => answer.status).join(", "),
          holds: answers.every((answer) => answer.status === 200),
          setting: "api.healthCheckPath",
        }),
        compare(`health of ${host}`, {
          expected: "ok",
          measured: status,
          holds: /^(ok|up|pass|healthy)$/i.test(status),
        }),
        compare(`latency of ${host}`, {
          expected: `at most ${objectives.p95Ms}`,
          measured: fastest,
          unit: "ms",
          holds: fastest <= objectives.p95Ms,
          setting: "objectives.p95Ms",
        }),
        compare(`caching of ${host}`, {
          expected: "no cache keeps it",
          measured: kept === "" ? "no cache-control" : kept,
          holds:
            !/\b(public|immutable|s-maxage=[1-9]|max-age=[1-9])/i.test(kept) &&
            all(first, "age").length === 0,
        }),
      ];
    }),
});
