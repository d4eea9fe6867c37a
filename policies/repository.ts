import { judge, policy, some } from "./framework/index.ts";
import { judgeBranches, judgeRequiredCheck, judgeRule } from "./model/branch-rules.ts";
import { ruleWriters } from "./model/facts.ts";

// Items 1.1 to 1.5: what must hold before a change reaches a branch that releases come from. The check
// `preview` is under 1.4: it is to the platform's stack what `npm run build` is to the application.

const rulesets =
  "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets";

const where =
  "requiredChecks of requiredStatusChecks in a github.RepositoryRuleset that covers the default branch, refs/heads/release/* and the branch that production is deployed from";

export const requiredCheckTest = policy({
  name: "required-check-test",
  items: ["1.1"],
  scope: "delivery",
  title: "The tests must pass before a merge.",
  severity: "high",
  fix: `Add { context: "test", integrationId: 15368 } to ${where}.`,
  url: rulesets,
  check: (stack) => judgeRequiredCheck(stack, "test"),
});

export const requiredCheckTypecheck = policy({
  name: "required-check-typecheck",
  items: ["1.2"],
  scope: "delivery",
  title: "The type check must pass before a merge.",
  severity: "high",
  fix: `Add { context: "typecheck", integrationId: 15368 } to ${where}.`,
  url: rulesets,
  check: (stack) => judgeRequiredCheck(stack, "typecheck"),
});

export const requiredCheckLint = policy({
  name: "required-check-lint",
  items: ["1.3"],
  scope: "delivery",
  title: "The linter must pass before a merge.",
  severity: "high",
  fix: `Add { context: "lint", integrationId: 15368 } to ${where}.`,
  url: rulesets,
  check: (stack) => judgeRequiredCheck(stack, "lint"),
});

export const requiredCheckBuild = policy({
  name: "required-check-build",
  items: ["1.4"],
  scope: "delivery",
  title: "The build must pass before a merge.",
  severity: "high",
  fix: `Add { context: "build", integrationId: 15368 } to ${where}.`,
  url: rulesets,
  check: (stack) => judgeRequiredCheck(stack, "build"),
});

export const requiredCheckPreview = policy({
  name: "required-check-preview",
  items: ["1.4"],
  scope: "delivery",
  title: "The preview of the stacks, judged by this pack, must pass before a merge.",
  severity: "high",
  fix: `Add { context: "preview", integrationId: 15368 } to ${where}.`,
  url: rulesets,
  check: (stack) => judgeRequiredCheck(stack, "preview"),
});

export const requiredChecksCurrent = policy({
  name: "required-checks-current",
  items: ["1.1"],
  scope: "delivery",
  title: "Checks must pass on the code as it will be after the merge.",
  severity: "medium",
  fix: "Set strictRequiredStatusChecksPolicy of requiredStatusChecks to true, or add a mergeQueue, which tests the merged result too.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may contain code that was tested against an older state of the branch.`,
      (rules) => rules.isCurrent(),
    ),
});

export const pullRequestApproved = policy({
  name: "pull-request-approved",
  items: ["1.5"],
  scope: "delivery",
  title: "Code must reach a branch through an approved pull request.",
  severity: "critical",
  fix: "Set requiredApprovingReviewCount of pullRequest in the rules of a github.RepositoryRuleset to 1 or more.",
  url: rulesets,
  thresholds: {
    minimumApprovals: {
      description: "Least approvals of a pull request.",
      default: 1,
      minimum: 1,
      maximum: 10,
    },
  },
  check: (stack, threshold) =>
    judgeRule(
      stack,
      (what) =>
        threshold("minimumApprovals") === 1
          ? `The rules of ${what} allow merging without approval.`
          : `A merge to ${what} needs fewer than ${threshold("minimumApprovals")} approvals.`,
      (rules) => rules.approvals() >= threshold("minimumApprovals"),
    ),
});

export const pullRequestCodeOwners = policy({
  name: "pull-request-code-owners",
  items: ["1.5"],
  scope: "delivery",
  title: "The owners of code must approve changes to it.",
  severity: "high",
  fix: "Set requireCodeOwnerReview of pullRequest in the ruleset to true, and name the owners in .github/CODEOWNERS.",
  url: "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners",
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} needs no approval by the owners of the code.`,
      (rules) => rules.asksOwners(),
    ),
});

export const pullRequestApprovalCurrent = policy({
  name: "pull-request-approval-current",
  items: ["1.5"],
  scope: "delivery",
  title: "An approval must cover what is merged, and come from someone other than the person who pushed it.",
  severity: "high",
  fix: "Set dismissStaleReviewsOnPush and requireLastPushApproval of pullRequest in the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may contain code that was pushed after its approval.`,
      (rules) => rules.asksAgain(),
    ),
});

export const pullRequestConversations = policy({
  name: "pull-request-conversations",
  items: ["1.5"],
  scope: "delivery",
  title: "Review conversations must be resolved before a merge.",
  severity: "medium",
  fix: "Set requiredReviewThreadResolution of pullRequest in the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may leave conversations unresolved.`,
      (rules) => rules.resolvesConversations(),
    ),
});

export const branchHistoryKept = policy({
  name: "branch-history-kept",
  items: ["1.5"],
  scope: "delivery",
  title: "Nobody may rewrite or delete what was approved.",
  severity: "high",
  fix: "Set nonFastForward and deletion in the rules of the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    (["nonFastForward", "deletion"] as const).flatMap((rule) =>
      judgeRule(
        stack,
        (what) => `${rule} is not among the rules of ${what}.`,
        (rules) => rules.keeps(rule),
      ),
    ),
});

export const branchRulesForAll = policy({
  name: "branch-rules-for-all",
  items: ["1.5"],
  scope: "delivery",
  title: "Nobody may bypass the rules of a branch.",
  severity: "critical",
  fix: "Remove bypassActors from the ruleset; for an emergency, waive this policy for a few days.",
  url: rulesets,
  check: (stack) => [
    ...judgeBranches(stack, (covering, what) => {
      const around = some(covering, (rules) => rules.hasBypass());
      return !around || `Some actors may bypass the rules of ${what}.`;
    }),
    ...ruleWriters(stack).map(({ resource, isHarmless }) => judge(resource, isHarmless)),
  ],
});
