import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";

const text = z.string().max(2000);
const milliseconds = z.number().int().nonnegative();
const team = z.looseObject({ id: text, slug: text, billing: z.looseObject({ plan: text }).nullish() });

const project = z.looseObject({
  id: text,
  name: text,
  framework: text.nullish(),
  nodeVersion: text.nullish(),
  serverlessFunctionRegion: text.nullish(),
  resourceConfig: z.looseObject({ functionDefaultRegions: z.array(text).max(100).optional() }).nullish(),
  /** Whether a production deployment gets the project's domains when it is ready. */
  autoAssignCustomDomains: z.boolean().optional(),
  link: z
    .looseObject({
      type: text.optional(),
      org: text.optional(),
      repo: text.optional(),
      repoId: z.number().optional(),
      productionBranch: text.optional(),
    })
    .nullish(),
  ssoProtection: z.looseObject({ deploymentType: text }).nullish(),
  passwordProtection: z.looseObject({ deploymentType: text }).nullish(),
  gitForkProtection: z.boolean().optional(),
  /** The last request to point the domains elsewhere. */
  lastAliasRequest: z
    .looseObject({
      fromDeploymentId: text.nullish(),
      toDeploymentId: text,
      jobStatus: z.enum(["pending", "in-progress", "succeeded", "failed", "skipped"]),
      requestedAt: milliseconds,
      type: z.enum(["promote", "rollback"]),
    })
    .nullish(),
  /** The deployment that serves each target. */
  targets: z.record(text, z.looseObject({ id: text }).nullable()).optional(),
});

const commitMeta = z.looseObject({
  githubCommitSha: text.optional(),
  githubCommitRef: text.optional(),
});

const listedDeployment = z.looseObject({
  uid: text,
  name: text.optional(),
  url: text.nullish(),
  state: text.optional(),
  readyState: text.optional(),
  readySubstate: text.nullish(),
  target: text.nullish(),
  created: milliseconds.optional(),
  createdAt: milliseconds.optional(),
  meta: commitMeta.optional(),
  isRollbackCandidate: z.boolean().nullish(),
});

const oneDeployment = z.looseObject({
  id: text,
  url: text.nullish(),
  readyState: text,
  readySubstate: text.nullish(),
  target: text.nullish(),
  createdAt: milliseconds,
  projectId: text.optional(),
  alias: z.array(text).max(1000).nullish(),
  aliasAssigned: z.union([z.boolean(), z.number()]).nullish(),
  meta: commitMeta.optional(),
  gitSource: z.looseObject({ sha: text.optional(), ref: text.nullish() }).nullish(),
  errorMessage: text.nullish(),
});

const domain = z.looseObject({
  name: text,
  verified: z.boolean(),
  redirect: text.nullish(),
  redirectStatusCode: z.number().nullish(),
  gitBranch: text.nullish(),
});

const domainConfig = z.looseObject({ misconfigured: z.boolean(), configuredBy: text.nullish() });

/** Without the value: nothing that asks for it here may show it. */
const variable = z.object({
  id: text.optional(),
  key: text,
  type: text,
  target: z.union([text.transform((one) => [one]), z.array(text).max(100)]).optional(),
  gitBranch: text.nullish(),
});

const pagination = z.looseObject({ next: z.number().nullish() });

export type VercelProject = z.infer<typeof project>;
export type VercelDomain = z.infer<typeof domain>;
export type VercelVariable = z.infer<typeof variable>;

/** Where a deployment is: `QUEUED`, `INITIALIZING` and `BUILDING` lead to one of the others. */
export type VercelState = "QUEUED" | "INITIALIZING" | "BUILDING" | "READY" | "ERROR" | "CANCELED" | string;

export interface VercelDeployment {
  readonly id: string;
  /** Host name of the deployment itself, which serves it whatever the domains do. */
  readonly url: string | undefined;
  readonly state: VercelState;
  /** `STAGED` before it was ever promoted, `PROMOTED` afterwards. */
  readonly substate: string | undefined;
  readonly target: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly commit: string | undefined;
  /** Domains that point at it; known of a single deployment only. */
  readonly aliases: readonly string[];
  /** Whether the vendor can roll back to it; known in a list only. */
  readonly isRollbackCandidate: boolean | undefined;
}

/** Vercel's API, as https://vercel.com/docs/rest-api describes it. The token is in `VERCEL_API_TOKEN`. */
export class Vercel {
  #client: VendorClient;
  #team: { teamId: string };

