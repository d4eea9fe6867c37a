import { unknownText } from "../../policies/framework/value.ts";
import { github, pulumiCloud } from "../../policies/model/tokens.ts";
import { add, all, type Edit, leading, set } from "../recording/edited.ts";
import { unknown as unknownValue } from "./fixture.ts";

const tags = (inputs: Record<string, unknown>): Edit => set("repository-tags", () => inputs);
const keeping = (rules: object): Edit =>
  set("repository-tags", (inputs) => ({ rules: { ...Object(inputs.rules), ...rules } }));
const released = (tagPattern: string): Edit => set("repository-production-tag-v*", () => ({ tagPattern }));
const deployment = (property: string, change: object): Edit =>
  set("delivery-production-deployments", (inputs) => ({
    [property]: { ...Object(inputs[property]), ...change },
  }));
const source = (change: object): Edit =>
  deployment("sourceContext", { git: { branch: "refs/heads/release/production", ...change } });
const ofStack = (type: string, inputs: object): Edit =>
  add(type, "another", { organization: "optropic", project: "optropic", stack: "production", ...inputs });

const ofRepository = (type: string, inputs: object): Edit =>
  add(`github:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`, "another", {
    repository: "platform",
    ...inputs,
  });
const atPulumi = (type: string, inputs: object): Edit =>
  add(`pulumiservice:index:${type}`, "another", { organizationName: "optropic", ...inputs });
const atPulumiApi = (folder: string, type: string): Edit =>
  add(`pulumiservice:api/${folder}:${type}`, "another", { orgName: "optropic" });
const hook = (configuration: object): Edit =>
  ofRepository("RepositoryWebhook", { events: ["push"], configuration });
const written = (file: string): Edit => ofRepository("RepositoryFile", { file, content: "x" });
const production = (deploymentBranchPolicy: object): Edit =>
  set("repository-production", () => ({ deploymentBranchPolicy }));
const issued = (rules: object, grant: object = {}): Edit =>
  atPulumi("OidcIssuer", {
    name: "github-actions",
    url: "https://token.actions.githubusercontent.com",
    policies: [{ decision: "allow", tokenType: "team", teamName: "workflows", rules, ...grant }],
  });
const claims = (...includeClaimKeys: string[]): Edit =>
  ofRepository("ActionsRepositoryOidcSubjectClaimCustomizationTemplate", {
    useDefault: false,
    includeClaimKeys,
  });

const allowing = (...permissions: string[]) => ({ __type: "PermissionDescriptorAllow", permissions });
const role = (teamName: string, ...scopes: string[]): Edit =>
  all(
    atPulumi("OrganizationRole", {
      name: "own",
      permissions: { __type: "PermissionDescriptorGroup", entries: [allowing(...scopes)] },
    }),
    add("pulumiservice:index:TeamRoleAssignment", "assigned", { teamName, roleId: unknownText }),
    leading("assigned", "roleId", "another"),
  );
const byVcs = (change: object): Edit =>
  set("delivery-production-deployments", ({ github: own }) => ({
    github: undefined,
    vcs: { ...Object(own), provider: "github", ...change },
  }));

const ruled = (...includes: string[]): Edit =>
  set("repository-branches", () => ({ conditions: { refName: { includes, excludes: [] } } }));
const byDefault = (branch: string): Edit => ofRepository("BranchDefault", { branch });
const older = (name: string): Edit =>
  ofRepository("RepositoryDeploymentBranchPolicy", { environmentName: "production", name });

