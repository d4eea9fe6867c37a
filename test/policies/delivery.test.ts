import { describe, expect, test } from "vitest";
import {
  packEnforced,
  productionEnvironmentReviewed,
  pullRequestsPreviewed,
} from "../../policies/delivery.ts";
import type { Context } from "../../policies/framework/context.ts";
import { nothingDeclared } from "../../policies/framework/declared.ts";
import { github, pulumiCloud } from "../../policies/model/tokens.ts";
import { registry } from "../../policies/registry.ts";
import {
  branchHistoryKept,
  branchRulesForAll,
  pullRequestCodeOwners,
  requiredCheckTest,
} from "../../policies/repository.ts";
import { repositoryWriters } from "../../policies/repository-access.ts";
import { dependencyAlerts, secretScanning } from "../../policies/repository-security.ts";
import {
  change,
  type Fixture,
  outcomeOf,
  production,
  unknown,
  violated,
  without,
  withProps,
} from "./fixture.ts";
import { withRefs, withRules } from "./mutants-delivery.ts";
import { passingDelivery, passingStack } from "./passing-stack.ts";

const statusOf = (...args: Parameters<typeof outcomeOf>) => outcomeOf(...args).status;
const messages = (...args: Parameters<typeof outcomeOf>) =>
  outcomeOf(...args).violations.map(({ found }) => found);