  /** @param teamId the team whose projects are asked for, `team_…` */
  constructor(teamId: string, { environment = process.env, ...access }: Access = {}) {
    this.#team = { teamId };
    this.#client = new VendorClient({
      vendor: "Vercel",
      baseUrl: baseUrlOf("https://api.vercel.com", "OPTROPIC_VERCEL_URL", environment),
      token: { variable: "VERCEL_API_TOKEN", value: environment.VERCEL_API_TOKEN },
      ...access,
    });
  }

  team() {
    return this.#client.ask({
      path: path`/v2/teams/${this.#team.teamId}`,
      right: "read the team",
      schema: team,
    });
  }

  /** Every project of the team. */
  projects(): Promise<VercelProject[]> {
    const schema = z.looseObject({ projects: z.array(project).max(1000), pagination: pagination.optional() });
    return this.#client.collect("projects", async (from) => {
      const answer = await this.#client.ask({
        path: "/v10/projects",
        query: { ...this.#team, limit: 100, from },
        right: "read the projects",
        schema,
      });
      return { items: answer.projects, next: nextOf(answer.pagination) };
    });
  }

  /** @throws {VendorProblem} `not-found` */
  project(idOrName: string): Promise<VercelProject> {
    return this.#client.ask({
      path: path`/v9/projects/${idOrName}`,
      query: this.#team,
      right: "read the project",
      schema: project,
    });
  }

  domains(idOrName: string): Promise<VercelDomain[]> {
    const schema = z.looseObject({ domains: z.array(domain).max(1000), pagination: pagination.optional() });
    return this.#client.collect("domains", async (until) => {
      const answer = await this.#client.ask({
        path: path`/v9/projects/${idOrName}/domains`,
        query: { ...this.#team, limit: 100, until },
        right: "read the domains of the project",
        schema,
      });
      return { items: answer.domains, next: nextOf(answer.pagination) };
    });
  }

  /** Whether the vendor finds a domain pointing at it, which its certificate needs. */
  domainConfig(name: string) {
    return this.#client.ask({
      path: path`/v6/domains/${name}/config`,
      query: this.#team,
      right: "read the domain",
      schema: domainConfig,
    });
  }

  /** Names, kinds and targets of the environment variables, without their values. */
  async variables(idOrName: string): Promise<VercelVariable[]> {
    const schema = z.looseObject({ envs: z.array(variable).max(5000), pagination: pagination.optional() });
    return this.#client.collect("environment variables", async (until) => {
      const answer = await this.#client.ask({
        path: path`/v10/projects/${idOrName}/env`,
        query: { ...this.#team, until },
        right: "read the names of environment variables",
        schema,
      });
      return { items: answer.envs, next: nextOf(answer.pagination) };
    });
  }

  /**
   * The newest deployments of a project, the newest first.
   *
   * @param most of them; one page, at most 100
   */
  async deployments(
    projectId: string,
    { target = "production", state, most = 20 }: { target?: string; state?: string; most?: number } = {},
  ): Promise<VercelDeployment[]> {
    const answer = await this.#client.ask({
      path: "/v6/deployments",
      query: { ...this.#team, projectId, target, state, limit: Math.min(most, 100) },
      right: "read deployments",
      schema: z.looseObject({ deployments: z.array(listedDeployment).max(1000) }),
    });
    return answer.deployments.map(fromList).toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** @throws {VendorProblem} `not-found` */
  async deployment(idOrHost: string): Promise<VercelDeployment> {
    const answer = await this.#client.ask({
      path: path`/v13/deployments/${idOrHost}`,
      query: this.#team,
      right: "read deployments",
      schema: oneDeployment,
    });
    return fromOne(answer);
  }

  /**
   * Builds a commit of the project's GitHub repository for production. Whether it gets the domains when it is
   * ready is up to {@link setAutoAssign}.
   */
  async deploy({
    name,
    repository,
    ref,
    commit,
  }: {
    name: string;
    repository: string;
    ref: string;
    commit: string;
  }): Promise<VercelDeployment> {
    const [org = "", repo = ""] = repository.split("/");
    const answer = await this.#client.ask({
      method: "POST",
      path: "/v13/deployments",
      query: this.#team,
      body: {
        ...{ name, project: name, target: "production" },
        gitSource: { type: "github", org, repo, ref, sha: commit },
      },
      right: "create deployments",
      schema: oneDeployment,
    });
    return fromOne(answer);
  }

  /** Points the production domains at a deployment. The vendor does it after it has answered: see `lastAliasRequest`. */
  async promote(projectId: string, deploymentId: string): Promise<void> {
    await this.#client.ask({
      method: "POST",
      path: path`/v10/projects/${projectId}/promote/${deploymentId}`,
      query: this.#team,
      body: {},
      right: "promote deployments",
      schema: z.unknown(),
    });
  }

  /**
   * Points the production domains back at an earlier deployment. Afterwards the vendor assigns the domains to no
   * new deployment until one is promoted.
   */
  async rollback(projectId: string, deploymentId: string, description?: string): Promise<void> {
    await this.#client.ask({
      method: "POST",
      path: path`/v1/projects/${projectId}/rollback/${deploymentId}`,
      query: { ...this.#team, description },
      body: {},
      right: "roll back deployments",
      schema: z.unknown(),
    });
  }

  /** Sets whether the next production deployment gets the domains by itself. */
  setAutoAssign(idOrName: string, autoAssignCustomDomains: boolean): Promise<VercelProject> {
    return this.#client.ask({
      method: "PATCH",
      path: path`/v9/projects/${idOrName}`,
      query: this.#team,
      body: { autoAssignCustomDomains },
      right: "change the project",
      schema: project,
    });
  }
}

function nextOf(page: z.infer<typeof pagination> | undefined): string | undefined {
  return page?.next === undefined || page.next === null ? undefined : String(page.next);
}

function fromList(deployment: z.infer<typeof listedDeployment>): VercelDeployment {
  const { uid, url, state, readyState, readySubstate, target, created, createdAt, meta } = deployment;
  return {
    id: uid,
    url: url ?? undefined,
    state: readyState ?? state ?? "unknown",
    substate: readySubstate ?? undefined,
    target: target ?? undefined,
    createdAt: createdAt ?? created ?? 0,
    commit: meta?.githubCommitSha,
    aliases: [],
    isRollbackCandidate: deployment.isRollbackCandidate ?? undefined,
  };
}

function fromOne(deployment: z.infer<typeof oneDeployment>): VercelDeployment {
  const { id, url, readyState, readySubstate, target, createdAt, alias, meta, gitSource } = deployment;
  return {
    ...{ id, createdAt, state: readyState },
    url: url ?? undefined,
    substate: readySubstate ?? undefined,
    target: target ?? undefined,
    commit: gitSource?.sha ?? meta?.githubCommitSha,
    aliases: alias ?? [],
    isRollbackCandidate: undefined,
  };
}
