import { at, listOf, textAt } from "./read.ts";
import type { FakeAnswer, FakeVendor } from "./server.ts";

export interface FakeVercelDeployment {
  readonly id: string;
  readonly commit: string;
  readonly createdAt: number;
  readonly target: string;
  state: string;
  substate: "STAGED" | "PROMOTED";
  /** States that it goes through, one each time that it is asked for. */
  readonly ahead: string[];
}

export interface FakeVercelProject {
  readonly id: string;
  name: string;
  [field: string]: unknown;
  autoAssignCustomDomains: boolean;
  domains: { name: string; verified: boolean; redirect?: string; redirectStatusCode?: number }[];
  envs: { id: string; key: string; type: string; target: string[]; value: string }[];
  deployments: FakeVercelDeployment[];
  /** What its functions write while somebody listens. */
  lines: string[];
  /** Id of the deployment that the domains point at. */
  serving: string;
}

export interface FakeVercelState {
  readonly team: { id: string; slug: string; name: string; billing: { plan: string } };
  projects: FakeVercelProject[];
  misconfigured: Set<string>;
  /** How many variables of production the token may not see, where Vercel says so. */
  hiddenVariables?: number | undefined;
  /** A list, or an object with one. */
  logDrains?: unknown;
  sharedVariables?: unknown[];
  /** By the id of a project. */
  firewalls?: Record<string, unknown>;
  bypasses?: Record<string, { Id: string; [key: string]: unknown }[]>;
  routes?: Record<string, unknown[]>;
}

export const vercelToken = "canaryVercelToken00112233";

/** Vercel's API with the state of one team. Promotion and rollback do what the vendor documents that they do. */
export function fakeVercel(state: FakeVercelState): FakeVendor {
  let count = 0;
  const now = () => {
    count += 1;
    return Date.parse("2026-11-28T12:00:00Z") + count * 1000;
  };
  const findProject = (name: string) => state.projects.find((one) => one.id === name || one.name === name);
  const findDeployment = (id: string) => {
    for (const project of state.projects) {
      const deployment = project.deployments.find((one) => one.id === id || hostOf(one) === id);
      if (deployment !== undefined) return { project, deployment };
    }
    return undefined;
  };
  const point = (type: "promote" | "rollback", projectId = "", deploymentId = ""): FakeAnswer => {
    const project = findProject(projectId);
    const deployment = project?.deployments.find((one) => one.id === deploymentId);
    if (project === undefined || deployment === undefined) return missing;
    if (deployment.state !== "READY") return refused(409, "The deployment is not ready");
    if (type === "rollback" && deployment.substate !== "PROMOTED") {
      return refused(422, "The deployment never served production");
    }
    project.lastAliasRequest = {
      ...{ fromDeploymentId: project.serving, toDeploymentId: deploymentId, type },
      ...{ jobStatus: "succeeded", requestedAt: now() },
    };
    project.serving = deploymentId;
    deployment.substate = "PROMOTED";
    // A rollback stops the assignment of domains, and a promotion ends that.
    project.autoAssignCustomDomains = type === "promote";
    return { status: 201 };
  };
  return {
    prefix: "vercel",
    authorization: `Bearer ${vercelToken}`,
    routes: {
      "GET /v1/log-drains": () => ({ body: state.logDrains ?? [] }),
      "GET /v1/env": () => ({
        body: { data: state.sharedVariables ?? [], pagination: { count: 0, next: null, prev: null } },
      }),
      "GET /v2/teams/:id": ({ parts: [id] }) => (id === state.team.id ? { body: state.team } : missing),
      "GET /v2/teams": () => ({
        body: { teams: [state.team], pagination: { count: 1, next: null, prev: null } },
      }),
      "GET /v10/projects": () => ({
        body: {
          projects: state.projects.map(shownProject),
          pagination: { count: state.projects.length, next: null, prev: null },
        },
      }),
      "GET /v9/projects/:id": ({ parts: [id = ""] }) => {
        const project = findProject(id);
        return project === undefined ? missing : { body: shownProject(project) };
      },
      "PATCH /v9/projects/:id": ({ parts: [id = ""], body }) => {
        const project = findProject(id);
        if (project === undefined) return missing;
        const wanted = at(body, "autoAssignCustomDomains");
        if (typeof wanted === "boolean") project.autoAssignCustomDomains = wanted;
        return { body: shownProject(project) };
      },
      "GET /v9/projects/:id/domains": ({ parts: [id = ""] }) => {
        const project = findProject(id);
        const domains = project?.domains.map((domain) => ({
          ...{ ...domain, projectId: project.id },
          apexName: domain.name.split(".").slice(-2).join("."),
        }));
        return domains === undefined
          ? missing
          : { body: { domains, pagination: { count: domains.length, next: null, prev: null } } };
      },
      "GET /v10/projects/:id/env": ({ parts: [id = ""] }) => {
        const envs = findProject(id)?.envs;
        const hidden = state.hiddenVariables;
        if (envs === undefined) return missing;
        return { body: { envs, ...(hidden !== undefined && { hiddenProductionEnvCount: hidden }) } };
      },
      "GET /v1/projects/:id/deployments/:deployment/runtime-logs": ({ parts: [id = ""] }) => {
        const project = findProject(id);
        if (project === undefined) return missing;
        const entry = (message: string, source: string) =>
          JSON.stringify({
            ...{ level: "info", message, messageTruncated: false, source, rowId: "1", timestampInMs: now() },
            ...{ domain: "x", requestMethod: "GET", requestPath: "/", responseStatusCode: 200 },
          });
        const lines = project.lines.map((line) => entry(line, "serverless"));
        return { text: `${[entry("GET /", "request"), ...lines].join("\n")}\n{"level":"in` };
      },
      "GET /v1/security/firewall/config/active": ({ query }) => {
        const found = state.firewalls?.[query.get("projectId") ?? ""];
        return found === undefined ? missing : { body: found };
      },
      "GET /v1/security/firewall/bypass": ({ query }) => {
        const all = state.bypasses?.[query.get("projectId") ?? ""] ?? [];
        const start = all.findIndex(({ Id }) => Id === query.get("offset")) + 1;
        const result = all.slice(start, start + 2);
        const Id = result.at(-1)?.Id;
        return { body: { result, ...(start + 2 < all.length && { pagination: { OwnerId: "team", Id } }) } };
      },
      "GET /v1/projects/:id/routes": ({ parts: [id = ""] }) => ({
        body: { routes: state.routes?.[id] ?? [], limit: { maxRoutes: 100, currentRoutes: 0 } },
      }),
      "GET /v6/domains/:name/config": ({ parts: [name = ""] }) => ({
        body: {
          ...{ configuredBy: "CNAME", misconfigured: state.misconfigured.has(name), conflicts: [] },
          ...{ acceptedChallenges: ["http-01"], recommendedIPv4: [{ rank: 1, value: ["192.0.2.1"] }] },
          recommendedCNAME: [{ rank: 1, value: "cname.vercel-dns.com." }],
        },
      }),
      "GET /v6/deployments": ({ query }) => {
        const project = findProject(query.get("projectId") ?? "");
        if (project === undefined) return missing;
        const found = project.deployments
          .filter(({ target }) => query.get("target") === null || target === query.get("target"))
          .filter((one) => query.get("state") === null || stateOf(one) === query.get("state"))
          .toSorted((a, b) => b.createdAt - a.createdAt)
          .slice(0, Number(query.get("limit") ?? 20));
        return {
          body: {
            deployments: found.map((one) => ({
              ...{ uid: one.id, name: project.name, url: hostOf(one), target: one.target },
              ...{
                created: one.createdAt,
                createdAt: one.createdAt,
                state: one.state,
                readyState: one.state,
              },
              ...{ readySubstate: one.substate, isRollbackCandidate: one.substate === "PROMOTED" },
              ...{ meta: { githubCommitSha: one.commit } },
            })),
            pagination: { count: found.length, next: null, prev: null },
          },
        };
      },
      "GET /v13/deployments/:id": ({ parts: [id = ""] }) => {
        const found = findDeployment(id);
        if (found === undefined) return missing;
        settle(found.project, found.deployment);
        return { body: shownDeployment(found.project, found.deployment) };
      },
      "POST /v13/deployments": ({ body }) => {
        const project = findProject(textAt(body, "project"));
        if (project === undefined) return missing;
        const deployment: FakeVercelDeployment = {
          ...{ id: `dpl_new${project.deployments.length + 1}`, createdAt: now(), target: "production" },
          ...{ commit: textAt(at(body, "gitSource"), "sha"), state: "QUEUED", substate: "STAGED" as const },
          ahead: ["BUILDING", "READY"],
        };
        project.deployments.push(deployment);
        return { body: shownDeployment(project, deployment) };
      },
      "PATCH /v12/deployments/:id/cancel": ({ parts: [id = ""] }) => {
        const found = findDeployment(id);
        if (found === undefined) return missing;
        if (found.deployment.ahead.length === 0) return refused(400, "The deployment is not building");
        Object.assign(found.deployment, { state: "CANCELED", ahead: [] });
        return { body: shownDeployment(found.project, found.deployment) };
      },
      "POST /v10/projects/:id/promote/:deployment": ({ parts: [id, deployment] }) =>
        point("promote", id, deployment),
      "POST /v1/projects/:id/rollback/:deployment": ({ parts: [id, deployment] }) =>
        point("rollback", id, deployment),
    },
  };
}