describe("the scope of a stack", () => {
  const platform: Context = { ...production, scope: "platform" };
  const delivery: Context = { ...production, scope: "delivery" };

  test("asks the platform for nothing of its delivery, and the delivery for nothing of the platform", () => {
    const asked = (context: Context) =>
      registry.filter((policy) => statusOf(policy, [], context) !== "not-applicable");
    const [ofPlatform, ofDelivery] = [asked(platform), asked(delivery)];
    expect(new Set([...ofPlatform, ...ofDelivery])).toEqual(new Set(registry));
    expect(ofPlatform.filter((policy) => ofDelivery.includes(policy)).map(({ name }) => name)).toEqual([
      "texts-exact",
      "no-literal-secrets",
      "secrets-encrypted",
      "webhooks-verified",
      "waivers-valid",
    ]);
    const items = new Set(ofDelivery.flatMap((policy) => policy.items));
    expect([...items]).toEqual(["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "7.1", "2.9"]);
    // What runs beside the hosts, and from which code, the platform alone declares.
    expect(
      ofPlatform.filter(({ items: own }) => own.some((id) => id.startsWith("1."))).map(({ name }) => name),
    ).toEqual(["production-code-own"]);
  });

  test("keeps absence a violation inside it", () => {
    expect(violated([], delivery)).toContain("pack-enforced");
    expect(violated(passingDelivery(), delivery)).toEqual([]);
    const platformOnly = passingStack().filter(({ name }) => !/^(repository|delivery)-/.test(name));
    expect(violated(platformOnly, platform)).toEqual([]);
    expect(violated(platformOnly, production)).toContain("pack-enforced");
  });
});

describe("rules of branches", () => {
  test.each([
    [["~ALL"], []],
    [["~DEFAULT_BRANCH", "refs/heads/release/**/*"], []],
    [["refs/heads/main", "refs/heads/release/*"], []],
    [["~ALL"], ["refs/heads/demo/*"]],
  ])("cover what releases come from: %j but %j", (includes, excludes) => {
    expect(violated(withRefs(passingStack(), includes, excludes))).toEqual([]);
  });

  test.each([
    [["~DEFAULT_BRANCH"], [], "release branches"],
    [["refs/heads/release/*"], [], "the default branch"],
    [["~ALL"], ["refs/heads/release/*"], "release branches"],
    [["~ALL"], ["~DEFAULT_BRANCH"], "the default branch"],
    [["refs/heads/m*", "refs/heads/release/v2*"], [], "release branches"],
  ])("do not where they cover %j but %j", (includes, excludes, left) => {
    const undeployed = withProps(passingStack(), "delivery-production-deployments", {
      github: { deployCommits: false },
    });
    expect(messages(requiredCheckTest, withRefs(undeployed, includes, excludes))).toEqual([
      expect.stringContaining(`No active ruleset covers ${left} of platform.`),
    ]);
  });

  test.each(["refs/heads/ma[i]n", "refs/heads/release\\/*"])(
    "may not leave out what %s could be",
    (exclude) => {
      expect(statusOf(requiredCheckTest, withRefs(passingStack(), ["~ALL"], [exclude]))).toBe("violated");
    },
  );

  describe("where a push to a branch is deployed", () => {
    const deployed = (stack: "production" | "staging", branch: unknown, from = passingStack()) =>
      withProps(from, `delivery-${stack}-deployments`, { sourceContext: { git: { branch } } });

    test("cover that branch, whatever its name, but staging may follow any", () => {
      const hotfix = deployed("production", "refs/heads/hotfix");
      expect(messages(requiredCheckTest, hotfix)).toEqual([
        expect.stringContaining(
          "No active ruleset covers the branch hotfix (deployed to production) of platform.",
        ),
      ]);
      expect(violated(withRefs(hotfix, ["~ALL"]))).toEqual([]);
      expect(violated(deployed("production", "main"))).toEqual([]);
      const master = deployed("production", "master");
      expect(statusOf(requiredCheckTest, master)).toBe("violated");
      expect(violated(withRefs(master, ["~DEFAULT_BRANCH", "refs/heads/release/*"]))).toEqual([]);
      expect(violated(deployed("staging", "refs/heads/hotfix"))).toEqual([]);
      const release = withRefs(deployed("production", "release/production"), [
        "~DEFAULT_BRANCH",
        "refs/heads/release/v*",
      ]);
      expect(statusOf(branchRulesForAll, release)).toBe("violated");
      expect(statusOf(requiredCheckTest, deployed("production", unknown))).toBe("unknown");
    });

    test("ask nothing of a branch that starts no deployment, or of another repository", () => {
      const started = deployed("production", "hotfix");
      const vcs = { previewPullRequests: true, deployCommits: false, repository: "optropic/platform" };
      expect(violated(withProps(started, "delivery-production-deployments", { github: vcs }))).toEqual([]);
      const other: Fixture = { type: github.repository, name: "other", props: { name: "other" } };
      const of = (repository: string) =>
        messages(requiredCheckTest, [
          ...withProps(started, "delivery-production-deployments", {
            github: { ...vcs, deployCommits: true, repository },
          }),
          other,
        ]).filter((message) => message.includes("hotfix"));
      expect(of("optropic/platform")).toEqual([expect.stringContaining("of platform.")]);
      expect(of("optropic/other")).toEqual([expect.stringContaining("of other.")]);
    });

    test("are judged once where they are those of the release branches", () => {
      const lax = withRules(
        deployed("production", "release/production"),
        "pullRequest",
        "requireCodeOwnerReview",
        false,
      );
      expect(messages(pullRequestCodeOwners, lax)).toHaveLength(2);
    });
  });

  test("may be of several rulesets, of which the strictest of each rule counts", () => {
    const base = passingStack();
    const ruleset = base.find(({ name }) => name === "repository-branches");
    const second: Fixture = {
      type: github.ruleset,
      name: "second",
      props: { ...ruleset?.props, rules: { deletion: true } },
      from: { repository: ["repository-repository"] },
    };
    const split = [...withRules(base, "deletion", undefined), second];
    expect(statusOf(branchHistoryKept, split)).toBe("passed");
    expect(statusOf(branchHistoryKept, withProps(split, "second", { enforcement: "evaluate" }))).toBe(
      "violated",
    );
    // Whoever may go around one of them goes around its rules.
    const around = withProps(split, "second", {
      bypassActors: [{ actorType: "Team", actorId: 1, bypassMode: "always" }],
    });
    expect(statusOf(branchRulesForAll, around)).toBe("violated");
  });

  test.each([
    ["test", "passed"],
    ["CI / test", "passed"],
    ["CI / test (24, ubuntu)", "passed"],
    ["test (24)", "passed"],
    ["test / deploy", "violated"],
    ["Test", "violated"],
    ["e2e-test", "violated"],
    ["(test)", "violated"],
  ])("know the check %s by the name of its job: %s", (context, expected) => {
    const stack = withRules(passingStack(), "requiredStatusChecks", "requiredChecks", [
      { context, integrationId: 15368 },
    ]);
    expect(statusOf(requiredCheckTest, stack)).toBe(expected);
  });

  test("may take a merge queue in place of branches that are up to date", () => {
    const behind = withRules(
      passingStack(),
      "requiredStatusChecks",
      "strictRequiredStatusChecksPolicy",
      false,
    );
    expect(violated(withRules(behind, "mergeQueue", { mergeMethod: "SQUASH" }))).toEqual([]);
  });
});

describe("a repository", () => {
  test("that is declared elsewhere is judged by its rules, and not taken for scanned", () => {
    const stack = without(passingStack(), "repository-repository").map((fixture) => ({
      ...fixture,
      ...(fixture.from?.repository && { from: {} }),
    }));
    expect(violated(stack)).toEqual(["secret-scanning"]);
    expect(messages(secretScanning, stack)).toEqual([expect.stringContaining("platform is not declared")]);
  });

  test("is asked for its own rules, each of several for itself", () => {
    const other: Fixture = { type: github.repository, name: "other", props: { name: "other" } };
    expect(messages(requiredCheckTest, [...passingStack(), other])).toEqual([
      expect.stringContaining("No active ruleset covers the default branch of other."),
      expect.stringContaining("No active ruleset covers release branches of other."),
    ]);
    expect(violated([...passingStack(), { ...other, props: { name: "other", archived: true } }])).toEqual([]);
  });

  test("may have its alerts on in the older way", () => {
    const older = withProps(without(passingStack(), "repository-alerts"), "repository-repository", {
      vulnerabilityAlerts: true,
    });
    expect(statusOf(dependencyAlerts, older)).toBe("passed");
    const both = withProps(passingStack(), "repository-repository", { vulnerabilityAlerts: true });
    expect(statusOf(dependencyAlerts, withProps(both, "repository-alerts", { enabled: false }))).toBe(
      "violated",
    );
  });
});

describe("production's environment", () => {
  const environment = (props: Record<string, unknown>) =>
    withProps(passingStack(), "repository-production", props);

  test("may have users as reviewers, another letter case, and take protected branches", () => {
    const other = environment({
      environment: "Production",
      reviewers: [{ users: [7] }],
      deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
    });
    const protection: Fixture = {
      type: github.branchProtection,
      name: "protection",
      props: {
        repositoryId: "platform",
        pattern: "main",
        requiredPullRequestReviews: [{ requiredApprovingReviewCount: 1 }],
      },
      from: { repositoryId: ["repository-repository"] },
    };
    expect(statusOf(productionEnvironmentReviewed, [...other, protection])).toBe("passed");
  });

  test("may be beside one that takes any branch", () => {
    const refs = { repository: "platform", environment: "demo", branchPattern: "*" };
    const other: Fixture[] = [...passingStack(), { type: github.environmentRefs, name: "demo", props: refs }];
    expect(statusOf(productionEnvironmentReviewed, other)).toBe("passed");
  });

  test("is unknown where its reviewers are", () => {
    expect(statusOf(productionEnvironmentReviewed, environment({ reviewers: unknown }))).toBe("unknown");
    expect(statusOf(productionEnvironmentReviewed, environment({ environment: unknown }))).toBe("unknown");
  });
});

describe("an owner of the organization", () => {
  const owned = (props: Fixture["props"]): Fixture[] => [
    ...passingStack(),
    { type: github.membership, name: "owner", props },
  ];
  const named: Context = {
    ...production,
    declared: { ...nothingDeclared, organizationOwners: new Set(["octo-owner"]) },
  };

  test.each([
    ["is accepted where the settings name the login", { username: "Octo-Owner", role: "admin" }, "passed"],
    ["is refused where they name somebody else", { username: "someone", role: "admin" }, "violated"],
    ["is unknown where the login is", { username: unknown, role: "admin" }, "unknown"],
    ["is no question for a member", { username: "someone", role: "member" }, "passed"],
  ] as const)("%s", (_, props, status) => {
    expect(statusOf(repositoryWriters, owned(props), named)).toBe(status);
  });
});

describe("the published pack", () => {
  test("has to be enforced on each stack that is deployed, but on staging may advise", () => {
    const tags: Fixture = {
      type: pulumiCloud.stackTags,
      name: "tags",
      props: { organization: "optropic", project: "optropic", stack: "staging", tags: { stage: "staging" } },
    };
    const tagged = [...without(passingStack(), "delivery-staging-tag-stage"), tags];
    expect(statusOf(packEnforced, tagged)).toBe("passed");
    expect(statusOf(packEnforced, withProps(tagged, "tags", { organization: "another-organization" }))).toBe(
      "violated",
    );
    expect(messages(packEnforced, without(passingStack(), "delivery-production-policies"))).toEqual([
      expect.stringContaining("No policy group enforces this pack on a stack."),
      expect.stringContaining("No policy group enforces this pack on the stack production."),
    ]);
  });

  test("may have settings of its policies, but no other levels", () => {
    const configured = (config: unknown) =>
      withProps(passingStack(), "delivery-production-policies", {
        policyPacks: [{ name: "optropic-checklist", config }],
      });
    const stricter = { all: "mandatory", "pull-request-approved": { minimumApprovals: 2 } };
    expect(statusOf(packEnforced, configured(stricter))).toBe("passed");
    expect(statusOf(packEnforced, configured({ all: "mandatory", "secret-scanning": "disabled" }))).toBe(
      "violated",
    );
    expect(statusOf(packEnforced, configured(unknown))).toBe("unknown");
  });

  test("is asked of a group alone where no deployment is declared", () => {
    const groups = passingStack().filter(({ type }) => type !== pulumiCloud.deploymentSettings);
    expect(statusOf(packEnforced, groups)).toBe("passed");
    const empty = withProps(groups, "delivery-production-policies", { stacks: [] });
    expect(statusOf(packEnforced, empty)).toBe("violated");
  });

  test("is not asked of a template of review stacks, and the general name of its source is known", () => {
    const template: Fixture = {
      type: pulumiCloud.deploymentSettings,
      name: "review",
      props: {
        organization: "optropic",
        project: "optropic",
        stack: "review",
        vcs: { pullRequestTemplate: true },
      },
    };
    expect(violated([...passingStack(), template])).toEqual([]);
    const general = change(passingStack(), "delivery-production-deployments", ({ props, ...fixture }) => ({
      ...fixture,
      props: { ...props, github: undefined, vcs: props.github },
    }));
    expect(statusOf(pullRequestsPreviewed, general)).toBe("passed");
  });

  test("is the workflows' matter with a backend of one's own: the check that runs it has to pass", () => {
    const own: Context = { ...production, backend: "self-managed" };
    const types: readonly string[] = Object.values(pulumiCloud);
    const repositoryOnly = passingStack().filter(({ type }) => !types.includes(type));
    expect(violated(repositoryOnly, own)).toEqual([]);
    expect(violated(repositoryOnly)).toEqual(["pull-requests-previewed", "pack-enforced"]);
    const unchecked = withRules(repositoryOnly, "requiredStatusChecks", "requiredChecks", [
      { context: "test" },
    ]);
    expect(violated(unchecked, own)).toEqual(
      expect.arrayContaining(["pack-enforced", "pull-requests-previewed"]),
    );
    expect(violated([], own)).toContain("pack-enforced");
  });
});

test("classic branch protection and a ruleset of the organization guard branches as well", () => {
  const stack = passingStack();
  const ruleset = stack.find(({ name }) => name === "repository-branches");
  const rest = without(stack, "repository-branches");
  const policies = registry.filter(({ name }) => /^(?:required-check|pull-request-|branch-)/.test(name));
  const found = (fixtures: Fixture[]) =>
    policies.flatMap((policy) => outcomeOf(policy, fixtures).violations.map((violation) => violation.found));
  const organization: Fixture = {
    type: github.organizationRuleset,
    name: "organization",
    props: {
      ...ruleset?.props,
      repository: undefined,
      conditions: {
        refName: { includes: ["~DEFAULT_BRANCH", "refs/heads/release/**"], excludes: [] },
        repositoryName: { includes: ["~ALL"], excludes: [] },
      },
    },
  };
  const classic = (pattern: string, reviews: Record<string, unknown> = {}): Fixture => ({
    type: github.branchProtection,
    name: pattern,
    props: {
      repositoryId: "platform",
      pattern,
      enforceAdmins: true,
      requireConversationResolution: true,
      requiredStatusChecks: [{ strict: true, contexts: ["test", "typecheck", "lint", "build", "preview"] }],
      requiredPullRequestReviews: [
        {
          requiredApprovingReviewCount: 1,
          requireCodeOwnerReviews: true,
          dismissStaleReviews: true,
          requireLastPushApproval: true,
          ...reviews,
        },
      ],
    },
  });
  expect(found([...rest, organization])).toEqual([]);
  expect(found([...rest, classic("main"), classic("release/*")])).toEqual([]);
  expect(found([...rest, classic("main"), classic("release/v3.0.0")])).not.toEqual([]);
  expect(
    found([...rest, classic("main"), classic("release/*", { requiredApprovingReviewCount: 0 })]),
  ).toEqual([expect.stringContaining("allow merging without approval")]);
});
