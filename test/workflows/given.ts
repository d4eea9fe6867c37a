import { parseWorkflow } from "./model.ts";
import { dangerous, found, isFiltered, keepsCache, pins, problemsOfCheckout, ranAgain } from "./rules.ts";

/** What is wrong with a workflow that another repository is given, whose jobs may be its required checks. */
export function problemsOfGiven(text: string): string[] {
  const { on, permissions, jobs } = parseWorkflow(text);
  const all = Object.values(jobs);
  const steps = all.flatMap((job) => job.steps);
  return [
    ...pins(text),
    ...dangerous.filter((trigger) => trigger in on),
    ...found(isFiltered(on), "a filter: its checks would never be reported"),
    ...found(!("merge_group" in on), "no merge_group: a merge queue would wait for its checks for ever"),
    ...found(!ranAgain(on), "a new commit or a new base would keep the old checks"),
    ...found(JSON.stringify(permissions) !== '{"contents":"read"}', "more than to read"),
    ...found(
      all.some((job) => (job["timeout-minutes"] ?? 360) > 60),
      "no time limit of an hour or less",
    ),
    ...found(/\$\{\{/.test(text), "an expression"),
    ...found(
      steps.some(({ uses = "", with: inputs = {} }) => keepsCache(uses, inputs)),
      "a cache that another run may have filled",
    ),
    ...found(
      steps.some(({ run = "" }) => /^npm ci\b(?!.*--ignore-scripts)/.test(run)),
      "scripts of packages run",
    ),
    ...found(
      steps.some(({ run = "" }) => /^(npx|node) /.test(run)) &&
        !steps.some(({ uses = "" }) => uses.startsWith("actions/setup-node@")),
      "runs with whatever Node.js the runner has",
    ),
    ...steps.flatMap(problemsOfCheckout),
  ];
}
