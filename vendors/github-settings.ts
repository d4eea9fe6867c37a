import * as z from "zod";
import type { GitHub } from "./github.ts";
import { path } from "./path.ts";
import { VendorProblem } from "./problem.ts";

// How a repository is set up: https://docs.github.com/rest/repos

const text = z.string().max(10_000);
const numbered = z.looseObject({ id: z.number() });
const states = z.record(z.string().max(200), z.looseObject({ status: text.optional() }));

const repository = z.looseObject({
  id: z.number(),
  name: text,
  visibility: text.optional(),
  private: z.boolean(),
  archived: z.boolean(),
  default_branch: text,
  security_and_analysis: states.nullish(),
});

const listedRuleset = numbered.extend({ source_type: text.nullish() });

const ruleset = z.looseObject({
  id: z.number(),
  name: text,
  target: text.nullish(),
  enforcement: text,
  conditions: z
    .looseObject({
      ref_name: z
        .looseObject({
          include: z.array(text).max(1000).default([]),
          exclude: z.array(text).max(1000).default([]),
        })
        .optional(),
    })
    .nullish(),
  rules: z
    .array(z.looseObject({ type: text, parameters: z.record(z.string(), z.json()).nullish() }))
    .max(1000)
    .optional(),
  /** Shown to those who may change it. */
  bypass_actors: z
    .array(
      z.looseObject({
        actor_id: z.number().nullish(),
        actor_type: text,
        bypass_mode: text.default("always"),
      }),
    )
    .max(1000)
    .optional(),
});

const collaborator = z.looseObject({ login: text, role_name: text });
const team = z.looseObject({ slug: text, permission: text });

const environment = z.looseObject({
  id: z.number(),
  name: text,
  can_admins_bypass: z.boolean().nullish(),
  protection_rules: z
    .array(
      z.looseObject({
        type: text,
        prevent_self_review: z.boolean().nullish(),
        wait_timer: z.number().nullish(),
        reviewers: z
          .array(z.looseObject({ type: text.optional(), reviewer: numbered.optional() }))
          .max(1000)
          .nullish(),
      }),
    )
    .max(1000)
    .nullish(),
  deployment_branch_policy: z
    .looseObject({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

const branchPolicy = z.looseObject({ name: text.optional(), type: text.nullish() });

const permissions = z.looseObject({
  enabled: z.boolean(),
  allowed_actions: text.nullish(),
  sha_pinning_required: z.boolean().nullish(),
});

const selected = z.looseObject({
  github_owned_allowed: z.boolean().optional(),
  verified_allowed: z.boolean().optional(),
  patterns_allowed: z.array(text).max(10_000).optional(),
});

const workflow = z.looseObject({
  default_workflow_permissions: text,
  can_approve_pull_request_reviews: z.boolean(),
});

export type GitHubRuleset = z.infer<typeof ruleset>;
export type GitHubEnvironment = z.infer<typeof environment>;

/** Reads how one repository is set up. */
export class GitHubSettings {
  #client: GitHub;
  #of: string;

  constructor(client: GitHub, { owner, name }: { owner: string; name: string }) {
    this.#client = client;
    this.#of = path`/repos/${owner}/${name}`;
  }

  repository() {
    return this.#client.ask({ path: this.#of, right: "read the repository", schema: repository });
  }

  /**
   * Rules of its branches and tags.
   *
   * @param inherited whether those of its organization are among them
   */
  async rulesets({ inherited }: { inherited: boolean }): Promise<GitHubRuleset[]> {
    const all = await this.listedRulesets({ inherited });
    const listed = all.filter(
      ({ source_type: source }) => inherited || (source ?? "Repository") === "Repository",
    );
    if (listed.length > mostRulesets)
      throw new VendorProblem("too-large", `GitHub: there are more than ${mostRulesets} rulesets`);
    return Promise.all(listed.map(({ id }) => this.ruleset(id)));
  }

  /** The same without what they require. */
  listedRulesets({ inherited }: { inherited: boolean }) {
    return this.#client.list({
      path: `${this.#of}/rulesets`,
      query: { includes_parents: String(inherited) },
      right: "read the rulesets of the repository",
      schema: z.array(listedRuleset).max(1000),
    });
  }

  ruleset(id: number): Promise<GitHubRuleset> {
    const of = `${this.#of}${path`/rulesets/${String(id)}`}`;
    return this.#client.ask({ path: of, right: "read the rulesets of the repository", schema: ruleset });
  }

  /** Names of the branches that are protected, by rules of whatever kind. */
  async protectedBranches(): Promise<string[]> {
    const found = await this.#client.list({
      path: `${this.#of}/branches`,
      query: { protected: "true" },
      right: "read the branches (Contents)",
      schema: z.array(z.looseObject({ name: z.string().max(500) })).max(1000),
    });
    return found.map(({ name }) => name);
  }

  /** A branch's protection from before there were rulesets; undefined where it has none. */
  async branchProtection(branch: string): Promise<GitHubProtection | undefined> {
    const of = `${this.#of}${path`/branches/${branch}/protection`}`;
    const right = "read the protection of branches (Administration)";
    try {
      return await this.#client.ask({ path: of, right, schema: protection });
    } catch (error) {
      // Whoever may not read it is told that it is not found, too, in other words.
      const isAbsent = error instanceof VendorProblem && error.reason === "not-found";
      if (isAbsent && /branch not protected/i.test(error.message)) return undefined;
      throw error;
    }
  }

  async environments(): Promise<GitHubEnvironment[]> {
    const schema = z.looseObject({
      total_count: z.number().optional(),
      environments: z.array(environment).max(1000).default([]),
    });
    const of = `${this.#of}/environments`;
    const right = "read the environments (Actions or Environments)";
    const answer = await this.#client.ask({ path: of, query: { per_page: 100 }, right, schema });
    return complete(of, answer.environments, answer.total_count);
  }

  /** Branches and tags that may be deployed to an environment. */
  async deploymentPolicies(name: string) {
    const schema = z.looseObject({
      total_count: z.number().optional(),
      branch_policies: z.array(branchPolicy).max(1000),
    });
    const of = `${this.#of}${path`/environments/${name}/deployment-branch-policies`}`;
    const right = "read the environments";
    const answer = await this.#client.ask({ path: of, query: { per_page: 100 }, right, schema });
    return complete(of, answer.branch_policies, answer.total_count);
  }

  /** People that were given access by name, without those of an organization or of a team. */
  collaborators() {
    return this.#client.list({
      path: `${this.#of}/collaborators`,
      query: { affiliation: "direct" },
      right: "read who has access (Metadata, by somebody who may push)",
      schema: z.array(collaborator).max(1000),
    });
  }

  teams() {
    const right = "read the teams that have access";
    return this.#client.list({ path: `${this.#of}/teams`, right, schema: z.array(team).max(1000) });
  }

  actions() {
    const right = "read the permissions of Actions (Administration)";
    return this.#client.ask({ path: `${this.#of}/actions/permissions`, right, schema: permissions });
  }

  selectedActions() {
    const of = `${this.#of}/actions/permissions/selected-actions`;
    return this.#client.ask({
      path: of,
      right: "read the allowed actions (Administration)",
      schema: selected,
    });
  }

  workflowPermissions() {
    const of = `${this.#of}/actions/permissions/workflow`;
    const right = "read the permissions of workflows (Administration)";
    return this.#client.ask({ path: of, right, schema: workflow });
  }

  /** Whether alerts about dependencies are on: GitHub answers with nothing, or with `not found`. */
  async vulnerabilityAlerts(): Promise<boolean> {
    try {
      const right = "read whether there are alerts (Administration)";
      await this.#client.ask({ path: `${this.#of}/vulnerability-alerts`, right, schema: z.unknown() });
      return true;
    } catch (error) {
      if (error instanceof VendorProblem && error.reason === "not-found") return false;
      throw error;
    }
  }

  securityUpdates() {
    const schema = z.looseObject({ enabled: z.boolean(), paused: z.boolean().nullish() });
    const right = "read whether there are security updates (Administration)";
    return this.#client.ask({ path: `${this.#of}/automated-security-fixes`, right, schema });
  }
}

