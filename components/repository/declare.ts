import { Repository, type RepositoryArgs } from "@pulumi/github/repository.js";
import * as pulumi from "@pulumi/pulumi";
import type { DeliverySettings } from "../../config/delivery.ts";

/**
 * The repository itself. It is protected, and archived rather than deleted even where that is lifted. One
 * that exists is imported by its name, and changed where it is not as declared; the preview shows where. The
 * origin `differing` leaves all of it as it is until the origin is `existing`.
 */
export function declareRepository(
  name: string,
  settings: DeliverySettings["repository"],
  options: pulumi.CustomResourceOptions,
): Repository {
  const args = repositoryArgs(settings);
  const differs = settings.origin === "differing";
  if (differs) {
    pulumi.log.warn(
      `The settings of repository ${settings.owner}/${settings.name} stay as GitHub has them until repository.origin is existing.`,
    );
  }
  return new Repository(`${name}-repository`, args, {
    ...options,
    protect: true,
    ...(settings.origin !== "new" && { import: settings.name }),
    ignoreChanges: [...undeclared, ...(differs ? Object.keys(args) : [])],
  });
}

/** What the settings say nothing of: without this, an import would turn it off or empty it. */
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

function repositoryArgs(settings: DeliverySettings["repository"]): RepositoryArgs {
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
    // Checks run on the latest code only, so a branch that is behind has to be brought up.
    allowUpdateBranch: true,
    deleteBranchOnMerge: merge.deleteBranch,
    securityAndAnalysis: { secretScanning: scanning, secretScanningPushProtection: scanning },
    archiveOnDestroy: true,
  };
}
