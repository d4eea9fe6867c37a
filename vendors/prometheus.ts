import * as z from "zod";
import { printable, shortened } from "../lib/text.ts";
import { checkedUrl } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { VendorProblem } from "./problem.ts";

/** A series with its values in order; a gap is a missing moment. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, and the value, which may be NaN. */
  readonly values: readonly (readonly [number, number])[];
}

/** More values of a series than this are refused by Prometheus itself. */
const mostValues = 11_000;

const number = z.string().transform((text) => (text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text)));
const matrix = z.looseObject({
  status: z.literal("success"),
  /** What the server could not read; what it leaves out would look as if it were not there. */
  warnings: z.array(z.string().max(10_000)).max(1000).nullish(),
  data: z.looseObject({
    resultType: z.literal("matrix"),
    result: z
      .array(
        z.looseObject({
          metric: z.record(z.string().max(200), z.string().max(2000)),
          values: z.array(z.tuple([z.number(), number])).max(mostValues),
        }),
      )
      .max(1000),
  }),
});

/** Variables that say where the metrics are, and with which token they may be read. */
export interface PrometheusVariables {
  readonly url: string;
  readonly token: string;
}

const ownVariables: PrometheusVariables = { url: "PROMETHEUS_URL", token: "PROMETHEUS_TOKEN" };

/** Reads series over the HTTP API of Prometheus, which Grafana Cloud has as well. */
export class Prometheus {
  #client: VendorClient;

  /**
   * @param access `PROMETHEUS_URL` is the address in front of `/api/v1`, and `PROMETHEUS_TOKEN` may read there
   * @param variables other names of the two
   * @throws {Failure} `refused`, for an address to which no token may be sent
   */
  constructor(access: Access = {}, { url, token }: PrometheusVariables = ownVariables) {
    const { environment = process.env, ...rest } = access;
    this.#client = new VendorClient({
      ...rest,
      vendor: "Prometheus",
      baseUrl: checkedUrl(environment[url] ?? "", url),
      token: { variable: token, value: environment[token] },
    });
  }

  /**
   * The series of an expression between two moments, both included.
   *
   * @throws {VendorProblem} when there is no answer of the documented form
   */
  async range(query: string, from: Date, to: Date, stepSeconds: number): Promise<RangeSeries[]> {
    const { data, warnings } = await this.#client.ask({
      path: "/api/v1/query_range",
      query: { query, start: from.getTime() / 1000, end: to.getTime() / 1000, step: stepSeconds },
      right: "query metrics",
      schema: matrix,
    });
    const [warning] = warnings ?? [];
    if (warning !== undefined) {
      throw new VendorProblem(
        "not-understood",
        `Prometheus answered in part only: ${shortened(printable(warning), 200)}`,
      );
    }
    const stepMs = stepSeconds * 1000;
    const steps = Math.floor((to.getTime() - from.getTime()) / stepMs);
    return data.result.map(({ metric, values }) => {
      // Some servers answer with moments that nobody asked for, and one value must not stand for several moments.
      const byStep = new Map<number, [number, number]>();
      for (const [seconds, value] of values) {
        const step = Math.round((seconds * 1000 - from.getTime()) / stepMs);
        if (step >= 0 && step <= steps && !byStep.has(step)) byStep.set(step, [seconds * 1000, value]);
      }
      return { labels: metric, values: [...byStep.values()].sort(([a], [b]) => a - b) };
    });
  }
}
