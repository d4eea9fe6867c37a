import { keptBy } from "./health/caching.ts";
import { healthIn } from "./health/shapes.ts";
import { compare, eachOf, probe } from "./probe.ts";

export const healthAnswers = probe({
  name: "health-answers",
  items: ["5.7", "S4.3"],
  title:
    "The health check of both hosts must answer 200 or 204 within the latency objective, say ok, and not be cached.",
  needs: ["web"],
  settings: ["api.healthCheckPath", "objectives.p95Ms"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const { api, objectives } = context.settings;
      const answers = [];
      // The first one of a connection also pays for its handshake.
      for (let index = 0; index < 3; index += 1) {
        answers.push(await context.requestAvailability({ host, path: api.healthCheckPath }));
      }
      const [first] = answers;
      if (first === undefined) return [];
      const health = healthIn(first);
      const fastest = Math.round(Math.min(...answers.map(({ durationMs }) => durationMs)));
      const kept = answers.map(keptBy).find((by) => by !== undefined);
      return [
        compare(`status of ${host}`, {
          expected: "200 or 204",
          measured: answers.map((answer) => answer.status).join(", "),
          holds: answers.every((answer) => [200, 204].includes(answer.status)),
          setting: "api.healthCheckPath",
        }),
        compare(`health of ${host}`, {
          expected: "ok, with everything that it needs",
          measured: health.says,
          holds: health.isWell,
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
          measured: kept ?? "no cache keeps it",
          holds: kept === undefined,
        }),
      ];
    }),
});
