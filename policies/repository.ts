import type { ItemId } from "../checklist/items.ts";
import { every, policy, some } from "./framework/index.ts";
import { judgeBranches, judgeRequiredCheck, judgeRule } from "./model/branch-rules.ts";

// Items 1.1 to 1.5: what has to hold before a change gets to a branch that releases come from. The check
// `preview` is under 1.4: what `npm run build` is to the application, the preview is to the platform's stack.

const rulesets =
  "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets";

export const requiredCheckTest = requiredCheck("1.1", "test", "The tests");
export const requiredCheckTypecheck = requiredCheck("1.2", "typecheck", "The type check");
export const requiredCheckLint = requiredCheck("1.3", "lint", "The linter");
export const requiredCheckBuild = requiredCheck("1.4", "build", "The build");
export const requiredCheckPreview = requiredCheck(
  "1.4",
  "preview",
  "The preview of the stacks, judged by this pack,",
);

export const requiredChecksCurrent = policy({
  name: "required-checks-current",
  items: ["1.1"],
  scope: "delivery",
  title: "Checks pass on what the branch will hold after the merge.",
  severity: "medium",
  fix: "Set strictRequiredStatusChecksPolicy of requiredStatusChecks to true, or add a mergeQueue, which tests the merged result too.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may be of code that was tested against an older state.`,
      (rules) =>
        rules.at("requiredStatusChecks", "strictRequiredStatusChecksPolicy").boolean() === true ||
        rules.at("mergeQueue").exists,
    ),
});

export const pullRequestApproved = policy({
  name: "pull-request-approved",
  items: ["1.5"],
  scope: "delivery",
  title: "Code gets to a branch by a pull request that somebody approved.",
  severity: "critical",
  fix: "Set requiredApprovingReviewCount of pullRequest in the rules of a github.RepositoryRuleset to 1 or more.",
  url: rulesets,
  thresholds: {
    minimumApprovals: {
      description: "Approvals of a pull request at least.",
      default: 1,
      minimum: 1,
      maximum: 10,
    },
  },
  check: (stack, threshold) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} needs fewer than ${threshold("minimumApprovals")} approvals.`,
      (rules) =>
        (rules.at("pullRequest", "requiredApprovingReviewCount").number() ?? 0) >=
        threshold("minimumApprovals"),
    ),
});

export const pullRequestCodeOwners = policy({
  name: "pull-request-code-owners",
  items: ["1.5"],
  scope: "delivery",
  title: "The owners of code approve changes to it.",
  severity: "high",
  fix: "Set requireCodeOwnerReview of pullRequest in the ruleset to true, and name the owners in .github/CODEOWNERS.",
  url: "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners",
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} needs no approval by the owners of the code.`,
      (rules) => rules.at("pullRequest", "requireCodeOwnerReview").boolean() === true,
    ),
});

export const pullRequestApprovalCurrent = policy({
  name: "pull-request-approval-current",
  items: ["1.5"],
  scope: "delivery",
  title: "An approval is of what is merged, by somebody else than who pushed it.",
  severity: "high",
  fix: "Set dismissStaleReviewsOnPush and requireLastPushApproval of pullRequest in the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may hold code that was pushed after its approval.`,
      (rules) =>
        every(
          ["dismissStaleReviewsOnPush", "requireLastPushApproval"],
          (rule) => rules.at("pullRequest", rule).boolean() === true,
        ),
    ),
});

export const pullRequestConversations = policy({
  name: "pull-request-conversations",
  items: ["1.5"],
  scope: "delivery",
  title: "What a review brought up is settled before the merge.",
  severity: "medium",
  fix: "Set requiredReviewThreadResolution of pullRequest in the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    judgeRule(
      stack,
      (what) => `A merge to ${what} may leave conversations open.`,
      (rules) => rules.at("pullRequest", "requiredReviewThreadResolution").boolean() === true,
    ),
});

export const branchHistoryKept = policy({
  name: "branch-history-kept",
  items: ["1.5"],
  scope: "delivery",
  title: "History is linear, and nobody rewrites or deletes what was approved.",
  severity: "high",
  fix: "Set nonFastForward, deletion and requiredLinearHistory in the rules of the ruleset to true.",
  url: rulesets,
  check: (stack) =>
    ["nonFastForward", "deletion", "requiredLinearHistory"].flatMap((rule) =>
      judgeRule(
        stack,
        (what) => `${rule} is not among the rules of ${what}.`,
        (rules) => rules.at(rule).boolean() === true,
      ),
    ),
});

export const branchRulesForAll = policy({
  name: "branch-rules-for-all",
  items: ["1.5"],
  scope: "delivery",
  title: "Nobody may go around the rules of a branch.",
  severity: "critical",
  fix: "Remove bypassActors from the ruleset; for an emergency, waive this policy until a day.",
  url: rulesets,
  check: (stack) =>
    judgeBranches(stack, (covering, what) => {
      const around = some(covering, (ruleset) => ruleset.at("bypassActors").items().length > 0);
      return !around || `Some may go around the rules of ${what}.`;
    }),
});

function requiredCheck(item: ItemId, check: string, what: string) {
  return policy({
    name: `required-check-${check}`,
    items: [item],
    scope: "delivery",
    title: `${what} must pass before a merge.`,
    severity: "high",
    fix: `Add { context: "${check}" } to requiredChecks of requiredStatusChecks in a github.RepositoryRuleset that covers the default branch, refs/heads/release/* and the branch that production is deployed from.`,
    url: rulesets,
    check: (stack) => judgeRequiredCheck(stack, check),
  });
}
