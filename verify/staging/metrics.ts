import type { Settings } from "../../config/settings.ts";
import { Prometheus, type RangeSeries } from "../../vendors/prometheus.ts";
import type { Context } from "../context.ts";
import { Unknown } from "../unknown.ts";
import { question } from "../vendors/question.ts";

/** Values of one answer; a server of Prometheus refuses more than 11,000. */
const mostValues = 10_000;

const own = { url: "PROMETHEUS_URL", token: "PROMETHEUS_TOKEN" };
const ofStaging = { url: "STAGING_PROMETHEUS_URL", token: "STAGING_PROMETHEUS_TOKEN" };

/** A stretch of time of series that are read at equal distances. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/**
 * The settings of the stack that a release is tried in, which is the stack itself unless it is production.
 *
 * @throws {Unknown} `no-data`, where the project has no such stack
 */
export function stagingOf(context: Context): Settings {
  if (context.settings.stage === "staging") return context.settings;
  if (context.staging !== undefined) return context.staging;
  const { stagingStack } = context.settings.rollout;
  throw new Unknown(
    "no-data",
    `The settings of the stack ${stagingStack} (rollout.stagingStack) are not known`,
  );
}

interface Asked extends Span {
  readonly query: string;
}

const answers = question(async (context, access, name): Promise<RangeSeries[]> => {
  const { query, from, to, stepSeconds }: Asked = JSON.parse(name);
  const variables = context.settings.stage === "staging" ? own : ofStaging;
  if ((access.environment?.[variables.url] ?? "") === "") {
    throw new Unknown("no-credential", `The metrics of staging: ${variables.url} is not set`);
  }
  return new Prometheus(access, variables).range(query, new Date(from), new Date(to), stepSeconds);
});

/** The series of a query in staging, asked in parts where an answer would be too long. */
export async function seriesOfStaging(context: Context, query: string, span: Span): Promise<RangeSeries[]> {
  const stepMs = span.stepSeconds * 1000;
  const joined = new Map<string, { labels: RangeSeries["labels"]; values: (readonly [number, number])[] }>();
  for (let from = span.from; from <= span.to; from += mostValues * stepMs) {
    const to = Math.min(span.to, from + (mostValues - 1) * stepMs);
    const asked: Asked = { query, from, to, stepSeconds: span.stepSeconds };
    for (const { labels, values } of await answers(context, JSON.stringify(asked))) {
      const key = nameOf(labels);
      const known = joined.get(key) ?? { labels, values: [] };
      known.values.push(...values);
      joined.set(key, known);
    }
  }
  return [...joined.values()];
}

/** The labels of a series in one order. */
export function nameOf(labels: RangeSeries["labels"]): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(", ");
}

/** How many values a span has where nothing is missing. */
export function wholeOf({ from, to, stepSeconds }: Span): number {
  return Math.floor((to - from) / (stepSeconds * 1000)) + 1;
}
