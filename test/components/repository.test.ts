import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { workflowVariables } from "../../components/repository/variables.ts";
import { Repository, type RepositoryArgs } from "../../components/repository.ts";
import { acceptDelivery, writtenDelivery } from "../config/delivery.ts";
import { changed } from "../config/stack.ts";
import { record, settled } from "./recorder.ts";

const written = writtenDelivery();

function argsOf(settings = written): RepositoryArgs {
  const accepted = acceptDelivery(settings);
  return { ...accepted, variables: workflowVariables(accepted) };
}

function declare(args = argsOf()) {
  return record((opts) => new Repository("repository", args, opts), {
    calls: { "github:index/getTeam:getTeam": { id: "4711" } },
    outputs: { "github:index/repository:Repository": { htmlUrl: "https://github.com/optropic/platform" } },
  });
}

const declared = await declare();

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("the repository", () => {
  test("is taken over as it is declared, protected, and archived rather than deleted", () => {
    const { inputs, options } = declared.named("repository-repository");
    expect(options).toMatchObject({ import: "platform", protect: true });
    const declaredOnes = options.ignoreChanges?.filter((name) => name in inputs);
    expect(declaredOnes).toEqual([]);
    expect(options.ignoreChanges).toContain("hasWiki");
    expect(inputs).toMatchObject({
      name: "platform",
      visibility: "private",
      archiveOnDestroy: true,
      allowMergeCommit: false,
      allowSquashMerge: true,
      allowRebaseMerge: false,
      deleteBranchOnMerge: true,
    });
  });

  test.each([
    ["new", undefined],
    ["differing", "platform"],
  ])("of origin %s is imported as %s, protected all the same", async (origin, imported) => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const { options } = (await declare(argsOf(changed(written, "repository.origin", origin)))).named(
      "repository-repository",
    );
    expect(options.import).toBe(imported);
    expect(options.protect).toBe(true);
    const differs = origin === "differing";
    expect(options.ignoreChanges?.includes("securityAndAnalysis") ?? false).toBe(differs);
    expect(warn).toHaveBeenCalledTimes(differs ? 1 : 0);
  });

  test("is of the owner of the settings, whoever the token is of", () => {
    expect(declared.named("repository-github").inputs).toMatchObject({ owner: "optropic" });
    const custom = declared.resources.filter(({ type }) => type.startsWith("github:"));
    for (const { name, options } of custom) expect(options.provider, name).toBeDefined();
  });

  test.each([
    ["a token", "c4nary-t0ken", { secret: "c4nary-t0ken" }],
    ["none", "", undefined],
  ])("has the environment's token as a secret, where there is %s", async (_, token, expected) => {
    vi.stubEnv("GITHUB_TOKEN", token);
    const { inputs } = (await declare()).named("repository-github");
    expect(inputs.token || undefined).toEqual(expected);
  });

  test("says where it is, and what names its owners", async () => {
    expect(await settled(declared.component.url)).toBe("https://github.com/optropic/platform");
    expect(declared.component.codeOwners).toBe("* @optropic/platform");
  });
});

describe("the rules of branches", () => {
  test("cover what releases come from, and nobody goes around them", () => {
    expect(declared.named("repository-branches").inputs).toMatchObject({
      repository: "platform",
      target: "branch",
      enforcement: "active",
      bypassActors: [],
      conditions: {
        refName: {
          includes: ["refs/heads/main", "refs/heads/release/*"],
          excludes: [],
        },
      },
    });
  });

  test("ask for the checks of the settings by GitHub Actions, on the latest code", () => {
    const { rules } = declared.named("repository-branches").inputs;
    expect(rules).toMatchObject({
      requiredStatusChecks: {
        requiredChecks: ["test", "typecheck", "lint", "build", "preview"].map((context) => ({
          context,
          integrationId: 15_368,
        })),
        strictRequiredStatusChecksPolicy: true,
        doNotEnforceOnCreate: false,
      },
      requiredLinearHistory: true,
      nonFastForward: true,
      deletion: true,
    });
  });

  test("ask for a current approval by an owner, and settled conversations", () => {
    expect(declared.named("repository-branches").inputs.rules).toMatchObject({
      pullRequest: {
        requiredApprovingReviewCount: 1,
        requireCodeOwnerReview: true,
        dismissStaleReviewsOnPush: true,
        requireLastPushApproval: true,
        requiredReviewThreadResolution: true,
        allowedMergeMethods: ["squash"],
      },
    });
  });

  test("take what the settings say against the checklist, for the policies to refuse", async () => {
    const settings = [
      ["repository.checks", []],
      [
        "repository.review.bypass",
        [
          { type: "Team", id: 7, mode: "always" },
          { type: "DeployKey", mode: "exempt" },
        ],
      ],
    ].reduce((rest, [path, value]) => changed(rest, String(path), value), written);
    const { inputs } = (await declare(argsOf(settings))).named("repository-branches");
    expect(inputs.rules).not.toHaveProperty("requiredStatusChecks");
    expect(inputs.bypassActors).toEqual([
      { actorType: "Team", actorId: 7, bypassMode: "always" },
      { actorType: "DeployKey", bypassMode: "exempt" },
    ]);
  });

  test("keep the tags of releases where they are", async () => {
    expect(declared.named("repository-tags").inputs).toMatchObject({
      target: "tag",
      enforcement: "active",
      conditions: { refName: { includes: ["refs/tags/v*"], excludes: [] } },
      rules: { update: true, deletion: true, nonFastForward: true },
    });
    const untagged = await declare(argsOf(changed(written, "repository.releaseTags", [])));
    expect(untagged.resources.map(({ name }) => name)).not.toContain("repository-tags");
  });
});

