import type { Access } from "../../vendors/client.ts";
import { GitHub } from "../../vendors/github.ts";
import {
  type GitHubEnvironment,
  type GitHubProtection,
  type GitHubRuleset,
  GitHubSettings,
} from "../../vendors/github-settings.ts";
import { forEachPart, type Reading } from "./reading.ts";

export const githubAsked = [
  ...[
    "repository",
    "repository_ruleset",
    "repository_environment",
    "repository_environment_deployment_policy",
  ],
  ...["actions_repository_permissions", "workflow_repository_permissions"],
  ...["repository_vulnerability_alerts", "repository_dependabot_security_updates"],
  ...["repository_collaborators", "branch_protection"],
].map((kind) => `github_${kind}`);

const unasked = ["github_repository_file"];

export const githubTypes = [...githubAsked, ...unasked];

/** @param repository as OWNER/NAME */
export async function readGitHub(
  reading: Reading,
  { repository }: { repository?: string | undefined },
  access: Access,
): Promise<void> {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository ?? "") ?? [];
  if (owner === undefined || name === undefined) {
    const why = "nobody said which repository it is; give --repository OWNER/NAME or GITHUB_REPOSITORY";
    reading.leave({ types: githubTypes, what: "the repository", why });
    return;
  }
  const all = { types: githubTypes, what: `the repository ${owner}/${name}`, attributes: { name } };
  const api = await reading.read(all, async () => new GitHubSettings(new GitHub(access), { owner, name }));
  const found = api && (await reading.read(all, () => api.repository()));
  if (api === undefined || found === undefined) return;
  const own = { repository: found.name };
  const add = (kind: string, called: string, attributes: object, withheld: string[][] = []): void =>
    reading.add({
      ...{ type: `github_${kind}`, name: called, id: `${found.name}:${called}`, withheld },
      attributes: { ...own, ...attributes },
    });
  const read = <Answer>(kind: string, what: string, ask: () => Promise<Answer>) =>
    reading.read({ types: [`github_${kind}`], what: `${what} of ${name}`, attributes: own }, ask);
  const shown = found.security_and_analysis ?? undefined;
  reading.add({
    ...{ type: "github_repository", name, id: found.name },
    attributes: {
      ...{ name: found.name, archived: found.archived, default_branch: found.default_branch },
      visibility: found.visibility ?? (found.private ? "private" : "public"),
      ...(shown && { security_and_analysis: [shown] }),
    },
    // It is shown to those who may change it.
    withheld: shown === undefined ? [["security_and_analysis"]] : [],
  });
  await Promise.all([
    read("repository_ruleset", "rulesets", () => api.rulesets({ inherited: true })).then((rulesets = []) => {
      for (const ruleset of rulesets)
        add(
          "repository_ruleset",
          ruleset.name,
          rulesetAttributes(ruleset),
          ruleset.bypass_actors === undefined ? [["bypass_actors"]] : [],
        );
    }),
    readEnvironments(read, api, add),
    readProtections(read, api, { reading, owner, name, add }),
    read("repository_collaborators", "people and teams", () =>
      Promise.all([api.collaborators(), api.teams()]),
    ).then((members) => {
      if (members === undefined) return;
      const [people, teams] = members;
      add("repository_collaborators", name, {
        // Whoever owns the account has every right, and GitHub lists such a person, too.
        user: people
          .filter(({ login }) => login.toLowerCase() !== owner.toLowerCase())
          .map(({ login, role_name }) => ({ username: login, permission: permissionOf(role_name) })),
        team: teams.map(({ slug, permission }) => ({ team_id: slug, permission })),
      });
    }),
    read("repository_vulnerability_alerts", "alerts", () => api.vulnerabilityAlerts()).then(
      (enabled) => enabled === true && add("repository_vulnerability_alerts", name, { enabled }),
    ),
    read("repository_dependabot_security_updates", "security updates", () => api.securityUpdates()).then(
      (updates) =>
        updates &&
        add("repository_dependabot_security_updates", name, {
          enabled: updates.enabled && updates.paused !== true,
        }),
    ),
    read("actions_repository_permissions", "permissions of Actions", async () => {
      const actions = await api.actions();
      const selected = actions.allowed_actions === "selected" ? [await api.selectedActions()] : [];
      return { ...actions, selected };
    }).then(
      (actions) =>
        actions &&
        add("actions_repository_permissions", name, {
          ...{ enabled: actions.enabled, allowed_actions: actions.allowed_actions },
          ...{ sha_pinning_required: actions.sha_pinning_required, allowed_actions_config: actions.selected },
        }),
    ),
    read("workflow_repository_permissions", "permissions of workflows", () => api.workflowPermissions()).then(
      (permissions) => permissions && add("workflow_repository_permissions", name, permissions),
    ),
  ]);
  reading.leaveUnasked({
    types: unasked,
    what: "files that a program writes",
    attributes: own,
  });
}

