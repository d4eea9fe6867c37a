import { known, type Resource, type Stack } from "../framework/index.ts";
import type { AlertFacts } from "../values/promql-labels.ts";
import { healthChecks } from "./facts.ts";
import { isOn } from "./given.ts";
import { isOfApplication } from "./health-checks.ts";
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
  const asking: ReadonlySet<Resource> = new Set(
    healthChecks(stack)
      .filter((check) => known(() => isOfApplication(stack, check)) !== false)
      .map(({ resource }) => resource),
  );
  const ofHealth = checks.filter((check) => asking.has(check));
  const needed = ofHealth.length > 0 ? ofHealth : checks;
  const texts = (read: (string | undefined)[]) => [...new Set(read.filter((text) => text !== undefined))];
  return {
    scrapeSeconds: Math.max(
      standardScrapeSeconds,
      ...jobs.map((job) => job.at("scrapeIntervalSeconds").number() ?? standardScrapeSeconds),
    ),
    scrapeJobs: texts(jobs.map((job) => job.at("name").string())),
    checkJobs: texts(checks.map((check) => check.at("job").string())),
    checkTargets: texts(checks.map((check) => check.at("target").string())),
    healthJobs: texts(needed.map((check) => check.at("job").string())),
    healthTargets: texts(needed.map((check) => check.at("target").string())),
  };
});
