import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { GitHub } from "../../../vendors/github.ts";
import { GitHubRelease } from "../../../vendors/github-release.ts";
import { GitHubSettings } from "../../../vendors/github-settings.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { commits } from "../fake/healthy.ts";
import { type Documents, either, maybe, moment, text, word } from "./words.ts";

const [owner = "", name = ""] = settings.project.repository.split("/");
const release = (access: Access) => new GitHubRelease(new GitHub(access), { owner, name });
const repository = (access: Access) => new GitHubSettings(new GitHub(access), { owner, name });

const user = maybe(z.looseObject({ login: text, id: z.int(), type: text }));
const switched = either(z.looseObject({ enabled: either(z.boolean()) }));
const enforcement = word("disabled", "active", "evaluate");
const ruleset = {
  ...{ id: z.int(), name: text, source: text, enforcement },
  target: either(word("branch", "tag", "push", "repository")),
  source_type: either(word("Repository", "Organization", "Enterprise")),
};
const members = {
  users: either(z.array(z.looseObject({ login: text }))),
  teams: either(z.array(z.looseObject({ slug: text }))),
  apps: either(z.array(z.looseObject({ slug: text }))),
};
const rule = z.looseObject({
  type: word(
    ...(["creation", "update", "deletion", "required_linear_history", "merge_queue"] as const),
    ...(["required_deployments", "required_signatures", "pull_request", "required_status_checks"] as const),
    ...(["non_fast_forward", "commit_message_pattern", "branch_name_pattern", "workflows"] as const),
    ...(["code_scanning", "file_path_restriction", "max_file_size"] as const),
  ),
});
const alert = { url: either(text), html_url: either(text), created_at: either(moment) };

