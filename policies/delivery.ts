import type { RepositoryEnvironmentArgs } from "@pulumi/github";
import {
  type Finding,
  fault,
  judge,
  judgeEach,
  judgeStack,
  known,
  policy,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { judgeRequiredCheck } from "./model/branch-rules.ts";
import { judgeSource, judgeTags } from "./model/deployment-source.ts";
import { judgePaths, judgeWork } from "./model/deployment-work.ts";
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
import { isProductionPart, judgeRefs } from "./model/environment-refs.ts";
import type { StackSchedule } from "./model/other-args.ts";
import { isCalledProduction } from "./model/production-access.ts";
import { judgeRepositories, ofRepository, type Repository } from "./model/repositories.ts";
import { github, pulumiCloud, stackSchedules } from "./model/tokens.ts";
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
    ...judgeRepositories(
      stack,
      "No repository is declared, so no environment gates production.",
      (repository) => reviewsProduction(stack, repository),
    ),
    ...stack
      .ofType(...stackSchedules)
      .map((schedule) => judge(schedule, () => judgeSchedule(stack, schedule))),
    ...stack.ofType(pulumiCloud.driftSchedule).map((schedule) =>
      judge(schedule, () => {
        const remedy = schedule.at("autoRemediate");
        return (
          remedy.boolean() !== true ||
          !isCalledProduction(schedule.at("stack").string() ?? "") ||
          fault(
            remedy,
            `${schedule.name} updates ${schedule.at("stack").string()} by the clock, without approval.`,
          )
        );
      }),
    ),
    ...stack.ofType(pulumiCloud.teamPermission).map((granted) =>
      judge(granted, () => {
        const level = granted.at("permission");
        return (
          level.number() !== 103 ||
          !isCalledProduction(granted.at("stack").string() ?? "") ||
          fault(
            level,
            `The team ${granted.at("team").string()} may delete ${granted.at("stack").string()} and change who approves.`,
          )
        );
      }),
    ),
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
    stack.ofType(pulumiCloud.driftSchedule).map((schedule) =>
      judge(schedule, () => {
        const cron = schedule.at("scheduleCron");
        const text = cron.string() ?? "";
        const gap = longestGap(text);
        return (
          (gap !== undefined && gap <= 7 * 1440) ||
          fault(
            cron,
            gap === undefined
              ? `${schedule.name} runs at ${JSON.stringify(text)}, which is no cron schedule.`
              : `${schedule.name} ${Number.isFinite(gap) ? "may not run for more than a week" : "never runs"}.`,
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
          ...judgeEach(
            deploymentSettings(stack),
            "No stack has deployment settings, so no pull request is previewed.",
            (settings) =>
              trigger(settings, "previewPullRequests") || isTemplate(settings)
                ? judgePaths(settings)
                : `Pull requests are not previewed against the stack ${stackLabel(settings)}.`,
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
  const settings = stack.ofType(pulumiCloud.deploymentSettings);
  return stack.ofType(pulumiCloud.policyGroup).map((group) =>
    judge(group, () => {
      const names = group
        .at("stacks")
        .items()
        .map((member) => member.at("name").string() ?? "");
      const alone = names
        .filter(isCalledProduction)
        .find((name) => !some(settings, (it) => it.at("stack").string() === name));
      return (
        settings.length === 0 ||
        alone === undefined ||
        `The stack ${alone} has no deployment settings, so no pull request is previewed against it.`
      );
    }),
  );
}

function reviewsProduction(stack: Stack, repository: Repository): Verdict {
  const { label } = repository;
  // GitHub tells no letter case apart.
  const environments = ofRepository(stack, repository, github.environment, (candidate) =>
    isProductionPart(stack, candidate.at("environment")),
  );
  const name = stack.declared.productionEnvironment;
  if (
    !environments.some((it) => ["prod", name].includes(it.at("environment").string()?.toLowerCase() ?? ""))
  ) {
    return `${label} has no environment named ${name}.`;
  }
  const verdicts = environments.map((environment) => reviewsEnvironment(stack, repository, environment));
  return verdicts.find((verdict) => verdict !== true) ?? true;
}

function reviewsEnvironment(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
): Verdict {
  const { label } = repository;
  const stranger = environment
    .at("reviewers")
    .items()
    .flatMap((reviewers) => [...reviewers.at("teams").items(), ...reviewers.at("users").items()])
    .find((reviewer) => !reviewer.isUnknown && !/^\d+$/.test(String(reviewer.number() ?? reviewer.string())));
  if (stranger !== undefined) {
    return fault(stranger, `GitHub knows reviewers of ${label} by their number, and this is none.`);
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
  return judgeRefs(stack, repository, environment);
}

function judgeGroups(stack: Stack, isSupplied: (text: string) => boolean): Finding[] {
  const groups = stack.ofType(pulumiCloud.policyGroup);
  const deployed = deploymentSettings(stack);
  const isEnforced = () =>
    some(groups, (group) => enforcesPack(group) && group.at("stacks").items().length > 0);
  return [
    judgeStack(() => isEnforced() || "No policy group enforces this pack on a stack."),
    ...judgeTags(stack),
    ...deployed.flatMap((settings) => [
      judge(settings, () => judgeWork(stack, settings, isSupplied)),
      judge(settings, () => judgeSource(stack, settings)),
      judge(
        settings,
        () =>
          some(groups, (group) => isInGroup(settings, group) && enforcesPack(group)) ||
          (some(groups, (group) => isInGroup(settings, group) && runsPack(group)) &&
            isTaggedStaging(stack, settings)) ||
          isTemplate(settings) ||
          `No policy group enforces this pack on the stack ${stackLabel(settings)}.`,
      ),
    ]),
  ];
}

/** What runs by the clock nobody approves: it may look for drift, and remove what is no production. */
function judgeSchedule(stack: Stack, schedule: ResourceOf<StackSchedule>): Verdict {
  const name = schedule.at("stack").string() ?? "";
  const destroys =
    schedule.type === pulumiCloud.ttlSchedule ||
    /destroy|update|up/.test(schedule.at("pulumiOperation").string() ?? "");
  const isProduction =
    isCalledProduction(name) ||
    stack
      .ofType(pulumiCloud.stackTag)
      .some(
        (tag) =>
          known(() => tag.at("stack").string()) === name &&
          known(() => tag.at("value").string()) === "production",
      );
  return (
    !destroys ||
    !isProduction ||
    fault(
      schedule.at("stack"),
      `${schedule.name} changes or destroys ${name} by the clock, without approval.`,
    )
  );
}