const mostRulesets = 100;

/** The items of a list that comes in one page, where it is the whole list. */
function complete<Item>(of: string, items: Item[], total = items.length): Item[] {
  if (total <= items.length) return items;
  throw new VendorProblem("too-large", `GitHub, GET ${of}: it shows ${items.length} of ${total}`);
}

const switched = z.looseObject({ enabled: z.boolean().default(false) }).nullish();
const actors = z
  .looseObject({
    users: z
      .array(z.looseObject({ login: z.string().max(200) }))
      .max(1000)
      .default([]),
    teams: z
      .array(z.looseObject({ slug: z.string().max(200) }))
      .max(1000)
      .default([]),
    apps: z
      .array(z.looseObject({ slug: z.string().max(200) }))
      .max(1000)
      .default([]),
  })
  .nullish();

const protection = z.looseObject({
  required_status_checks: z
    .looseObject({
      strict: z.boolean().nullish(),
      contexts: z.array(z.string().max(1000)).max(1000).default([]),
    })
    .nullish(),
  required_pull_request_reviews: z
    .looseObject({
      dismiss_stale_reviews: z.boolean().nullish(),
      require_code_owner_reviews: z.boolean().nullish(),
      required_approving_review_count: z.number().int().nonnegative().nullish(),
      require_last_push_approval: z.boolean().nullish(),
      bypass_pull_request_allowances: actors,
    })
    .nullish(),
  restrictions: actors,
  ...{ enforce_admins: switched, required_signatures: switched, required_linear_history: switched },
  ...{ required_conversation_resolution: switched, allow_deletions: switched, allow_force_pushes: switched },
});

export type GitHubProtection = z.infer<typeof protection>;
