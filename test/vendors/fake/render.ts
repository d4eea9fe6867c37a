import { at, textAt } from "./read.ts";
import type { FakeAnswer, FakeRequest, FakeVendor } from "./server.ts";

export interface FakeRenderDeploy {
  readonly id: string;
  readonly commit: string;
  readonly createdAt: number;
  readonly trigger: string;
  status: string;
  /** States that it goes through, one each time that it is asked for. */
  readonly ahead: string[];
}

export interface FakeRenderService {
  readonly id: string;
  name: string;
  type: string;
  autoDeployTrigger: string;
  suspended: string;
  suspenders: string[];
  branch: string;
  repo: string;
  serviceDetails: Record<string, unknown>;
  domains: { id: string; name: string; verificationStatus: string }[];
  files?: { name: string; content: string }[];
  routes?: { type: string; source: string; destination: string }[];
  headers?: { path: string; name: string; value: string }[];
  envs: { key: string; value: string }[];
  deploys: FakeRenderDeploy[];
  /** What it wrote, the newest line first. */
  lines: string[];
}

export interface FakeRenderState {
  readonly owner: { id: string; name: string; email: string; type: string };
  services: FakeRenderService[];
  logStream?: { endpoint: string; preview: string; token?: string };
  projects?: { id: string; name: string; environmentIds: string[] }[];
  environments?: Record<string, unknown>[];
  postgres?: Record<string, unknown>[];
  keyValues?: Record<string, unknown>[];
  groups: {
    id: string;
    name: string;
    envVars: { key: string; value: string }[];
    secretFiles?: { name: string; content: string }[];
    serviceLinks: { id: string }[];
  }[];
}

export const renderToken = "canaryRenderKey_44556677";

/** Render's API with the state of one workspace. A rollback leaves auto-deploy on, as the vendor documents. */
export function fakeRender(state: FakeRenderState): FakeVendor {
  let count = 0;
  const now = () => {
    count += 1;
    return Date.parse("2026-11-28T12:00:00Z") + count * 1000;
  };
  const shown = (service: FakeRenderService) => ({ ...shownService(service), ownerId: state.owner.id });
  const find = (id = "") => state.services.find((one) => one.id === id);
  const start = (service: FakeRenderService, commit: string, trigger: string): FakeAnswer => {
    const deploy: FakeRenderDeploy = {
      ...{ id: `dep-new${service.deploys.length + 1}`, commit, createdAt: now(), trigger },
      status: trigger === "rollback" ? "update_in_progress" : "build_in_progress",
      ahead: trigger === "rollback" ? ["live"] : ["update_in_progress", "live"],
    };
    service.deploys.push(deploy);
    return { status: 201, body: shownDeploy(deploy) };
  };
  return {
    prefix: "render",
    authorization: `Bearer ${renderToken}`,
    routes: {
      "GET /owners/:id": ({ parts: [id] }) => (id === state.owner.id ? { body: state.owner } : missing),
      "GET /logs/streams/owner/:id": ({ parts: [id] }) =>
        id === state.owner.id && state.logStream !== undefined ? { body: state.logStream } : missing,
      "GET /services": (request) => {
        const name = request.query.get("name");
        const owned = [null, state.owner.id].includes(request.query.get("ownerId")) ? state.services : [];
        const wanted = request.query.get("suspended");
        const found = owned.filter(
          (one) => (name === null || one.name === name) && (wanted === null || one.suspended === wanted),
        );
        return paged(request, "service", found.map(shown));
      },
      "GET /services/:id": ({ parts: [id] }) => {
        const service = find(id);
        return service === undefined ? missing : { body: shown(service) };
      },
      "PATCH /services/:id": ({ parts: [id], body }) => {
        const service = find(id);
        if (service === undefined) return missing;
        const wanted = textAt(body, "autoDeployTrigger");
        if (wanted !== "") service.autoDeployTrigger = wanted;
        return { body: shown(service) };
      },
      "GET /services/:id/custom-domains": (request) =>
        paged(
          request,
          "customDomain",
          find(request.parts[0])?.domains.map((domain) => ({
            ...{ createdAt: made, domainType: "subdomain", publicSuffix: "example", redirectForName: "" },
            ...domain,
          })),
        ),
      "GET /services/:id/env-vars": (request) => paged(request, "envVar", find(request.parts[0])?.envs),
      "GET /services/:id/secret-files": (request) =>
        paged(request, "secretFile", find(request.parts[0])?.files ?? []),
      "GET /services/:id/routes": (request) => paged(request, "route", find(request.parts[0])?.routes ?? []),
      "GET /services/:id/headers": (request) =>
        paged(request, "header", find(request.parts[0])?.headers ?? []),
      "GET /logs": ({ query }) => {
        const isOwn = query.get("ownerId") === state.owner.id && query.get("type") === "app";
        const service = isOwn ? find(query.get("resource") ?? "") : undefined;
        if (service === undefined) return missing;
        const logs = service.lines.slice(0, Number(query.get("limit") ?? 20)).map((message, index) => ({
          ...{ id: `log-${index}`, timestamp: new Date(now()).toISOString(), message },
          labels: [{ name: "type", value: "app" }],
        }));
        return { body: { hasMore: false, nextStartTime: made, nextEndTime: made, logs } };
      },
      "GET /env-groups": (request) => {
        const listed = state.groups.map(({ envVars: _, secretFiles: __, ...group }) =>
          shownGroup(group, state),
        );
        return paged(request, "envGroup", listed);
      },
      "GET /env-groups/:id": ({ parts: [id] }) => {
        const group = state.groups.find((one) => one.id === id);
        return group === undefined ? missing : { body: { secretFiles: [], ...shownGroup(group, state) } };
      },
      "GET /projects": (request) => paged(request, "project", state.projects ?? []),
      "GET /environments": (request) => {
        const asked = request.query.get("projectId");
        const found = (state.environments ?? []).filter(({ projectId }) => projectId === asked);
        return paged(request, "environment", found);
      },
      "GET /postgres": (request) => paged(request, "postgres", state.postgres ?? []),
      "GET /key-value": (request) => paged(request, "keyValue", state.keyValues ?? []),
      "GET /services/:id/deploys": (request) =>
        paged(
          request,
          "deploy",
          find(request.parts[0])
            ?.deploys.toSorted((a, b) => b.createdAt - a.createdAt)
            .map(shownDeploy),
        ),
      "GET /services/:id/deploys/:deploy": ({ parts: [id, deployId] }) => {
        const service = find(id);
        const deploy = service?.deploys.find((one) => one.id === deployId);
        if (service === undefined || deploy === undefined) return missing;
        settle(service, deploy);
        return { body: shownDeploy(deploy) };
      },
      "POST /services/:id/deploys": ({ parts: [id], body }) => {
        const service = find(id);
        if (service === undefined) return missing;
        return start(service, textAt(body, "commitId") || (service.deploys.at(-1)?.commit ?? ""), "api");
      },
      "POST /services/:id/deploys/:deploy/cancel": ({ parts: [id, deployId] }) => {
        const deploy = find(id)?.deploys.find((one) => one.id === deployId);
        if (deploy === undefined) return missing;
        if (deploy.ahead.length === 0) return { status: 400, body: { message: "deploy is not in progress" } };
        Object.assign(deploy, { status: "canceled", ahead: [] });
        return { body: shownDeploy(deploy) };
      },
      "POST /services/:id/rollback": ({ parts: [id], body }) => {
        const service = find(id);
        const deploy = service?.deploys.find((one) => one.id === at(body, "deployId"));
        if (service === undefined || deploy === undefined) return missing;
        return start(service, deploy.commit, "rollback");
      },
    },
  };
}