describe("what GitHub watches for", () => {
  test("is secrets, with pushes that hold one, and vulnerable dependencies", () => {
    const enabled = { status: "enabled" };
    expect(declared.named("repository-repository").inputs.securityAndAnalysis).toEqual({
      secretScanning: enabled,
      secretScanningPushProtection: enabled,
    });
    expect(declared.named("repository-alerts").inputs).toEqual({ repository: "platform", enabled: true });
    expect(declared.named("repository-updates").inputs).toEqual({ repository: "platform", enabled: true });
  });

  test("is none of it where the settings turn it off, and is declared so", async () => {
    const off = ["secretScanning", "dependencyAlerts", "dependencyUpdates"].reduce(
      (rest, key) => changed(rest, `repository.security.${key}`, false),
      written,
    );
    const { named } = await declare(argsOf(off));
    expect(named("repository-repository").inputs.securityAndAnalysis).toMatchObject({
      secretScanning: { status: "disabled" },
    });
    expect(named("repository-alerts").inputs.enabled).toBe(false);
    expect(named("repository-updates").inputs.enabled).toBe(false);
  });

  test("keeps workflows to named and pinned actions and a token that reads", () => {
    expect(declared.named("repository-actions").inputs).toMatchObject({
      allowedActions: "selected",
      allowedActionsConfig: {
        githubOwnedAllowed: true,
        verifiedAllowed: false,
        patternsAlloweds: ["pulumi/auth-actions@*"],
      },
      shaPinningRequired: true,
    });
    expect(declared.named("repository-workflows").inputs).toEqual({
      repository: "platform",
      defaultWorkflowPermissions: "read",
      canApprovePullRequestReviews: false,
    });
  });
});

describe("the environments", () => {
  test("let reviewers approve production, after a while, from tags of releases alone", () => {
    expect(declared.named("repository-production").inputs).toEqual({
      repository: "platform",
      environment: "production",
      waitTimer: 10,
      reviewers: [{ teams: [4711] }],
      preventSelfReview: true,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
    expect(refsOf("production")).toEqual([{ tagPattern: "v*" }]);
  });

  test("let staging be deployed from its branch by nobody's leave", () => {
    const { inputs } = declared.named("repository-staging");
    expect(inputs).toMatchObject({ environment: "staging", waitTimer: 0, preventSelfReview: false });
    expect(inputs).not.toHaveProperty("reviewers");
    expect(refsOf("staging")).toEqual([{ branchPattern: "main" }]);
  });

  test("come after the rights of those who review", () => {
    const rights = declared.ofType("github:index/teamRepository:TeamRepository");
    expect(rights.map(({ inputs }) => [inputs.teamId, inputs.permission])).toEqual([
      ["platform", "push"],
      ["release-managers", "pull"],
    ]);
    expect(declared.named("repository-production").options.dependsOn).toHaveLength(2);
  });

  function refsOf(environment: string) {
    return declared
      .ofType("github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy")
      .filter(({ inputs }) => inputs.environment === environment)
      .map(({ inputs: { branchPattern, tagPattern } }) => ({
        ...(branchPattern !== undefined && { branchPattern }),
        ...(tagPattern !== undefined && { tagPattern }),
      }));
  }
});

describe("the variables of workflows", () => {
  const variables = async (settings = written) => {
    const { ofType } = await declare(argsOf(settings));
    const all = ofType("github:index/actionsVariable:ActionsVariable").map(({ inputs }) => [
      inputs.variableName,
      inputs.value,
    ]);
    return Object.fromEntries(all);
  };

  test("say who deploys", async () => {
    const expected = {
      DEPLOY_BY: "pulumi-cloud",
      PULUMI_ORGANIZATION: "optropic",
      PULUMI_DEPLOY_TEAM: "workflows",
      PULUMI_PREVIEW_TEAM: "previews",
    };
    expect(await variables()).toEqual(expected);
    const byWorkflows = changed(written, "pulumiCloud.deployBy", "workflows");
    expect(await variables(byWorkflows)).toEqual({ ...expected, DEPLOY_BY: "workflows" });
  });

  test("leave it to the workflows with a backend of one's own", async () => {
    const own = changed(changed(written, "backend", "self-managed"), "pulumiCloud");
    expect(await variables(own)).toEqual({ DEPLOY_BY: "workflows" });
    expect(await variables(changed(own, "backendUrl", "s3://state"))).toEqual({
      DEPLOY_BY: "workflows",
      PULUMI_BACKEND_URL: "s3://state",
    });
  });
});
