import { github, pulumiCloud } from "../../policies/model/tokens.ts";
import { add, type Edit, set } from "../recording/edited.ts";

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