/** https://github.com/github/rest-api-description, of which `@octokit/openapi-types` is generated */
export const ofGitHub: Documents = {
  "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": {
    ask: (access) => release(access).pullRequests(commits.current),
    shape: z.array(
      z.looseObject({
        ...{ id: z.int(), number: z.int(), state: text, title: text, merged_at: maybe(moment), user },
        base: z.looseObject({ label: text, ref: text, sha: text }),
      }),
    ),
  },
  "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": {
    ask: (access) => release(access).reviews(12),
    shape: z.array(
      z.looseObject({
        ...{
          id: z.int(),
          user,
          body: text,
          state: text,
          commit_id: maybe(text),
          author_association: text,
          submitted_at: either(moment),
        },
      }),
    ),
  },
  "/repos/{owner}/{repo}/commits/{ref}/check-runs": {
    ask: (access) => release(access).checkRuns(commits.current),
    shape: z.looseObject({
      total_count: z.int(),
      check_runs: z.array(
        z.looseObject({
          ...{ id: z.int(), name: text, head_sha: text, completed_at: maybe(moment) },
          status: word("queued", "in_progress", "completed", "waiting", "requested", "pending"),
          conclusion: maybe(
            word(
              ...(["success", "failure", "neutral", "cancelled", "skipped", "timed_out"] as const),
              "action_required",
            ),
          ),
          app: maybe(z.looseObject({ id: z.int(), name: text, slug: either(text) })),
        }),
      ),
    }),
  },
  "/repos/{owner}/{repo}/rules/branches/{branch}": {
    ask: (access) => release(access).branchRules("main"),
    shape: z.array(rule),
  },
  "/repos/{owner}/{repo}/dependabot/alerts": {
    ask: (access) => release(access).criticalAlerts(),
    with: ({ github }) => {
      github.dependabot = [3];
    },
    shape: z.array(
      z.looseObject({
        ...{ ...alert, number: z.int(), state: word("auto_dismissed", "dismissed", "fixed", "open") },
      }),
    ),
  },
  "/repos/{owner}/{repo}/secret-scanning/alerts": {
    ask: (access) => release(access).secretAlerts(),
    with: ({ github }) => {
      github.secrets = [4];
    },
    shape: z.array(
      z.looseObject({ ...alert, number: either(z.int()), state: either(word("open", "resolved")) }),
    ),
  },
  "/repos/{owner}/{repo}": {
    ask: (access) => repository(access).repository(),
    shape: z.looseObject({
      ...{ id: z.int(), name: text, full_name: text, default_branch: text, visibility: either(text) },
      ...{ private: z.boolean(), archived: z.boolean() },
      security_and_analysis: either(
        maybe(z.looseObject({ secret_scanning: either(z.looseObject({ status: either(text) })) })),
      ),
    }),
  },
  "/repos/{owner}/{repo}/rulesets": {
    ask: (access) => repository(access).listedRulesets({ inherited: true }),
    shape: z.array(z.looseObject(ruleset)),
  },
  "/repos/{owner}/{repo}/rulesets/{ruleset_id}": {
    ask: (access) => repository(access).ruleset(5),
    shape: z.looseObject({
      ...ruleset,
      conditions: either(
        maybe(
          z.looseObject({
            ref_name: either(
              z.looseObject({ include: either(z.array(text)), exclude: either(z.array(text)) }),
            ),
          }),
        ),
      ),
      rules: either(z.array(rule)),
      bypass_actors: either(
        z.array(
          z.looseObject({
            actor_id: either(maybe(z.int())),
            actor_type: word(
              "Integration",
              "OrganizationAdmin",
              "RepositoryRole",
              "Team",
              "DeployKey",
              "User",
            ),
            bypass_mode: either(word("always", "pull_request", "exempt")),
          }),
        ),
      ),
    }),
  },
  "/repos/{owner}/{repo}/branches": {
    ask: (access) => repository(access).protectedBranches(),
    shape: z.array(
      z.looseObject({ name: text, protected: z.boolean(), commit: z.looseObject({ sha: text, url: text }) }),
    ),
  },
  "/repos/{owner}/{repo}/branches/{branch}/protection": {
    ask: (access) => repository(access).branchProtection("main"),
    with: ({ github }) => {
      github.protections = { main: protection };
    },
    shape: z.looseObject({
      required_status_checks: either(z.looseObject({ strict: either(z.boolean()), contexts: z.array(text) })),
      required_pull_request_reviews: either(
        z.looseObject({
          ...{ dismiss_stale_reviews: z.boolean(), require_code_owner_reviews: z.boolean() },
          required_approving_review_count: either(z.int()),
          require_last_push_approval: either(z.boolean()),
          bypass_pull_request_allowances: either(z.looseObject(members)),
        }),
      ),
      restrictions: either(z.looseObject(members)),
      enforce_admins: either(z.looseObject({ url: text, enabled: z.boolean() })),
      required_signatures: either(z.looseObject({ url: text, enabled: z.boolean() })),
      ...{ required_linear_history: switched, allow_deletions: switched, allow_force_pushes: switched },
      required_conversation_resolution: switched,
    }),
  },
  "/repos/{owner}/{repo}/environments": {
    ask: (access) => repository(access).environments(),
    shape: z.looseObject({
      total_count: either(z.int()),
      environments: either(
        z.array(
          z.looseObject({
            ...{ id: z.int(), name: text, url: text },
            protection_rules: either(
              z.array(
                z.looseObject({
                  ...{ id: z.int(), type: text, prevent_self_review: either(z.boolean()) },
                  reviewers: either(
                    z.array(
                      z.looseObject({
                        type: either(word("User", "Team")),
                        reviewer: either(z.looseObject({ id: z.int() })),
                      }),
                    ),
                  ),
                }),
              ),
            ),
            deployment_branch_policy: either(
              maybe(z.looseObject({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })),
            ),
          }),
        ),
      ),
    }),
  },
  "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies": {
    ask: (access) => repository(access).deploymentPolicies("production"),
    shape: z.looseObject({
      total_count: z.int(),
      branch_policies: z.array(
        z.looseObject({ id: either(z.int()), name: either(text), type: either(word("branch", "tag")) }),
      ),
    }),
  },
  "/repos/{owner}/{repo}/collaborators": {
    ask: (access) => repository(access).collaborators(),
    shape: z.array(z.looseObject({ login: text, id: z.int(), role_name: text })),
  },
  "/repos/{owner}/{repo}/teams": {
    ask: (access) => repository(access).teams(),
    shape: z.array(z.looseObject({ id: z.int(), slug: text, name: text, permission: text })),
  },
  "/repos/{owner}/{repo}/actions/permissions": {
    ask: (access) => repository(access).actions(),
    shape: z.looseObject({
      enabled: z.boolean(),
      allowed_actions: either(word("all", "local_only", "selected")),
      sha_pinning_required: either(z.boolean()),
    }),
  },
  "/repos/{owner}/{repo}/actions/permissions/selected-actions": {
    ask: (access) => repository(access).selectedActions(),
    shape: z.looseObject({
      ...{ github_owned_allowed: either(z.boolean()), verified_allowed: either(z.boolean()) },
      patterns_allowed: either(z.array(text)),
    }),
  },
  "/repos/{owner}/{repo}/actions/permissions/workflow": {
    ask: (access) => repository(access).workflowPermissions(),
    shape: z.looseObject({
      default_workflow_permissions: word("read", "write"),
      can_approve_pull_request_reviews: z.boolean(),
    }),
  },
  "/repos/{owner}/{repo}/automated-security-fixes": {
    ask: (access) => repository(access).securityUpdates(),
    shape: z.looseObject({ enabled: z.boolean(), paused: z.boolean() }),
  },
};

const protection = {
  required_status_checks: { strict: true, contexts: ["test"] },
  required_pull_request_reviews: { dismiss_stale_reviews: true, require_code_owner_reviews: false },
  restrictions: { users: [], teams: [{ slug: "platform" }], apps: [] },
  enforce_admins: { url: "https://api.github.com/x", enabled: true },
  required_linear_history: { enabled: true },
};
