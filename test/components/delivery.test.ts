import { describe, expect, test } from "vitest";
import { Delivery } from "../../components/delivery.ts";
import { acceptDelivery, writtenDelivery } from "../config/delivery.ts";
import { changed } from "../config/stack.ts";
import { record } from "./recorder.ts";

const written = writtenDelivery();

function declare(settings = written) {
  const { pulumiCloud } = acceptDelivery(settings);
  if (pulumiCloud === undefined) throw new Error("no Pulumi Cloud");
  const repository = { owner: "optropic", name: "platform", id: 456_789, defaultBranch: "main" };
  return record((opts) => new Delivery("delivery", { pulumiCloud, repository }, opts));
}

const declared = await declare();
const identity = { organization: "optropic", project: "optropic" };

describe("deployments", () => {
  test.each([
    ["production", "release/production"],
    ["staging", "main"],
  ])("of %s preview pull requests and deploy pushes to %s", (stack, branch) => {
    expect(declared.named(`delivery-${stack}-deployments`).inputs).toMatchObject({
      ...identity,
      stack,
      sourceContext: { git: { branch: `refs/heads/${branch}` } },
      github: {
        repository: "optropic/platform",
        deployCommits: true,
        previewPullRequests: true,
        pullRequestTemplate: false,
        paths: ["**", "!docs/**", "!**/*.md"],
      },
    });
  });

  test("bring the project's own Node, and no other Pulumi than the image's", () => {
    const { operationContext, executorContext } = declared.named("delivery-production-deployments").inputs;
    expect(executorContext).toEqual({ executorImage: "pulumi/pulumi" });
    expect(operationContext).toMatchObject({
      preRunCommands: ["npm ci", 'echo "PATH=$PWD/node_modules/node/bin:$PATH" >> /PULUMI_ENV'],
      options: {
        skipInstallDependencies: true,
        skipIntermediateDeployments: true,
        deleteAfterDestroy: false,
      },
    });
  });

  test("run the commit's own pack, as a plain preview does", () => {
    for (const stage of ["production", "staging", "review"]) {
      expect(declared.named(`delivery-${stage}-deployments`).inputs.operationContext).toMatchObject({
        environmentVariables: { PULUMI_OPTION_POLICY_PACK: "policies" },
      });
    }
  });

  test("leave pushes to the workflows where those deploy, and still preview", async () => {
    const { named } = await declare(changed(written, "pulumiCloud.deployBy", "workflows"));
    for (const stage of ["production", "staging"]) {
      expect(named(`delivery-${stage}-deployments`).inputs.github).toMatchObject({
        deployCommits: false,
        previewPullRequests: true,
      });
    }
  });
});

describe("review stacks", () => {
  test("are copies of a template that is never deployed itself, and deleted with what they made", () => {
    expect(declared.named("delivery-review-deployments").inputs).toMatchObject({
      stack: "review",
      github: { deployCommits: false, previewPullRequests: false, pullRequestTemplate: true },
      operationContext: { options: { deleteAfterDestroy: true } },
    });
  });

  test("end when the settings say", () => {
    expect(declared.named("delivery-expire-review-checkout").inputs).toEqual({
      ...identity,
      stack: "review-checkout",
      timestamp: "2027-01-31T18:00:00Z",
      deleteAfterDestroy: true,
    });
  });

  test("are none where the settings name none", async () => {
    const { resources } = await declare(changed(written, "pulumiCloud.review", {}));
    expect(resources.filter(({ name }) => /^delivery-(review|expire)/.test(name))).toEqual([]);
  });
});

describe("the policy groups", () => {
  test("stop production by the pack's own levels, and advise staging", () => {
    expect(declared.named("delivery-production-policies").inputs).toEqual({
      organizationName: "optropic",
      name: "optropic-checklist",
      entityType: "stacks",
      mode: "preventative",
      stacks: [{ name: "production", routingProject: "optropic" }],
      policyPacks: [{ name: "optropic-checklist", versionTag: "3.11.0" }],
    });
    expect(declared.named("delivery-staging-policies").inputs).toMatchObject({
      name: "optropic-checklist-staging",
      mode: "preventative",
      stacks: [{ name: "staging", routingProject: "optropic" }],
      policyPacks: [{ name: "optropic-checklist", versionTag: "3.11.0", config: { all: "advisory" } }],
    });
  });

  test("are none where the settings turn them off, for the policies to refuse", async () => {
    const { ofType } = await declare(changed(written, "pulumiCloud.production.policies", "off"));
    expect(ofType("pulumiservice:index:PolicyGroup").map(({ name }) => name)).toEqual([
      "delivery-staging-policies",
    ]);
  });
});

describe("each stack", () => {
  test.each(["production", "staging"])("%s is tagged with its stage", (stack) => {
    expect(declared.named(`delivery-${stack}-tag-stage`).inputs).toEqual({
      ...identity,
      stack,
      name: "stage",
      value: stack,
    });
  });

  test("is watched for drift, which only a person puts back", () => {
    expect(declared.named("delivery-production-drift").inputs).toEqual({
      ...identity,
      stack: "production",
      scheduleCron: "30 5 * * *",
      autoRemediate: false,
    });
    expect(declared.named("delivery-staging-drift").inputs).toMatchObject({ autoRemediate: false });
    expect(declared.named("delivery-production-drift").options.dependsOn).toBeDefined();
  });

  test("gives teams the rights of the settings", () => {
    const rights = declared
      .ofType("pulumiservice:index:TeamStackPermission")
      .filter(({ inputs }) => inputs.stack === "production")
      .map(({ inputs }) => [inputs.team, inputs.permission]);
    expect(rights).toEqual([
      ["platform", 101],
      ["release-managers", 102],
      ["workflows", 102],
      ["previews", 101],
    ]);
  });
});

describe("the trust in workflows", () => {
  test("is none where they do not deploy", () => {
    expect(declared.ofType("pulumiservice:index:OidcIssuer")).toEqual([]);
  });

  test("lets environments deploy and pull requests preview, for an hour and in this organisation", async () => {
    const { named } = await declare(changed(written, "pulumiCloud.deployBy", "workflows"));
    const trusting = (teamName: string, claims: Record<string, string>) => ({
      decision: "allow",
      tokenType: "team",
      teamName,
      rules: { aud: "urn:pulumi:org:optropic", repository_id: "456789", ...claims },
    });
    expect(named("delivery-github-actions").inputs).toEqual({
      organization: "optropic",
      name: "github-actions",
      url: "https://token.actions.githubusercontent.com",
      maxExpirationSeconds: 3600,
      policies: [
        trusting("workflows", { environment: "staging" }),
        trusting("workflows", { environment: "production" }),
        trusting("previews", { event_name: "pull_request" }),
        trusting("previews", { event_name: "push", ref: "refs/heads/main" }),
      ],
    });
  });
});
