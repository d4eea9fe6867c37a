import type { FakeAnswer, FakeVendor } from "./server.ts";

export interface FakeGitHubState {
  readonly repository: string;
  pulls: { number: number; author: string; merged: boolean; base: string }[];
  reviews: { login: string; state: string }[];
  runs: {
    id: number;
    name: string;
    status: string;
    conclusion: string | null;
    app?: { id: number; slug: string };
  }[];
  /** Of the older kind, which no app reports. */
  statuses: { context: string; state: string }[];
  approvals: number;
  required: string[];
  dependabot: number[];
  secrets: number[];
  /** Where there are none, one of another name. */
  rulesets: FakeRuleset[];
  /** Protection of branches from before there were rulesets, by branch. */
  protections?: Record<string, unknown>;
}

export interface FakeRuleset {
  readonly id: number;
  name: string;
  target: string;
  source_type: string;
  enforcement: string;
  bypass_actors?: { actor_id: number | null; actor_type: string; bypass_mode: string }[];
  conditions: { ref_name: { include: string[]; exclude: string[] } };
  rules: { type: string; parameters?: Record<string, unknown> }[];
}

export const githubToken = "ghp_canary00112233445566778899";

/** GitHub's REST API with the state of one repository and of one commit. */
export function fakeGitHub(state: FakeGitHubState): FakeVendor {
  const of = (owner: string | undefined, name: string | undefined, body: unknown): FakeAnswer =>
    `${owner}/${name}` === state.repository ? { body } : { status: 404, body: { message: "Not Found" } };
  const alerts = (numbers: readonly number[]) => numbers.map((number) => ({ number, state: "open" }));
  return {
    prefix: "github",
    authorization: `token ${githubToken}`,
    routes: {
      "GET /repos/:owner/:name/commits/:sha/pulls": ({ parts: [owner, name] }) =>
        of(
          owner,
          name,
          state.pulls.map(({ number, author, merged, base }) => ({
            ...{
              id: number,
              number,
              title: "Change",
              state: merged ? "closed" : "open",
              user: userOf(author),
            },
            base: { label: `${owner}:${base}`, ref: base, sha },
            merged_at: merged ? "2026-11-27T09:00:00Z" : null,
          })),
        ),
      "GET /repos/:owner/:name/pulls/:number/reviews": ({ parts: [owner, name] }) =>
        of(
          owner,
          name,
          state.reviews.map(({ login, state: said }, id) => ({
            ...{ id, user: userOf(login), state: said, body: "", commit_id: sha },
            author_association: login === "stranger" ? "NONE" : "MEMBER",
          })),
        ),
      "GET /repos/:owner/:name/commits/:sha/check-runs": ({ parts: [owner, name] }) =>
        of(owner, name, {
          total_count: state.runs.length,
          check_runs: state.runs.map(({ app = { id: 15_368, slug: "github-actions" }, ...run }) => ({
            ...{ ...run, head_sha: sha, app: { ...app, name: app.slug } },
            completed_at: run.status === "completed" ? "2026-11-27T09:00:00Z" : null,
          })),
        }),
      "GET /repos/:owner/:name/commits/:sha/status": ({ parts: [owner, name] }) =>
        of(owner, name, { state: "success", total_count: state.statuses.length, statuses: state.statuses }),
      "GET /repos/:owner/:name": ({ parts: [owner, name] }) =>
        of(owner, name, {
          ...{ id: 1, name, full_name: `${owner}/${name}`, private: true, visibility: "private" },
          ...{ archived: false, default_branch: "main" },
          security_and_analysis: { secret_scanning: { status: "enabled" } },
        }),
      "GET /repos/:owner/:name/rulesets": ({ parts: [owner, name] }) =>
        of(
          owner,
          name,
          state.rulesets.length > 0
            ? state.rulesets.map(({ rules: _, conditions: __, bypass_actors: ___, ...listed }) => listed)
            : [{ id: 5, name: "branches", enforcement: "active", source: state.repository }],
        ),
      "GET /repos/:owner/:name/rulesets/:id": ({ parts: [owner, name, id] }) =>
        of(
          owner,
          name,
          state.rulesets.find((one) => String(one.id) === id) ?? {
            ...{ id: 5, name: "branches", target: "branch", enforcement: "active", source: state.repository },
            conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
            rules: [
              { type: "deletion" },
              { type: "pull_request", parameters: { required_approving_review_count: state.approvals } },
              {
                type: "required_status_checks",
                parameters: {
                  strict_required_status_checks_policy: true,
                  required_status_checks: state.required.map((context) => ({ context })),
                },
              },
            ],
          },
        ),
      "GET /repos/:owner/:name/collaborators": ({ parts: [owner, name] }) =>
        of(owner, name, [
          { ...userOf(owner ?? ""), role_name: "admin" },
          { ...userOf("jane"), role_name: "write" },
        ]),
      "GET /repos/:owner/:name/teams": ({ parts: [owner, name] }) =>
        of(owner, name, [{ id: 77, name: "Platform", slug: "platform", permission: "push" }]),
      "GET /repos/:owner/:name/branches": ({ parts: [owner, name], query }) => {
        const names = ["main", ...Object.keys(state.protections ?? {})];
        const found = query.get("protected") === "true" ? names.map((one) => branchOf(one)) : [];
        return of(owner, name, found);
      },
      "GET /repos/:owner/:name/branches/:branch/protection": ({ parts: [owner, name, branch = ""] }) => {
        const found = state.protections?.[branch];
        return found === undefined
          ? { status: 404, body: { message: "Branch not protected" } }
          : of(owner, name, found);
      },
      "GET /repos/:owner/:name/environments": ({ parts: [owner, name] }) =>
        of(owner, name, {
          total_count: 1,
          environments: [
            {
              ...{ id: 9, name: "production", can_admins_bypass: false },
              url: "https://api.github.com/environments/9",
              protection_rules: [
                {
                  ...{ id: 1, type: "required_reviewers", prevent_self_review: true },
                  reviewers: [{ type: "Team", reviewer: { id: 77 } }],
                },
              ],
              deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
            },
          ],
        }),
      "GET /repos/:owner/:name/environments/:environment/deployment-branch-policies": ({
        parts: [owner, name],
      }) =>
        of(owner, name, { total_count: 1, branch_policies: [{ id: 1, name: "release/*", type: "branch" }] }),
      "GET /repos/:owner/:name/vulnerability-alerts": ({ parts: [owner, name] }) =>
        `${owner}/${name}` === state.repository ? { status: 204 } : { status: 404 },
      "GET /repos/:owner/:name/automated-security-fixes": ({ parts: [owner, name] }) =>
        of(owner, name, { enabled: true, paused: false }),
      "GET /repos/:owner/:name/actions/permissions": ({ parts: [owner, name] }) =>
        of(owner, name, { enabled: true, allowed_actions: "selected", sha_pinning_required: true }),
      "GET /repos/:owner/:name/actions/permissions/selected-actions": ({ parts: [owner, name] }) =>
        of(owner, name, { github_owned_allowed: true, verified_allowed: false, patterns_allowed: [] }),
      "GET /repos/:owner/:name/actions/permissions/workflow": ({ parts: [owner, name] }) =>
        of(owner, name, {
          default_workflow_permissions: "read",
          can_approve_pull_request_reviews: false,
        }),
      "GET /repos/:owner/:name/rules/branches/:branch": ({ parts: [owner, name] }) =>
        of(owner, name, [
          { type: "deletion" },
          { type: "pull_request", parameters: { required_approving_review_count: state.approvals } },
          {
            type: "required_status_checks",
            parameters: { required_status_checks: state.required.map((context) => ({ context })) },
          },
        ]),
      "GET /repos/:owner/:name/dependabot/alerts": ({ parts: [owner, name] }) =>
        of(owner, name, alerts(state.dependabot)),
      "GET /repos/:owner/:name/secret-scanning/alerts": ({ parts: [owner, name] }) =>
        of(owner, name, alerts(state.secrets)),
    },
  };
}

