import type { ItemId } from "../../../checklist/items.ts";
import type { RegisteredControl } from "../../../evidence/registered.ts";

function gate(name: string, title: string, items: readonly ItemId[]): RegisteredControl {
  return { kind: "gate", name, title, items, run: "release" };
}

/** What the steps of a release record as evidence. */
export const controls = {
  branch: gate("step-release-branch", "The release branch must be at the commit that goes live.", ["S1.1"]),
  merged: gate("step-merged", "No pull request of the release may be open, and main must have its commit.", [
    "S1.2",
  ]),
  test: gate("check-test", "The check test must be green on the commit.", ["1.1"]),
  typecheck: gate("check-typecheck", "The check typecheck must be green on the commit.", ["1.2"]),
  lint: gate("check-lint", "The check lint must be green on the commit.", ["1.3"]),
  build: gate("check-build", "The check build must be green on the commit.", ["1.4"]),
  checks: gate("step-checks-green", "Every check of the commit must be green.", ["S1.3"]),
  freeze: gate("step-freeze-announced", "The freeze must be announced.", ["S1.4"]),
  notes: gate("step-release-notes", "The release notes must be generated from the merged pull requests.", [
    "S1.5",
  ]),
  staging: gate("step-staging-deployed", "Staging must serve the commit.", ["S2.1"]),
  smoke: gate("step-staging-smoke", "The smoke test of staging must pass.", ["S2.2"]),
  soak: gate("step-staging-soak", "No alert may fire in staging for the hours in the settings.", ["S2.7"]),
  issues: gate("step-no-critical-issue", "No critical issue may be open.", ["S2.8"]),
  deployed: gate("step-production-deployed", "Every host must serve the commit.", ["S4.1"]),
  published: gate("step-notes-published", "The release must be published with its notes.", ["S7.7"]),
  announced: gate("step-announced", "The deployment must be announced.", ["S8.1"]),
  links: gate("step-links-shared", "The announcement must have the links of the monitoring.", ["S8.5"]),
  stakeholders: gate("step-stakeholders-told", "The stakeholders must be told.", ["S8.2"]),
} as const satisfies Record<string, RegisteredControl>;

export const releaseControls: readonly RegisteredControl[] = Object.values(controls);
