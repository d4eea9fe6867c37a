import type { Stack } from "../framework/index.ts";
import type { AlertFacts } from "../values/promql-labels.ts";
import { isOn } from "./given.ts";
import { perStack } from "./per-stack.ts";
import { grafana } from "./tokens.ts";

/** Grafana Cloud scrapes every minute where nothing else is said. */
const standardScrapeSeconds = 60;

/**
 * What a stack says of the series that its alerts read: who scrapes them, how often, and what is checked. Throws
 * UnknownRead.
 */
export const alertFacts: (stack: Stack) => AlertFacts = perStack((stack) => {
  const jobs = stack.ofType(grafana.scrapeJob).filter((job) => isOn(job.at("enabled")));
  const checks = stack.ofType(grafana.check).filter((check) => isOn(check.at("enabled")));
  const texts = (read: (string | undefined)[]) => [...new Set(read.filter((text) => text !== undefined))];
  return {
    scrapeSeconds: Math.max(
      standardScrapeSeconds,
      ...jobs.map((job) => job.at("scrapeIntervalSeconds").number() ?? standardScrapeSeconds),
    ),
    scrapeJobs: texts(jobs.map((job) => job.at("name").string())),
    checkJobs: texts(checks.map((check) => check.at("job").string())),
    checkTargets: texts(checks.map((check) => check.at("target").string())),
  };
});
