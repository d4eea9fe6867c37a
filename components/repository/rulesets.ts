import { RepositoryRuleset } from "@pulumi/github/repositoryRuleset.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryScope } from "./scope.ts";

/** Rules of the default branch and of those that are protected as it is (items 1.1 to 1.5). */
export function protectBranches(
  { name, repository, options }: RepositoryScope,
  settings: DeliverySettings["repository"],
): RepositoryRuleset {
  const { review, merge, checks, checksApp } = settings;
  const branches = [...new Set([settings.defaultBranch, ...settings.protectedBranches])];
  return new RepositoryRuleset(
    `${name}-branches`,
    {
      repository,
      name: "Protected branches",
      target: "branch",
      enforcement: "active",
      conditions: {
        refName: { includes: branches.map((branch) => `refs/heads/${branch}`), excludes: [] },
      },
      bypassActors: review.bypass.map(({ type, id, mode }) => ({
        actorType: type,
        bypassMode: mode,
        ...(id !== undefined && { actorId: id }),
      })),
      rules: {
        pullRequest: {
          requiredApprovingReviewCount: review.approvals,
          requireCodeOwnerReview: review.codeOwners,
          dismissStaleReviewsOnPush: review.dismissStale,
          requireLastPushApproval: review.lastPush,
          requiredReviewThreadResolution: review.conversations,
          allowedMergeMethods: merge.methods,
        },
        // GitHub takes no empty list of checks.
        ...(checks.length > 0 && {
          requiredStatusChecks: {
            requiredChecks: checks.map((context) => ({ context, integrationId: checksApp })),
            strictRequiredStatusChecksPolicy: true,
            // A new release branch too starts from a commit that has passed.
            doNotEnforceOnCreate: false,
          },
        }),
        requiredLinearHistory: true,
        nonFastForward: true,
        deletion: true,
      },
    },
    options,
  );
}

/** A tag of a release stays on its commit: what was approved under a name is what is deployed under it. */
export function protectReleaseTags(
  { name, repository, options }: RepositoryScope,
  { releaseTags }: DeliverySettings["repository"],
): void {
  if (releaseTags.length === 0) return;
  new RepositoryRuleset(
    `${name}-tags`,
    {
      repository,
      name: "Release tags",
      target: "tag",
      enforcement: "active",
      conditions: { refName: { includes: releaseTags.map((tag) => `refs/tags/${tag}`), excludes: [] } },
      bypassActors: [],
      rules: { update: true, nonFastForward: true, deletion: true },
    },
    options,
  );
}