/** Protection of branches from before there were rulesets, of which the API tells by branch and not by pattern. */
async function readProtections(
  read: <Answer>(kind: string, what: string, ask: () => Promise<Answer>) => Promise<Answer | undefined>,
  api: GitHubSettings,
  {
    reading,
    owner,
    name,
    add,
  }: {
    reading: Reading;
    owner: string;
    name: string;
    add: (kind: string, called: string, attributes: object) => void;
  },
): Promise<void> {
  const kind = "branch_protection";
  await forEachPart(
    (await read(kind, "protected branches", () => api.protectedBranches())) ?? [],
    async (branch) => {
      // A branch that rulesets alone protect has none.
      const found = await read(kind, `protection of ${branch}`, () => api.branchProtection(branch));
      if (found !== undefined) add(kind, branch, protectionAttributes(found, { branch, owner, name }));
    },
    (count) =>
      reading.leave({
        types: ["github_branch_protection"],
        what: `${count} more branches`,
        why: "there are too many",
      }),
  );
}

function protectionAttributes(
  found: GitHubProtection,
  { branch, owner, name }: { branch: string; owner: string; name: string },
) {
  const isOn = (setting: { readonly enabled: boolean } | null | undefined): boolean =>
    setting?.enabled === true;
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = found;
  const named = (all: GitHubProtection["restrictions"]): string[] => [
    ...(all?.users ?? []).map(({ login }) => `/${login}`),
    ...(all?.teams ?? []).map(({ slug }) => `${owner}/${slug}`),
    ...(all?.apps ?? []).map(({ slug }) => `app/${slug}`),
  ];
  return {
    ...{ repository_id: name, pattern: branch, enforce_admins: isOn(found.enforce_admins) },
    require_signed_commits: isOn(found.required_signatures),
    required_linear_history: isOn(found.required_linear_history),
    require_conversation_resolution: isOn(found.required_conversation_resolution),
    ...{ allows_deletions: isOn(found.allow_deletions), allows_force_pushes: isOn(found.allow_force_pushes) },
    required_status_checks: checks && [{ strict: checks.strict === true, contexts: checks.contexts }],
    required_pull_request_reviews: reviews && [
      {
        dismiss_stale_reviews: reviews.dismiss_stale_reviews === true,
        require_code_owner_reviews: reviews.require_code_owner_reviews === true,
        required_approving_review_count: reviews.required_approving_review_count ?? 0,
        require_last_push_approval: reviews.require_last_push_approval === true,
        pull_request_bypassers: named(reviews.bypass_pull_request_allowances),
      },
    ],
    restrict_pushes: restrictions && [{ push_allowances: named(restrictions) }],
  };
}

/** The API's words for a role, and the provider's. */
function permissionOf(role: string): string {
  return role === "read" ? "pull" : role === "write" ? "push" : role;
}

async function readEnvironments(
  read: <Answer>(kind: string, what: string, ask: () => Promise<Answer>) => Promise<Answer | undefined>,
  api: GitHubSettings,
  add: (kind: string, called: string, attributes: object) => void,
): Promise<void> {
  const environments = await read("repository_environment", "environments", () => api.environments());
  for (const environment of (environments ?? []).slice(0, mostEnvironments)) {
    const { name, deployment_branch_policy: policy } = environment;
    add("repository_environment", name, environmentAttributes(environment));
    if (policy?.custom_branch_policies !== true) continue;
    const kind = "repository_environment_deployment_policy";
    const refs = await read(kind, `deployable branches to ${name}`, () => api.deploymentPolicies(name));
    for (const { name: pattern, type } of refs ?? [])
      add(kind, `${name} ${pattern ?? "without a name"}`, {
        environment: name,
        ...(type === "tag" ? { tag_pattern: pattern } : { branch_pattern: pattern }),
      });
  }
}

/** GitHub makes an environment for each deployed branch where nothing forbids it. */
const mostEnvironments = 50;

function environmentAttributes({
  name,
  protection_rules,
  deployment_branch_policy,
  ...rest
}: GitHubEnvironment) {
  const review = protection_rules?.find(({ type }) => type === "required_reviewers");
  const idsOf = (kind: string): number[] =>
    (review?.reviewers ?? []).flatMap(({ type, reviewer }) => (type === kind ? (reviewer?.id ?? []) : []));
  return {
    environment: name,
    can_admins_bypass: rest.can_admins_bypass ?? true,
    prevent_self_review: review?.prevent_self_review === true,
    reviewers: review && [{ users: idsOf("User"), teams: idsOf("Team") }],
    deployment_branch_policy: deployment_branch_policy && [deployment_branch_policy],
  };
}

function rulesetAttributes({
  name,
  target,
  enforcement,
  conditions,
  rules = [],
  bypass_actors,
}: GitHubRuleset) {
  const { include = [], exclude = [] } = conditions?.ref_name ?? {};
  return {
    ...{ name, target: target ?? "branch", enforcement, bypass_actors },
    conditions: [{ ref_name: [{ include, exclude }] }],
    rules: [Object.fromEntries(rules.map(({ type, parameters }) => ruleOf(type, parameters ?? undefined)))],
  };
}

function ruleOf(type: string, parameters: Readonly<Record<string, unknown>> | undefined): [string, unknown] {
  if (parameters === undefined) return [type, true];
  const { required_status_checks: checks, ...rest } = parameters;
  return [type, [{ ...rest, ...(checks !== undefined && { required_check: checks }) }]];
}