/** One step on the way to its end; a ready one gets the domains where the project says so. */
function settle(project: FakeVercelProject, deployment: FakeVercelDeployment): void {
  const next = deployment.ahead.shift();
  if (next === undefined) return;
  deployment.state = next;
  if (next !== "READY" || !project.autoAssignCustomDomains) return;
  deployment.substate = "PROMOTED";
  project.serving = deployment.id;
}

function stateOf({ state }: FakeVercelDeployment): string {
  return state;
}

function hostOf({ id }: FakeVercelDeployment): string {
  return `${id.toLowerCase().replaceAll("_", "-")}.vercel.app`;
}

function shownProject({ domains, envs, deployments, serving, lines: _, ...project }: FakeVercelProject) {
  const latest = deployments.find(({ id }) => id === serving);
  return {
    ...project,
    accountId: "team_example",
    targets: { production: latest === undefined ? null : { id: latest.id, readyState: latest.state } },
    env: envs.map(({ value, ...rest }) => ({ ...rest, value: value.slice(0, 0) })),
    alias: domains.map(({ name }) => ({ domain: name, target: "PRODUCTION" })),
  };
}

function shownDeployment(project: FakeVercelProject, deployment: FakeVercelDeployment) {
  const { id, commit, createdAt, state, substate, target } = deployment;
  return {
    ...{ id, uid: id, url: hostOf(deployment), name: project.name, projectId: project.id, createdAt, target },
    ...{ readyState: state, readySubstate: substate, status: state, type: "LAMBDAS", version: 2 },
    alias: project.serving === id ? listOf(project.domains).map((domain) => textAt(domain, "name")) : [],
    aliasAssigned: project.serving === id,
    gitSource: { type: "github", sha: commit, ref: "release/production" },
    meta: { githubCommitSha: commit },
  };
}

const missing: FakeAnswer = { status: 404, body: { error: { code: "not_found", message: "Not found" } } };

function refused(status: number, message: string): FakeAnswer {
  return { status, body: { error: { code: "bad_request", message } } };
}