/** One step on the way to its end; the one that was live before is so no longer. */
function settle({ deploys }: FakeRenderService, deploy: FakeRenderDeploy): void {
  const next = deploy.ahead.shift();
  if (next === undefined) return;
  if (next === "live") {
    for (const other of deploys) if (other.status === "live") other.status = "deactivated";
  }
  deploy.status = next;
}

/** Lists come as entries with a cursor each. */
function paged({ query }: FakeRequest, name: string, items: readonly unknown[] | undefined): FakeAnswer {
  if (items === undefined) return missing;
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 20);
  const page = items.slice(from, from + limit);
  return { body: page.map((item, index) => ({ cursor: String(from + index + 1), [name]: item })) };
}

function shownService({
  domains,
  envs,
  deploys,
  lines: _,
  files: _files,
  routes: _routes,
  headers: _headers,
  autoDeployTrigger,
  ...service
}: FakeRenderService) {
  return {
    ...service,
    ...{ autoDeployTrigger, autoDeploy: autoDeployTrigger === "off" ? "no" : "yes" },
    ...{ createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-11-01T00:00:00Z" },
    ...{ notifyOnFail: "default", slug: service.name, rootDir: "" },
    dashboardUrl: `https://dashboard.render.com/web/${service.id}`,
  };
}

function shownGroup<Group extends { serviceLinks: { id: string }[] }>(
  group: Group,
  { owner, services }: FakeRenderState,
) {
  return {
    ...group,
    ...{ ownerId: owner.id, createdAt: made, updatedAt: made },
    serviceLinks: group.serviceLinks.map(({ id }) => ({
      ...{ id, type: "web_service" },
      name: services.find((service) => service.id === id)?.name ?? "gone",
    })),
  };
}

function shownDeploy({ id, commit, createdAt, trigger, status }: FakeRenderDeploy) {
  const moment = new Date(createdAt).toISOString();
  return {
    ...{ id, status, trigger, createdAt: moment, startedAt: moment, updatedAt: moment },
    commit: { id: commit, message: "Release", createdAt: moment },
    finishedAt: status === "live" || status === "deactivated" ? moment : null,
  };
}

/** When everything was made. */
const made = "2026-01-01T00:00:00Z";

const missing: FakeAnswer = { status: 404, body: { message: "not found" } };
