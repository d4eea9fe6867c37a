import { github, pulumiCloud } from "../../policies/model/tokens.ts";
import { type Fixture, unknown } from "./fixture.ts";

const inRepository = { from: { repository: ["repository-repository"] } };

/** The repository, its rules and what deploys the platform, of a stack that passes. */
export function passingDelivery(): Fixture[] {
  return [...repository(), ...environment(), ...deployments()];
}

function repository(): Fixture[] {
  const enabled = { status: "enabled" };
  return [
    {
      type: github.repository,
      name: "repository-repository",
      props: {
        name: "platform",
        securityAndAnalysis: { secretScanning: enabled, secretScanningPushProtection: enabled },
      },
      protect: true,
    },
    {
      type: github.ruleset,
      name: "repository-branches",
      props: {
        repository: "platform",
        target: "branch",
        enforcement: "active",
        conditions: { refName: { includes: ["refs/heads/main", "refs/heads/release/*"], excludes: [] } },
        bypassActors: [],
        rules: {
          pullRequest: {
            requiredApprovingReviewCount: 1,
            requireCodeOwnerReview: true,
            dismissStaleReviewsOnPush: true,
            requireLastPushApproval: true,
            requiredReviewThreadResolution: true,
          },
          requiredStatusChecks: {
            requiredChecks: ["test", "typecheck", "lint", "build", "preview"].map((context) => ({ context })),
            strictRequiredStatusChecksPolicy: true,
          },
          requiredLinearHistory: true,
          nonFastForward: true,
          deletion: true,
        },
      },
      ...inRepository,
    },
    {
      type: github.vulnerabilityAlerts,
      name: "repository-alerts",
      props: { repository: "platform", enabled: true },
      ...inRepository,
    },
    {
      type: github.securityUpdates,
      name: "repository-updates",
      props: { repository: "platform", enabled: true },
      ...inRepository,
    },
    {
      type: github.actionsPermissions,
      name: "repository-actions",
      props: { repository: "platform", enabled: true, allowedActions: "selected", shaPinningRequired: true },
      ...inRepository,
    },
    {
      type: github.workflowPermissions,
      name: "repository-workflows",
      props: { repository: "platform", defaultWorkflowPermissions: "read" },
      ...inRepository,
    },
  ];
}

function environment(): Fixture[] {
  return [
    {
      type: github.environment,
      name: "repository-production",
      props: {
        repository: "platform",
        environment: "production",
        reviewers: [{ teams: [unknown] }],
        preventSelfReview: true,
        canAdminsBypass: false,
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      ...inRepository,
    },
    ...["v*", "release/*"].map(
      (tagPattern): Fixture => ({
        type: github.environmentRefs,
        name: `repository-production-tag-${tagPattern}`,
        props: { repository: "platform", environment: "production", tagPattern },
        ...inRepository,
      }),
    ),
  ];
}

function deployments(): Fixture[] {
  return (["production", "staging"] as const).flatMap((stack): Fixture[] => {
    const identity = { organization: "optropic", project: "optropic", stack };
    return [
      {
        type: pulumiCloud.deploymentSettings,
        name: `delivery-${stack}-deployments`,
        props: { ...identity, vcs: { provider: "github", deployCommits: true, previewPullRequests: true } },
      },
      {
        type: pulumiCloud.stackTag,
        name: `delivery-${stack}-tag-stage`,
        props: { ...identity, name: "stage", value: stack },
      },
      {
        type: pulumiCloud.policyGroup,
        name: `delivery-${stack}-policies`,
        props: {
          organizationName: "optropic",
          name: `checklist-${stack}`,
          entityType: "stacks",
          mode: "preventative",
          stacks: [{ name: stack, routingProject: "optropic" }],
          policyPacks: [
            {
              name: "optropic-checklist",
              versionTag: "3.0.0",
              ...(stack === "staging" && { config: { all: "advisory" } }),
            },
          ],
        },
      },
    ];
  });
}
