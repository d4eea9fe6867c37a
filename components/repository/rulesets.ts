import { RepositoryRuleset } from "@pulumi/github/repositoryRuleset.js";
import type { RepositoryName, RepositoryScope, RepositorySettings } from "./args.ts";

/** Rules of the default branch and of further protected branches (items 1.1 to 1.5). */
export function protectBranches(
  scope: RepositoryScope,
  repository: RepositoryName,
  settings: RepositorySettings,
): RepositoryRuleset {
  const branches = [...new Set([settings.defaultBranch, ...settings.protectedBranches])];
  return new RepositoryRuleset(
    ...scope.child("branches", {
      repository,
      name: "Protected branches",
      target: "branch",
      enforcement: "active",
      conditions: {
        refName: { includes: branches.map((branch) => `refs/heads/${branch}`), excludes: [] },
      },
      bypassActors: settings.review.bypass.map(({ type, id, mode }) => ({
        actorType: type,
        bypassMode: mode,
        ...(id !== undefined && { actorId: id }),
      })),
      rules: {
        pullRequest: pullRequestRule(settings),
        ...requiredChecks(settings),
        requiredLinearHistory: true,
        nonFastForward: true,
        deletion: true,
      },
    }),
  );
}

function pullRequestRule({ review, merge }: RepositorySettings) {
  return {
    requiredApprovingReviewCount: review.approvals,
    requireCodeOwnerReview: review.codeOwners,
    dismissStaleReviewsOnPush: review.dismissStale,
    requireLastPushApproval: review.lastPush,
    requiredReviewThreadResolution: review.conversations,
    allowedMergeMethods: merge.methods,
  };
}

function requiredChecks({ checks, checksApp }: RepositorySettings) {
  // GitHub rejects an empty list of checks.
  if (checks.length === 0) return {};
  return {
    requiredStatusChecks: {
      requiredChecks: checks.map((context) => ({ context, integrationId: checksApp })),
      strictRequiredStatusChecksPolicy: true,
      // A new release branch must start from a commit that has passed, too.
      doNotEnforceOnCreate: false,
    },
  };
}

/** A release tag stays on its commit, so that what was approved under a name is what is deployed under it. */
export function protectReleaseTags(
  scope: RepositoryScope,
  repository: RepositoryName,
  { releaseTags }: RepositorySettings,
): void {
  if (releaseTags.length === 0) return;
  new RepositoryRuleset(
    ...scope.child("tags", {
      repository,
      name: "Release tags",
      target: "tag",
      enforcement: "active",
      conditions: { refName: { includes: releaseTags.map((tag) => `refs/tags/${tag}`), excludes: [] } },
      bypassActors: [],
      rules: { update: true, nonFastForward: true, deletion: true },
    }),
  );
}
