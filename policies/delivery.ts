import {
  type Finding,
  fault,
  judge,
  judgeEach,
  judgeStack,
  known,
  policy,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { judgeRequiredCheck } from "./model/branch-rules.ts";
import { judgeCodeRepositories } from "./model/code-repositories.ts";
import { judgeTags } from "./model/deployment-source.ts";
import { driftChecks, packGroups, stackClocks, stackDeployments } from "./model/facts.ts";
import type { StackDeployment } from "./model/repository.ts";
import { longestGap } from "./values/schedule.ts";

// What deploys the platform. The checklist has no item for the pack itself. That nothing is deployed unjudged,
// whoever starts it, is under 1.5, because reviews and approvals rely on it; that every pull request is judged is
// under 1.4, with the check `preview`.

export const productionEnvironmentReviewed = policy({
  name: "production-environment-reviewed",
  items: ["1.5"],
  scope: "delivery",
  title:
    "Someone other than the person who starts it must approve each deployment to production, which must come from named branches or tags.",
  severity: "critical",
  fix: "Declare a github.RepositoryEnvironment named production, or as the setting productionEnvironment says, with reviewers, preventSelfReview true, canAdminsBypass false and a deploymentBranchPolicy, and with custom policies a github.RepositoryEnvironmentDeploymentPolicy.",
  url: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  check: (stack) => [
    ...judgeCodeRepositories(
      stack,
      "No repository is declared, so no environment gates production.",
      (repository) => repository.reviewsProduction(),
    ),
    ...stackClocks(stack).map(({ resource, asksApproval }) => judge(resource, asksApproval)),
  ],
});

export const driftLookedFor = policy({
  name: "drift-schedules-run",
  items: ["1.5"],
  scope: "delivery",
  title: "Every schedule that looks for changes past the review must run at least once a week.",
  severity: "medium",
  fix: 'Set scheduleCron of the pulumiservice.DriftSchedule to five fields that come round, such as "30 5 * * *".',
  url: "https://www.pulumi.com/docs/deployments/concepts/drift/",
  check: (stack) =>
    driftChecks(stack).map(({ resource, schedule }) =>
      judge(resource, () => {
        const text = schedule.string() ?? "";
        const gap = longestGap(text);
        return (
          (gap !== undefined && gap <= 7 * 1440) ||
          fault(
            schedule,
            gap === undefined
              ? `${resource.name} runs at ${JSON.stringify(text)}, which is not a cron schedule.`
              : `${resource.name} ${Number.isFinite(gap) ? "may not run for more than a week" : "never runs"}.`,
          )
        );
      }),
    ),
});

export const pullRequestsPreviewed = policy({
  name: "pull-requests-previewed",
  items: ["1.4"],
  scope: "delivery",
  title: "Every pull request must be previewed against the stacks that it will change.",
  severity: "high",
  fix: "Set previewPullRequests in github (or vcs) of the pulumiservice.DeploymentSettings to true; with a backend of your own, set backend to self-managed and require the check preview.",
  url: "https://www.pulumi.com/docs/deployments/concepts/triggers/",
  check: (stack, _threshold, { backend }) =>
    backend === "self-managed"
      ? judgeRequiredCheck(stack, "preview")
      : [
          ...judgeDeployments(
            stack,
            "No stack has deployment settings, so no pull request is previewed.",
            (deployed) =>
              deployed.previewsPullRequests() || deployed.isTemplate()
                ? deployed.followsAll()
                : `Pull requests are not previewed against the stack ${deployed.label}.`,
          ),
          ...judgeEnforced(stack),
        ],
});

export const packEnforced = policy({
  name: "pack-enforced",
  items: ["1.5"],
  scope: "delivery",
  title:
    "This pack must run before every update, wherever it is started, and stop an update that violates it.",
  severity: "critical",
  fix: "Declare a pulumiservice.PolicyGroup of mode preventative with this pack and the stack, at its own levels; a stack that a pulumiservice.StackTag says is staging may have the level advisory. With a backend of your own, set backend to self-managed and require the check preview.",
  url: "https://www.pulumi.com/docs/discovery-governance/policy/policy-groups/",
  check: (stack, _threshold, { backend, isSupplied }) =>
    backend === "self-managed" ? judgeRequiredCheck(stack, "preview") : judgeGroups(stack, isSupplied),
});

/** A stack of production that the pack is enforced on changes, so pull requests are previewed against it. */
function judgeEnforced(stack: Stack): Finding[] {
  return packGroups(stack).map(({ resource, undeployed }) =>
    judge(resource, () => {
      const alone = undeployed();
      return (
        alone === undefined ||
        `The stack ${alone} has no deployment settings, so no pull request is previewed against it.`
      );
    }),
  );
}

function judgeGroups(stack: Stack, isSupplied: (text: string) => boolean): Finding[] {
  const groups = packGroups(stack);
  return [
    judgeStack(
      () => some(groups, ({ enforces }) => enforces()) || "No policy group enforces this pack on a stack.",
    ),
    ...judgeTags(stack),
    ...lastingDeployments(stack).flatMap((deployed) => [
      judge(deployed.resource, () => deployed.runsReviewed(isSupplied)),
      judge(deployed.resource, () => deployed.deploysReviewed()),
      judge(
        deployed.resource,
        () =>
          deployed.isJudged() ||
          deployed.isTemplate() ||
          `No policy group enforces this pack on the stack ${deployed.label}.`,
      ),
    ]),
  ];
}

/** Without what stays no time: a template of stacks for reviews. */
const lastingDeployments = (stack: Stack): StackDeployment[] =>
  stackDeployments(stack).filter((deployed) => known(() => deployed.isTemplate()) !== true);

function judgeDeployments(
  stack: Stack,
  absent: string,
  test: (deployed: StackDeployment) => Verdict,
): Finding[] {
  return judgeEach(lastingDeployments(stack), absent, test);
}
