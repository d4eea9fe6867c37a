import { type Finding, judge, known, type Stack, some, type Verdict, violation } from "../framework/index.ts";
import {
  aliasOf,
  type Branches,
  type BranchRules,
  declaredDefaults,
  defaultNames,
  rulesFor,
} from "./branch-sources.ts";
import {
  type DeploymentSettings,
  deployedBranch,
  deployedRepository,
  deploymentSettings,
  stackLabel,
} from "./deployments.ts";
import { type Repository, repositories } from "./repositories.ts";

/** As item S1.1 names them, such as `release/v3.0.0`: rules must hold for each of them. */
const releases: Branches = { what: "release branches", anyOf: ["refs/heads/release/*"] };

/** The default branch as the stack names it, else by the names that it usually has. Throws UnknownRead. */
function defaultBranch(stack: Stack, repository: Repository): Branches {
  const [name] = declaredDefaults(stack, repository);
  const deployed = deploymentSettings(stack)
    .map((settings) => known(() => settings.at("sourceContext", "git", "branch").string()))
    .map((branch) => (branch === undefined || branch.startsWith("refs/") ? branch : `refs/heads/${branch}`));
  const inUse = defaultNames.filter((candidate) => deployed.includes(candidate));
  const anyOf = name !== undefined ? [`refs/heads/${name}`] : inUse.length > 0 ? inUse : defaultNames;
  return { what: "the default branch", anyOf, alias: "~DEFAULT_BRANCH" };
}

/**
 * Judges the rules of the default branch and of the release branches of each repository, and of the branches
 * whose pushes are deployed: `test` gets the active rulesets that cover them, at least one. GitHub applies the
 * strictest of their rules.
 */
export function judgeBranches(
  stack: Stack,
  test: (rules: readonly BranchRules[], what: string) => Verdict,
): Finding[] {
  const all = repositories(stack);
  if (all.length === 0) {
    return [violation("No repository and no ruleset of one is declared, so nothing guards its branches.")];
  }
  return all.flatMap((repository) => {
    const verdict = (place: Branches): Verdict => {
      const rulesets = rulesFor(stack, repository, place);
      const what = `${place.what} of ${repository.label}`;
      return rulesets.length === 0 ? `No active ruleset covers ${what}.` : test(rulesets, what);
    };
    return [
      judge(repository.resource, () => verdict(defaultBranch(stack, repository))),
      judge(repository.resource, () => verdict(releases)),
      ...deploymentSettings(stack).map((settings) =>
        judge(repository.resource, () => {
          const isOther = all.length > 1 && deployedRepository(settings) !== repository.label;
          const place = isOther ? undefined : deployedPlace(stack, repository, settings);
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
  test: (rules: BranchRules) => boolean,
): Finding[] {
  return judgeBranches(stack, (rules, what) => some(rules, test) || missing(what));
}

/** Judges whether the check of that name has to pass before a merge, made by one app. */
export function judgeRequiredCheck(stack: Stack, name: string): Finding[] {
  return judgeRule(
    stack,
    (what) => `The check ${name}, bound to the app that makes it, is not required for ${what}.`,
    (rules) => rules.requires(name),
  );
}

/** The branch whose pushes are deployed by the settings. Throws UnknownRead. */
function deployedPlace(
  stack: Stack,
  repository: Repository,
  settings: DeploymentSettings,
): Branches | undefined {
  const branch = deployedBranch(stack, settings);
  if (branch === undefined) {
    return undefined;
  }
  const name = branch.replace("refs/heads/", "");
  const what = `the branch ${name} (deployed to ${stackLabel(settings)})`;
  return { what, anyOf: [branch], ...aliasOf(stack, repository, name) };
}

/** Whether the rules of a place are those of the default or the release branches, which are judged anyway. */
function isJudged(stack: Stack, repository: Repository, place: Branches): boolean {
  const rulesets = rulesFor(stack, repository, place);
  return [defaultBranch(stack, repository), releases].some((other) => {
    const others = rulesFor(stack, repository, other);
    return (
      others.length > 0 &&
      others.length === rulesets.length &&
      others.every(({ resource }) => rulesets.some((one) => one.resource === resource))
    );
  });
}