/** What breaks an item of the delivery, with the policy that has to object. */
export const brokenDelivery: readonly (readonly [policy: string, what: string, Edit])[] = [
  ["production-environment-reviewed", "rules of tags that only watch", tags({ enforcement: "evaluate" })],
  [
    "production-environment-reviewed",
    "somebody may bypass the rules of tags",
    tags({ bypassActors: [{ actorId: 5, actorType: "RepositoryRole", bypassMode: "always" }] }),
  ],
  [
    "production-environment-reviewed",
    "rules for other tags",
    tags({ conditions: { refName: { includes: ["refs/tags/release-*"], excludes: [] } } }),
  ],
  [
    "production-environment-reviewed",
    "rules for all tags but some",
    tags({ conditions: { refName: { includes: ["refs/tags/v*"], excludes: ["refs/tags/v3*"] } } }),
  ],
  ["production-environment-reviewed", "a tag may be moved", keeping({ update: false })],
  ["production-environment-reviewed", "a tag may be deleted", keeping({ deletion: false })],
  ["production-environment-reviewed", "tags that no rules guard", released("nightly-*")],
  [
    "production-environment-reviewed",
    "a part of production without approval",
    add(github.environment, "another", { repository: "platform", environment: "production-eu" }),
  ],
  [
    "production-environment-reviewed",
    "drift is undone by the clock",
    set("delivery-production-drift", () => ({ autoRemediate: true })),
  ],
  [
    "production-environment-reviewed",
    "a team may delete the stack",
    ofStack(pulumiCloud.teamPermission, { team: "everybody", permission: 103 }),
  ],
  ["repository-writers", "a key that may push", ofRepository("RepositoryDeployKey", { readOnly: false })],
  ["repository-writers", "an owner", ofRepository("Membership", { username: "someone", role: "admin" })],
  [
    "repository-writers",
    "every member may write",
    ofRepository("OrganizationSettings", { defaultRepositoryPermission: "write" }),
  ],
  [
    "repository-writers",
    "a role that only GitHub knows",
    ofRepository("OrganizationRoleUser", { roleId: 8132, login: "someone" }),
  ],
  ["repository-files-reviewed", "a workflow", written(".github/workflows/x.yml")],
  ["repository-files-reviewed", "owners", written("CODEOWNERS")],
  ["repository-files-reviewed", "code", written("policies/pack.ts")],
  ["webhooks-verified", "plain http", hook({ url: "http://ci.example/hook", secret: "setting-x" })],
  ["webhooks-verified", "no secret", hook({ url: "https://ci.example/hook" })],
  [
    "webhooks-verified",
    "any certificate",
    hook({ url: "https://ci.example/hook", secret: "setting-x", insecureSsl: true }),
  ],
  [
    "webhooks-verified",
    "no secret at Pulumi Cloud",
    atPulumi("Webhook", { active: true, payloadUrl: "https://ci.example/hook" }),
  ],
  [
    "webhooks-verified",
    "no secret at Pulumi Cloud, where it tells of updates",
    atPulumi("Webhook", {
      active: true,
      payloadUrl: "https://ci.example/hook",
      filters: ["drift_detected", "update_succeeded"],
    }),
  ],
  [
    "webhooks-verified",
    "production follows another stack",
    atPulumi("Webhook", { active: true, format: "pulumi_deployments", payloadUrl: "optropic/production" }),
  ],
  ["production-access", "an administrator's token", atPulumi("OrgAccessToken", { name: "x", admin: true })],
  ["production-access", "a token of whoever deploys", atPulumi("AccessToken", { description: "x" })],
  [
    "production-access",
    "an administrator at Pulumi Cloud",
    atPulumi("OrganizationMember", { username: "someone", role: "admin" }),
  ],
  [
    "production-access",
    "a stack of production that may be deleted",
    atPulumi("Stack", { stackName: "production", forceDestroy: true }),
  ],
  [
    "production-access",
    "those who write code update production",
    ofStack(pulumiCloud.teamPermission, { team: "platform", permission: 102 }),
  ],
  [
    "production-access",
    "somebody updates production",
    ofStack(pulumiCloud.teamPermission, { team: "everybody", permission: 102 }),
  ],
  [
    "production-access",
    "somebody changes the credentials of production",
    atPulumi("TeamEnvironmentPermission", {
      team: "everybody",
      environment: "production",
      permission: "admin",
    }),
  ],
  ["production-access", "those who write code have a role that updates", role("platform", "stack:write")],
  ["production-access", "somebody has a role that updates", role("everybody", "stack:read", "stack:write")],
  [
    "production-access",
    "somebody has a role that only Pulumi Cloud knows",
    atPulumi("TeamRoleAssignment", { teamName: "everybody", roleId: "r-1" }),
  ],
  [
    "production-access",
    "a member has such a role",
    atPulumi("OrganizationMember", { username: "someone", role: "member", roleId: "r-1" }),
  ],
  [
    "production-access",
    "a role that updates and is given elsewhere",
    atPulumi("OrganizationRole", { name: "x", permissions: allowing("stack_deployment:create") }),
  ],
  ["pack-enforced", "a pull request is deployed", byVcs({ deployPullRequest: 412 })],
  ["pack-enforced", "the code is of another vendor", byVcs({ provider: "azure_devops" })],
  ["pack-enforced", "a setting that the pack does not know", byVcs({ deployForks: true })],
  ["pack-enforced", "a context that the pack does not know", deployment("sourceContext", { template: "x" })],
  ["production-access", "any repository's workflow", issued({ aud: "x", sub: "repo:optropic/*" })],
  ["production-access", "any branch's workflow", issued({ aud: "x", sub: "repo:optropic/platform:*" })],
  [
    "production-access",
    "a workflow that may administer",
    issued(
      { repository: "optropic/platform", environment: "production" },
      { authorizedPermissions: ["admin"] },
    ),
  ],
  ["production-access", "an identity without a repository", claims("actor", "context")],
  ["production-access", "an identity without a place", claims("repo", "actor")],
  [
    "production-environment-reviewed",
    "protected branches, and no branch protection",
    production({ protectedBranches: true, customBranchPolicies: false }),
  ],
  [
    "production-environment-reviewed",
    "protected branches without approval",
    all(
      production({ protectedBranches: true, customBranchPolicies: false }),
      add(github.branchProtection, "another", { repositoryId: "platform", pattern: "hotfix/*" }),
    ),
  ],
  [
    "production-environment-reviewed",
    "no branch and no tag",
    set("repository-production-tag-v*", () => ({ environment: "staging" })),
  ],
  ["pack-enforced", "whatever branch", deployment("sourceContext", { git: {} })],
  ["pack-enforced", "a stack of each pull request", deployment("github", { pullRequestTemplate: true })],
  ["pack-enforced", "code of another owner", deployment("github", { repository: "someone/platform" })],
  ["pack-enforced", "another clone", source({ repoUrl: "https://github.com/someone/platform.git" })],
  ["pack-enforced", "one commit for ever", source({ commit: "3b2c1f0" })],
  ["pack-enforced", "somebody's image", deployment("executorContext", { executorImage: "someone/pulumi" })],
  [
    "pack-enforced",
    "packages of another folder",
    deployment("operationContext", { preRunCommands: ["npm ci --prefix=elsewhere"] }),
  ],
  [
    "pack-enforced",
    "a file that every shell reads",
    deployment("operationContext", { environmentVariables: { BASH_ENV: "/tmp/x" } }),
  ],
  [
    "pack-enforced",
    "a tag of another stage",
    ofStack(pulumiCloud.stackTag, { name: "stage", value: "staging" }),
  ],
  [
    "branch-rules-for-all",
    "one person is an administrator",
    add(github.collaborator, "another", { repository: "platform", username: "someone", permission: "admin" }),
  ],
  [
    "branch-rules-for-all",
    "a team administers the repository",
    add("github:index/teamRepository:TeamRepository", "another", {
      repository: "platform",
      teamId: "everybody",
      permission: "admin",
    }),
  ],
  [
    "branch-rules-for-all",
    "one of a list is an administrator",
    add("github:index/repositoryCollaborators:RepositoryCollaborators", "another", {
      repository: "platform",
      users: [{ username: "someone", permission: "admin" }],
    }),
  ],
  [
    "deployment-environments-limited",
    "rules are for the default branch, which is not the deployed one",
    all(ruled("~DEFAULT_BRANCH", "refs/heads/release/*"), byDefault("develop")),
  ],
  [
    "deployment-environments-limited",
    "the repository names another default branch",
    all(
      ruled("~DEFAULT_BRANCH", "refs/heads/release/*"),
      set("repository-repository", () => ({ defaultBranch: "develop" })),
    ),
  ],
  ["repository-writers", "a release begins at any commit", ofRepository("Branch", { branch: "release/v9" })],
  [
    "repository-writers",
    "a release is made beside the workflow",
    ofRepository("Release", { tagName: "v9.9.9" }),
  ],
  [
    "repository-writers",
    "a role passes the rules of branches",
    ofRepository("OrganizationRepositoryRole", {
      baseRole: "write",
      permissions: ["bypass_branch_protection"],
    }),
  ],
  ["repository-writers", "a type is of the next version", ofRepository("RepositoryBypass", {})],
  ["production-access", "an issuer is of the API's form", atPulumiApi("auth", "OidcIssuer")],
  [
    "production-access",
    "a member is of the API's form",
    add("pulumiservice:api:OrganizationMember", "another", {}),
  ],
  ["production-access", "a pack takes the place of this one", atPulumi("PolicyPack", { name: "optropic" })],
  ["production-environment-reviewed", "a policy of the older form lets every branch deploy", older("*")],
  [
    "no-literal-secrets",
    "a secret of the organization in plain text",
    add("github:index/actionsOrganizationSecret:ActionsOrganizationSecret", "another", {
      secretName: "DEPLOY",
      visibility: "all",
      value: "hunter2hunter2",
    }),
  ],
];

