import type { RepositoryRulesetArgs } from "@pulumi/github";
import {
  type AnyValue,
  type Child,
  type Finding,
  judge,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { matchesRef } from "../values/ref-pattern.ts";
import {
  type DeploymentSettings,
  deployedBranch,
  deployedRepository,
  deploymentSettings,
  stackLabel,
} from "./deployments.ts";
import { ofRepository, type Repository, repositories } from "./repositories.ts";
import { github } from "./tokens.ts";

export type Ruleset = ResourceOf<RepositoryRulesetArgs>;

/** Branches that releases come from, and a name that stands for them. */
interface Branches {
  readonly what: string;
  readonly anyOf: readonly string[];
  readonly alias?: string;
}

const branches: readonly Branches[] = [
  { what: "the default branch", anyOf: ["refs/heads/main", "refs/heads/master"], alias: "~DEFAULT_BRANCH" },
  // As item S1.1 names them.
  { what: "release branches", anyOf: ["refs/heads/release/v3.0.0"] },
];

/**
 * Judges the rules of the default branch and of the release branches of each repository, and of the branches
 * whose pushes are deployed: `test` gets the active rulesets that cover them, at least one. GitHub applies the
 * strictest of their rules.
 */
export function judgeBranches(
  stack: Stack,
  test: (rulesets: readonly Ruleset[], what: string) => Verdict,
): Finding[] {
  const all = repositories(stack);
  if (all.length === 0) {
    return [violation("No repository and no ruleset of one is declared, so nothing guards its branches.")];
  }
  return all.flatMap((repository) => {
    const verdict = (place: Branches): Verdict => {
      const rulesets = covering(stack, repository, place);
      const what = `${place.what} of ${repository.label}`;
      return rulesets.length === 0 ? `No active ruleset covers ${what}.` : test(rulesets, what);
    };
    return [
      ...branches.map((place) => judge(repository.resource, () => verdict(place))),
      ...deploymentSettings(stack).map((settings) =>
        judge(repository.resource, () => {
          const isOther = all.length > 1 && deployedRepository(settings) !== repository.label;
          const place = isOther ? undefined : deployedPlace(stack, settings);
          return place === undefined || isJudged(stack, repository, place) || verdict(place);
        }),
      ),
    ];
  });
}

/** Judges whether the test finds a rule among those of each branch; `missing` is the message where it does not. */
export function judgeRule(
  stack: Stack,
  missing: (what: string) => string,
  test: (rules: Value<Child<RepositoryRulesetArgs, "rules">>) => boolean,
): Finding[] {
  return judgeBranches(
    stack,
    (rulesets, what) => some(rulesets, (ruleset) => test(ruleset.at("rules"))) || missing(what),
  );
}

/** Judges whether the check of that name has to pass before a merge. */
export function judgeRequiredCheck(stack: Stack, name: string): Finding[] {
  return judgeRule(
    stack,
    (what) => `The check ${name} is not required for ${what}.`,
    (rules) =>
      some(
        rules.at("requiredStatusChecks", "requiredChecks").items(),
        (check) => jobName(check.at("context").string() ?? "") === name,
      ),
  );
}

/** Name of the job in a check's name, such as `test` in `CI / test (24)`: a caller before it, a matrix after. */
function jobName(context: string): string {
  const job = context.split(" / ").at(-1) ?? "";
  const matrix = job.indexOf(" (");
  return matrix > 0 && job.endsWith(")") ? job.slice(0, matrix) : job;
}

/** The branch whose pushes are deployed by the settings. Throws UnknownRead. */
function deployedPlace(stack: Stack, settings: DeploymentSettings): Branches | undefined {
  const branch = deployedBranch(stack, settings);
  if (branch === undefined) {
    return undefined;
  }
  // What is called like a default branch is taken for it where rules name that by its alias.
  const alias = branches.find(({ anyOf }) => anyOf.includes(branch))?.alias;
  const name = branch.replace("refs/heads/", "");
  const what = `the branch ${name} (deployed to ${stackLabel(settings)})`;
  return { what, anyOf: [branch], ...(alias !== undefined && { alias }) };
}

/** Whether the rules of a place are those of the default or the release branches, which are judged anyway. */
function isJudged(stack: Stack, repository: Repository, place: Branches): boolean {
  const rulesets = covering(stack, repository, place);
  return branches.some((other) => {
    const others = covering(stack, repository, other);
    return (
      others.length > 0 && others.length === rulesets.length && others.every((one) => rulesets.includes(one))
    );
  });
}

function covering(stack: Stack, repository: Repository, place: Branches): Ruleset[] {
  return ofRepository(stack, repository, github.ruleset, (ruleset) => {
    if (ruleset.at("target").string() !== "branch" || ruleset.at("enforcement").string() !== "active") {
      return false;
    }
    const refs = ruleset.at("conditions", "refName");
    const covers = (pattern: AnyValue) => coversBranch(pattern.string() ?? "", place);
    // The pack does not read brackets and backslashes: such an exclusion may be of any branch.
    const mayExclude = (pattern: AnyValue) => /[[\\]/.test(pattern.string() ?? "") || covers(pattern);
    return some(refs.at("includes").items(), covers) && !some(refs.at("excludes").items(), mayExclude);
  });
}

function coversBranch(pattern: string, { anyOf, alias }: Branches): boolean {
  return pattern === "~ALL" || pattern === alias || anyOf.some((name) => matchesRef(pattern, name));
}
