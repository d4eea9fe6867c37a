import {
  type Finding,
  fault,
  judge,
  judgeEach,
  judgeStack,
  policy,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { judgeRequiredCheck } from "./model/branch-rules.ts";
import {
  deploymentSettings,
  enforcesPack,
  isInGroup,
  isTaggedStaging,
  isTemplate,
  runsPack,
  stackLabel,
  trigger,
} from "./model/deployments.ts";
import { judgeRepositories, ofRepository, type Repository } from "./model/repositories.ts";
import { github, pulumiCloud } from "./model/tokens.ts";

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
  fix: "Declare a github.RepositoryEnvironment named production with reviewers, preventSelfReview true, canAdminsBypass false and a deploymentBranchPolicy, and with custom policies a github.RepositoryEnvironmentDeploymentPolicy.",
  url: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  check: (stack) =>
    judgeRepositories(stack, "No repository is declared, so no environment gates production.", (repository) =>
      reviewsProduction(stack, repository),
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
      : judgeEach(
          deploymentSettings(stack),
          "No stack has deployment settings, so no pull request is previewed.",
          (settings) =>
            trigger(settings, "previewPullRequests") ||
            isTemplate(settings) ||
            `Pull requests are not previewed against the stack ${stackLabel(settings)}.`,
        ),
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
  check: (stack, _threshold, { backend }) =>
    backend === "self-managed" ? judgeRequiredCheck(stack, "preview") : judgeGroups(stack),
});

function reviewsProduction(stack: Stack, repository: Repository): Verdict {
  const { label } = repository;
  const [environment] = ofRepository(stack, repository, github.environment, (candidate) => {
    // GitHub tells no letter case apart.
    return candidate.at("environment").string()?.toLowerCase() === "production";
  });
  if (environment === undefined) {
    return `${label} has no environment named production.`;
  }
  const isReviewed = some(environment.at("reviewers").items(), (reviewers) =>
    some(["teams", "users"] as const, (kind) => reviewers.at(kind).items().length > 0),
  );
  if (!isReviewed) {
    return fault(
      environment.at("reviewers"),
      `The environment production of ${label} allows deployments without approval.`,
    );
  }
  if (environment.at("preventSelfReview").boolean() !== true) {
    return fault(
      environment.at("preventSelfReview"),
      `Whoever starts a deployment of ${label} to production may approve it.`,
    );
  }
  if (environment.at("canAdminsBypass").boolean() !== false) {
    return fault(
      environment.at("canAdminsBypass"),
      `Administrators may bypass the approval of deployments of ${label} to production.`,
    );
  }
  const refs = environment.at("deploymentBranchPolicy");
  const isCustom = refs.at("customBranchPolicies").boolean() === true;
  const isNamed = isCustom ? !namesAny(stack, repository) : refs.at("protectedBranches").boolean() === true;
  return isNamed || fault(refs, `Any branch or tag of ${label} may be deployed to production.`);
}

/** Whether a pattern of what may be deployed to production has nothing but wildcards. Throws UnknownRead. */
function namesAny(stack: Stack, repository: Repository): boolean {
  const wild = ofRepository(
    stack,
    repository,
    github.environmentRefs,
    (refs) =>
      some(["branchPattern", "tagPattern"] as const, (kind) =>
        /^[*?/]+$/.test(refs.at(kind).string() ?? ""),
      ) && refs.at("environment").string()?.toLowerCase() === "production",
  );
  return wild.length > 0;
}

function judgeGroups(stack: Stack): Finding[] {
  const groups = stack.ofType(pulumiCloud.policyGroup);
  const deployed = deploymentSettings(stack);
  const isEnforced = () =>
    some(groups, (group) => enforcesPack(group) && group.at("stacks").items().length > 0);
  return [
    judgeStack(() => isEnforced() || "No policy group enforces this pack on a stack."),
    ...deployed.map((settings) =>
      judge(
        settings,
        () =>
          some(groups, (group) => isInGroup(settings, group) && enforcesPack(group)) ||
          (some(groups, (group) => isInGroup(settings, group) && runsPack(group)) &&
            isTaggedStaging(stack, settings)) ||
          isTemplate(settings) ||
          `No policy group enforces this pack on the stack ${stackLabel(settings)}.`,
      ),
    ),
  ];
}