export const acceptedDelivery: Readonly<Record<string, Edit>> = {
  "rules for the default branch, which the stack names": all(
    ruled("~DEFAULT_BRANCH", "refs/heads/release/*"),
    byDefault("main"),
  ),
  "rules for the deployed branch beside another default one": all(
    ruled("~DEFAULT_BRANCH", "refs/heads/main", "refs/heads/release/*"),
    byDefault("develop"),
  ),
  "a policy of the older form for a branch with rules": older("main"),
  "a branch of work": ofRepository("Branch", { branch: "feature/labels" }),
  "a label": ofRepository("IssueLabel", { name: "bug", color: "ff0000" }),
  "a team and its members": add("github:index/teamMembership:TeamMembership", "another", {
    username: "someone",
  }),
  "a role that closes issues": ofRepository("OrganizationRepositoryRole", {
    baseRole: "triage",
    permissions: ["close_issue", "view_code_scanning_alerts"],
  }),
  "an approval more": atPulumi("ApprovalRule", { name: "two", enabled: true }),
  "a team has a role that only reads": role("everybody", "stack:read", "stack:list", "environment:read"),
  "the workflows have a role that updates": role("workflows", "stack:write"),
  "the code is named by vcs": byVcs({ installationId: "12345" }),
  "a key that reads": ofRepository("RepositoryDeployKey", { readOnly: true }),
  "a webhook with a secret": hook({ url: "https://ci.example/hook", secret: unknownValue }),
  "a webhook to a channel": atPulumi("Webhook", {
    active: true,
    format: "slack",
    payloadUrl: "https://chat.example/hook",
  }),
  "a webhook that tells of drift": atPulumi("Webhook", {
    active: true,
    format: "raw",
    payloadUrl: "https://ops.example/hook",
    filters: ["drift_detected", "update_failed"],
  }),
  "a token that administers nothing": atPulumi("OrgAccessToken", { name: "x", admin: false }),
  "a workflow of one environment": issued({ sub: "repo:optropic/platform:environment:production" }),
  "an identity with more": claims("repo", "context", "actor"),
  "dependencies that are kept current": written("renovate.json"),
  "a notice": written("docs/notice.md"),
  "an image of the organization": deployment("executorContext", {
    executorImage: "ghcr.io/optropic/pulumi:3.270",
  }),
  "another image of Pulumi": deployment("executorContext", { executorImage: "pulumi/pulumi-nodejs:3.270.0" }),
  "the same clone": source({ repoUrl: "https://github.com/optropic/platform.git" }),
  "rules for all tags": tags({ conditions: { refName: { includes: ["~ALL"], excludes: [] } } }),
  "packages as they were locked": deployment("operationContext", {
    preRunCommands: ["pnpm install --frozen-lockfile --ignore-scripts"],
  }),
};
