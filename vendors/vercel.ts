import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";
import { orAbsent, VendorProblem } from "./problem.ts";
import * as answers from "./vercel-answers.ts";

export type VercelProject = z.infer<typeof answers.project>;
export type VercelDomain = z.infer<typeof answers.domain>;
export type VercelFirewall = z.infer<typeof answers.firewall>;
export type VercelVariable = z.infer<typeof answers.variable>;

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

/** Where lines come from that the application writes. */
const written = ["serverless", "edge-function", "edge-middleware"];

/** Vercel's API, as https://vercel.com/docs/rest-api describes it. The token is in `VERCEL_API_TOKEN`. */
export class Vercel {
  #client: VendorClient;
  #team: { teamId: string | undefined };

  /** @param teamId the team whose projects are asked for, `team_…`; undefined for the token's own person */
  constructor(teamId: string | undefined, { environment = process.env, ...access }: Access = {}) {
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
      path: path`/v2/teams/${this.#team.teamId ?? ""}`,
      right: "read the team",
      schema: answers.team,
    });
  }

  /** The teams that the token can see; one page. */
  async teams() {
    const answer = await this.#client.ask({
      path: "/v2/teams",
      query: { limit: 100 },
      right: "read the teams",
      schema: z.looseObject({ teams: z.array(answers.team).max(1000) }),
    });
    return answer.teams;
  }

  /** Every project of the team. */
  projects(): Promise<VercelProject[]> {
    const schema = z.looseObject({
      projects: z.array(answers.project).max(1000),
      pagination: answers.pagination.optional(),
    });
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

  /** Where log lines are sent to. */
  logDrains() {
    return this.#client.ask({
      path: "/v1/log-drains",
      query: this.#team,
      right: "read the log drains",
      schema: answers.logDrains,
    });
  }

  /** Variables that projects share, without their values. */
  sharedVariables() {
    const schema = z.looseObject({
      data: z.array(answers.sharedVariable).max(1000),
      pagination: answers.pagination.optional(),
    });
    return this.#client.collect("shared variables", async (until) => {
      const answer = await this.#client.ask({
        path: "/v1/env",
        query: { ...this.#team, until },
        right: "read the shared environment variables",
        schema,
      });
      return { items: answer.data, next: nextOf(answer.pagination) };
    });
  }

  /** @throws {VendorProblem} `not-found` */
  project(idOrName: string): Promise<VercelProject> {
    return this.#client.ask({
      path: path`/v9/projects/${idOrName}`,
      query: this.#team,
      right: "read the project",
      schema: answers.project,
    });
  }

  domains(idOrName: string): Promise<VercelDomain[]> {
    const schema = z.looseObject({
      domains: z.array(answers.domain).max(1000),
      pagination: answers.pagination.optional(),
    });
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

  /** The firewall of a project that is in force; undefined where nobody has set one up. */
  firewall(projectId: string): Promise<VercelFirewall | undefined> {
    return orAbsent(
      this.#client.ask({
        path: "/v1/security/firewall/config/active",
        query: { ...this.#team, projectId },
        right: "read the firewall of the project",
        schema: answers.firewall,
      }),
    );
  }

  /** Addresses that the firewall of a project lets past; none where there is no firewall. */
  async bypasses(projectId: string) {
    const found = this.#client.collect("ways past the firewall", async (offset) => {
      const answer = await this.#client.ask({
        path: "/v1/security/firewall/bypass",
        query: { ...this.#team, projectId, offset },
        right: "read the ways past the firewall of the project",
        schema: answers.bypasses,
      });
      return { items: answer.result ?? [], next: answer.pagination?.Id };
    });
    // The same list has addresses that are blocked.
    return ((await orAbsent(found)) ?? []).filter(({ Action }) => Action !== "block");
  }

  /** Routes of a project; none where the account has no routes. */
  async routes(projectId: string) {
    const answer = await orAbsent(
      this.#client.ask({
        path: path`/v1/projects/${projectId}/routes`,
        query: this.#team,
        right: "read the routes of the project",
        schema: z.looseObject({ routes: z.array(answers.route).max(1000).nullish() }),
      }),
    );
    return answer?.routes ?? [];
  }

  /** Whether the vendor finds a domain pointing at it, which its certificate needs. */
  domainConfig(name: string) {
    return this.#client.ask({
      path: path`/v6/domains/${name}/config`,
      query: this.#team,
      right: "read the domain",
      schema: answers.domainConfig,
    });
  }

  /**
   * Names, kinds and targets of the environment variables, without their values.
   *
   * @throws {VendorProblem} `no-right` where Vercel says that it hides some of production from the token
   */
  async variables(idOrName: string): Promise<VercelVariable[]> {
    const right = "read the names of environment variables";
    const schema = z.looseObject({
      envs: z.array(answers.variable).max(5000),
      pagination: answers.pagination.optional(),
      hiddenProductionEnvCount: z.number().optional(),
    });
    return this.#client.collect("environment variables", async (until) => {
      const answer = await this.#client.ask({
        path: path`/v10/projects/${idOrName}/env`,
        query: { ...this.#team, until },
        right,
        schema,
      });
      const { hiddenProductionEnvCount: hidden = 0 } = answer;
      if (hidden > 0) {
        const message = `Vercel hides ${hidden} variables of production from this token, which lacks the right to ${right}`;
        throw new VendorProblem("no-right", message);
      }
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
      schema: z.looseObject({ deployments: z.array(answers.listedDeployment).max(1000) }),
    });
    return answer.deployments.map(fromList).toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /**
   * What functions of a deployment write while it is listened to; lines of requests, and those that the vendor cut
   * off, are left out. The vendor sends what comes, and does not end by itself.
   */
  async lines(projectId: string, deploymentId: string, streamMs = 5000): Promise<string[]> {
    const found = await this.#client.ask({
      path: path`/v1/projects/${projectId}/deployments/${deploymentId}/runtime-logs`,
      query: this.#team,
      right: "read runtime logs",
      schema: z.array(answers.runtimeLine).max(100_000),
      streamMs,
    });
    return found
      .filter(({ source, messageTruncated }) => written.includes(source) && messageTruncated !== true)
      .flatMap(({ message }) => message.split("\n"))
      .filter((line) => line !== "");
  }

  /** @throws {VendorProblem} `not-found` */
  async deployment(idOrHost: string): Promise<VercelDeployment> {
    const answer = await this.#client.ask({
      path: path`/v13/deployments/${idOrHost}`,
      query: this.#team,
      right: "read deployments",
      schema: answers.oneDeployment,
    });
    if (answer.createdAt !== undefined) return fromOne(answer);
    throw new VendorProblem("no-right", `Vercel shows this token only a part of the deployment ${idOrHost}`);
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
      schema: answers.oneDeployment,
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

  /** Ends a deployment that is still building. */
  async cancel(deploymentId: string): Promise<void> {
    await this.#client.ask({
      method: "PATCH",
      path: path`/v12/deployments/${deploymentId}/cancel`,
      query: this.#team,
      body: {},
      right: "cancel deployments",
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
      schema: answers.project,
    });
  }
}

function nextOf(page: z.infer<typeof answers.pagination> | undefined): string | undefined {
  return page?.next === undefined || page.next === null ? undefined : String(page.next);
}

function fromList(deployment: z.infer<typeof answers.listedDeployment>): VercelDeployment {
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

function fromOne(deployment: z.infer<typeof answers.oneDeployment>): VercelDeployment {
  const { id, url, readyState, readySubstate, target, createdAt, alias, meta, gitSource } = deployment;
  return {
    ...{ id, createdAt: createdAt ?? 0, state: readyState },
    url: url ?? undefined,
    substate: readySubstate ?? undefined,
    target: target ?? undefined,
    commit: gitSource?.sha ?? meta?.githubCommitSha,
    aliases: alias ?? [],
    isRollbackCandidate: undefined,
  };
}
