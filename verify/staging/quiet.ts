import { measuredParts } from "../../config/further.ts";
import { sameCommit } from "../../lib/commit.ts";
import { counted } from "../../lib/text.ts";
import { secondsOf } from "../../lib/units.ts";
import { alertRules } from "../../metrics/alerts.ts";
import { hosts, scrapeJobs } from "../../metrics/contract.ts";
import { builds, scrapes } from "../../metrics/indicators.ts";
import type { RangeSeries } from "../../vendors/prometheus.ts";
import type { Context } from "../context.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Span, seriesOfStaging, stagingOf, wholeOf } from "./metrics.ts";

const hourMs = 3_600_000;

/** As often as Grafana evaluates the rules. */
const stepSeconds = 60;

/** The part of the values that must be there, so that nothing was missed. */
const leastPart = 0.9;

/**
 * Whether an alert fired is worked out from the metrics by the declared rules, and not asked of Grafana's history: a
 * rule that was paused, silenced or not there yet would have kept quiet.
 */
export const stagingQuiet = probe({
  name: "staging-quiet",
  items: ["S2.7"],
  title:
    "No alert may have fired in staging for the declared hours, in which it served the release's commit.",
  needs: ["vendor:prometheus", "release-commit"],
  settings: ["rollout.soakHours"],
  limitMs: 120_000,
  measure: async (context) => {
    const { soakHours } = context.settings.rollout;
    const to = context.clock.now();
    const span: Span = { from: to - soakHours * hourMs, to, stepSeconds };
    const staging = stagingOf(context);
    const { objectives, observability, links } = staging;
    const rules = alertRules(
      objectives,
      { grafana: observability.grafana.url, runbooks: links.runbooks },
      { further: measuredParts(staging) },
    );
    const watched = await watchedChecks(context, span);
    const checks = await Promise.all(
      rules.map(async ({ name, expr, for: held }): Promise<Check> => {
        const fired = (await seriesOfStaging(context, expr, span)).map(({ values }) =>
          firingMs(values, secondsOf(held) * 1000),
        );
        const longest = Math.max(0, ...fired);
        return compare(`alert ${name}`, {
          expected: `not firing for ${counted(soakHours, "hour")}`,
          measured: longest > 0 ? `fired for ${Math.round(longest / 60_000)} min` : "not firing",
          holds: longest === 0,
          setting: "rollout.soakHours",
        });
      }),
    );
    return [...watched, ...checks];
  },
});

/** Whether every host was watched all the time, and served the commit. */
async function watchedChecks(context: Context, span: Span): Promise<Check[]> {
  const { commit } = context;
  if (commit === undefined)
    throw new Unknown("no-data", "VERIFY_COMMIT is not set: which commit is the release?");
  const [scraped, built] = await Promise.all([
    seriesOfStaging(context, scrapes(), span),
    seriesOfStaging(context, builds(), span),
  ]);
  return hosts.flatMap((host) => {
    const seen = scraped.filter(({ labels }) => labels.scrape_job === scrapeJobs[host]);
    const served = built.filter(({ labels }) => labels.host === host && sameCommit(labels.commit, commit));
    return [
      covered(`metrics of ${host}`, seen, span, "are missing for a part of the time"),
      covered(`commit of ${host}`, served, span, `do not show commit ${commit.slice(0, 12)} all the time`),
    ];
  });
}

function covered(subject: string, series: readonly RangeSeries[], span: Span, problem: string): Check {
  const moments = new Set(series.flatMap(({ values }) => values.map(([at]) => at)));
  const whole = wholeOf(span);
  const hours = ((moments.size / whole) * (span.to - span.from)) / hourMs;
  if (moments.size < whole * leastPart) {
    const message = `The metrics of staging ${problem}: ${hours.toFixed(1)} h of them`;
    return unknownCheck(subject, new Unknown("no-data", message));
  }
  return compare(subject, {
    expected: `at least ${Math.round(leastPart * 100)} % of the time`,
    measured: `${Math.floor((100 * moments.size) / whole)} %`,
    holds: true,
  });
}

/** How long a condition held without a break, where that was long enough to fire; else 0. */
export function firingMs(values: readonly (readonly [number, number])[], heldMs: number): number {
  let longest = 0;
  let since: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  for (const [at] of values) {
    // A little more than one step: moments are rounded.
    if (since === undefined || at - last > 1.5 * stepSeconds * 1000) since = at;
    last = at;
    if (at - since >= heldMs) longest = Math.max(longest, at - since, stepSeconds * 1000);
  }
  return longest;
}
