import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { send, textOf } from "../announce/channel.ts";
import type { Alerts } from "./ports.ts";

export interface GrafanaOptions {
  url: string;
  /** UID of the Prometheus data source. */
  dataSource: string;
  token: string | undefined;
  /** Pause between two samples, in seconds. */
  intervalSeconds: number;
}

const states = z
  .array(
    z.object({
      alertName: z.string().max(500).nullish(),
      newState: z.string().max(100).nullish(),
      prevState: z.string().max(100).nullish(),
    }),
  )
  .max(5000);

const active = z
  .array(z.looseObject({ labels: z.looseObject({ alertname: z.string().max(500).optional() }) }))
  .max(5000);

const isFiring = (state: string | null | undefined): boolean =>
  state?.toLowerCase().startsWith("alerting") === true;

const matrix = z.object({
  data: z.object({ result: z.array(z.object({ values: z.array(z.unknown()).max(20_000) })).max(10) }),
});

/** Of the samples that a time should have, the share below which it has gaps. */
const leastCoverage = 0.9;

/** The alerts of a Grafana stack, by the history of their states, and whether there was anything to alert on. */
export function grafanaAlerts({ url, dataSource, token, intervalSeconds }: GrafanaOptions): Alerts {
  const base = url.endsWith("/") ? url : `${url}/`;
  const ask = async (path: string, query: Record<string, string>, signal: AbortSignal): Promise<unknown> => {
    if (token === undefined)
      throw new Error("GRAFANA_AUTH is not set: the alerts of the stack cannot be read");
    const target = new URL(path, base);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    return parseJson(
      await textOf(await send(target, { headers: { authorization: `Bearer ${token}` } }, signal)),
    );
  };
  return {
    async fired(from, to, signal) {
      const range = { from: String(from.getTime()), to: String(to.getTime()) };
      const history = states.parse(
        await ask("api/annotations", { ...range, type: "alert", limit: "5000" }, signal),
      );
      // What fired before and ended meanwhile has only its end here, and what fires all the time has nothing.
      const now = active.parse(
        await ask("api/alertmanager/grafana/api/v2/alerts", { active: "true" }, signal),
      );
      const fired = [
        ...history.flatMap(({ alertName, newState, prevState }) =>
          isFiring(newState) || isFiring(prevState) ? [alertName ?? "an alert"] : [],
        ),
        ...now.map(({ labels }) => labels.alertname ?? "an alert"),
      ];
      if (fired.length > 0) return [...new Set(fired)];
      const seconds = (to.getTime() - from.getTime()) / 1000;
      // Grafana's Prometheus answers at most 11,000 points of a series.
      const step = Math.max(intervalSeconds, Math.ceil(seconds / 10_000));
      const answer = matrix.safeParse(
        await ask(
          `api/datasources/proxy/uid/${encodeURIComponent(dataSource)}/api/v1/query_range`,
          {
            query: "count(up)",
            start: String(from.getTime() / 1000),
            end: String(to.getTime() / 1000),
            step: String(step),
          },
          signal,
        ),
      );
      const points = answer.success ? (answer.data.data.result[0]?.values.length ?? 0) : 0;
      return points >= Math.floor(seconds / step) * leastCoverage && points > 0 ? [] : undefined;
    },
  };
}
