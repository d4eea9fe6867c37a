import { describe, expect, it } from "vitest";
import { judge, refusing } from "../recording/judge.ts";
import { recordDelivery } from "../recording/stacks.ts";

// One setting of the delivery changed: what the pack refuses then. The program runs in this process; that a pack
// sees the same in a preview by the real command is tested in recording/.

describe("a delivery that is broken", () => {
  it.each([
    ["without the check test", "1.1", 'repository.checks=["typecheck","lint","build","preview"]'],
    ["without the check typecheck", "1.2", 'repository.checks=["test","lint","build","preview"]'],
    ["without the check lint", "1.3", 'repository.checks=["test","typecheck","build","preview"]'],
    ["without the check build", "1.4", 'repository.checks=["test","typecheck","lint","preview"]'],
    ["without the check preview", "1.4", 'repository.checks=["test","typecheck","lint","build"]'],
    ["without any check", "1.1", "repository.checks=[]"],
    ["without an approval", "1.5", "repository.review.approvals=0"],
    [
      "by who may go around it",
      "1.5",
      'repository.review.bypass=[{"type":"OrganizationAdmin","mode":"always"}]',
    ],
    ["on release branches", "1.5", 'repository.protectedBranches=["staging"]'],
    ["on the branch that is deployed from", "1.5", "pulumiCloud.production.branch=hotfix"],
    ["by any branch for production", "1.5", 'environments.production.branches=["*"]'],
    ["by a policy group that is off", "1.5", "pulumiCloud.production.policies=off"],
    ["by a policy group that only advises", "1.5", "pulumiCloud.production.policies=advisory"],
    ["without previews on pull requests", "1.4", "pulumiCloud.production.previewPullRequests=false"],
    ["without reviewers of production", "1.5", "environments.production.reviewers=[]"],
    ["without secret scanning", "1.6", "repository.security.secretScanning=false"],
    ["without alerts", "1.6", "repository.security.dependencyAlerts=false"],
  ])("%s names item %s", async (_, item, setting) => {
    const { resources, context } = await recordDelivery(setting);
    const refusals = refusing(judge(resources, context));
    expect(refusals.flatMap(({ policy }) => policy.items)).toContain(item);
    for (const { found } of refusals.flatMap(({ violations }) => violations)) expect(found).not.toBe("");
  });

  it("but as it is refuses nothing", async () => {
    const { resources, context } = await recordDelivery();
    expect(refusing(judge(resources, context)).map(({ policy }) => policy.name)).toEqual([]);
  });
});
