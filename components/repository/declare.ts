import { Repository, type RepositoryArgs } from "@pulumi/github/repository.js";
import * as pulumi from "@pulumi/pulumi";
import type { RepositoryScope, RepositorySettings } from "./args.ts";

/**
 * The repository itself. It is protected, and archived rather than deleted even without that protection. An
 * existing one is imported by its name and changed where it differs; the preview shows where. The origin
 * `differing` leaves all of its settings alone until the origin is `existing`.
 */
export function declareRepository(scope: RepositoryScope, settings: RepositorySettings): Repository {
  const args = repositoryArgs(settings);
  const differs = settings.origin === "differing";
  if (differs) {
    pulumi.log.warn(
      `The settings of repository ${settings.owner}/${settings.name} stay as they are at GitHub until repository.origin is existing.`,
    );
  }
  return new Repository(
    ...scope.child("repository", args, {
      protect: true,
      ...(settings.origin !== "new" && { import: settings.name }),
      ignoreChanges: [...undeclared, ...(differs ? Object.keys(args) : [])],
    }),
  );
}

/** Properties that the settings do not cover. If they were not ignored, an import would reset them. */
const undeclared: (keyof RepositoryArgs)[] = [
  "hasDiscussions",
  "hasDownloads",
  "hasProjects",
  "hasWiki",
  "homepageUrl",
  "isTemplate",
  "mergeCommitMessage",
  "mergeCommitTitle",
  "pages",
  "squashMergeCommitMessage",
  "squashMergeCommitTitle",
  "topics",
  "vulnerabilityAlerts",
  "webCommitSignoffRequired",
];

function repositoryArgs(settings: RepositorySettings): RepositoryArgs {
  const { merge, security } = settings;
  const scanning = { status: security.secretScanning ? "enabled" : "disabled" };
  return {
    name: settings.name,
    description: settings.description,
    visibility: settings.visibility,
    hasIssues: true,
    allowMergeCommit: false,
    allowSquashMerge: merge.methods.includes("squash"),
    allowRebaseMerge: merge.methods.includes("rebase"),
    allowAutoMerge: merge.auto,
    // Checks run on the latest code only, so a branch that is behind must be updated.
    allowUpdateBranch: true,
    deleteBranchOnMerge: merge.deleteBranch,
    securityAndAnalysis: { secretScanning: scanning, secretScanningPushProtection: scanning },
    archiveOnDestroy: true,
  };
}