const sha = "3f9c2a1b5d7e8f60112233445566778899aabbcc";

function userOf(login: string) {
  return { login, id: login.length, type: login.endsWith("[bot]") ? "Bot" : "User" };
}

function branchOf(name: string) {
  return { name, protected: true, commit: { sha, url: "https://api.github.com/commits/1" } };
}

/** A repository whose release was checked and approved. */
export function healthyGitHub(repository: string): FakeGitHubState {
  const names = ["test", "typecheck", "lint", "build"];
  return {
    repository,
    pulls: [{ number: 12, author: "author", merged: true, base: "release/production" }],
    reviews: [
      { login: "reviewer", state: "CHANGES_REQUESTED" },
      { login: "reviewer", state: "APPROVED" },
      { login: "reviewer", state: "COMMENTED" },
    ],
    statuses: [],
    runs: names.map((name, id) => ({ id, name, status: "completed", conclusion: "success" })),
    approvals: 1,
    required: names,
    dependabot: [],
    secrets: [],
    rulesets: [],
  };
}

/** The rulesets of this project's own delivery, as GitHub shows them, beside one of the organization. */
export function healthyRulesets(): FakeRuleset[] {
  const names = ["test", "typecheck", "lint", "build"];
  return [
    {
      ...{ id: 41, name: "Protected branches", target: "branch", source_type: "Repository" },
      ...{ enforcement: "active", bypass_actors: [] },
      conditions: { ref_name: { include: ["refs/heads/release/*", "refs/heads/main"], exclude: [] } },
      rules: [
        { type: "deletion" },
        { type: "non_fast_forward" },
        { type: "required_linear_history" },
        {
          type: "pull_request",
          parameters: {
            ...{ required_approving_review_count: 1, require_code_owner_review: true },
            ...{ dismiss_stale_reviews_on_push: true, require_last_push_approval: true },
            ...{ required_review_thread_resolution: true, allowed_merge_methods: ["squash"] },
            automatic_copilot_code_review_enabled: false,
          },
        },
        {
          type: "required_status_checks",
          parameters: {
            ...{ strict_required_status_checks_policy: true, do_not_enforce_on_create: false },
            // In an order of GitHub's own.
            required_status_checks: ["preview", ...names].map((context) => ({
              context,
              integration_id: 15_368,
            })),
          },
        },
      ],
    },
    {
      ...{ id: 42, name: "Release tags", target: "tag", source_type: "Repository" },
      ...{ enforcement: "active", bypass_actors: [] },
      conditions: { ref_name: { include: ["refs/tags/v*"], exclude: [] } },
      rules: [{ type: "deletion" }, { type: "non_fast_forward" }, { type: "update" }],
    },
    {
      ...{ id: 7, name: "Of the organization", target: "branch", source_type: "Organization" },
      ...{ enforcement: "active", conditions: { ref_name: { include: ["~ALL"], exclude: [] } } },
      rules: [{ type: "required_signatures" }],
    },
  ];
}
