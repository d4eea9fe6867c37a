import type { Vercel, VercelDeployment } from "../../vendors/vercel.ts";
import type { Automation, Deployment, Host } from "./host.ts";

export interface VercelHostOptions {
  api: Vercel;
  /** Name of the project at Vercel. */
  project: string;
  repository: string;
  branch: string;
  domains: readonly string[];
}

const building: ReadonlySet<string> = new Set(["QUEUED", "INITIALIZING", "BUILDING"]);

/** A project at Vercel. It builds without serving where the domains are not assigned by themselves. */
export function vercelHost({ api, project, repository, branch, domains }: VercelHostOptions): Host {
  const read = async (): Promise<Deployment[]> => {
    const { id } = await api.project(project);
    const listed = await api.deployments(id, { most: 50 });
    // The list lags behind; a deployment that builds is asked for itself.
    const fresh = listed.map((each) => (building.has(each.state) ? api.deployment(each.id) : each));
    return (await Promise.all(fresh)).map(deploymentOf);
  };
  return {
    name: "vercel",
    domains,
    byHand: `open the project ${project} at https://vercel.com/dashboard and choose Instant Rollback to the {deployment}`,
    stages: true,
    async served() {
      const { targets } = await api.project(project);
      const id = targets?.production?.id;
      return id === undefined ? undefined : deploymentOf(await api.deployment(id));
    },
    deployments: read,
    async deploy(commit, { serve }) {
      await api.setAutoAssign(project, serve);
      return deploymentOf(await api.deploy({ name: project, repository, ref: branch, commit }));
    },
    async promote({ id }) {
      await api.promote((await api.project(project)).id, id);
    },
    async rollBack({ id }, key) {
      await api.rollback((await api.project(project)).id, id, key);
    },
    async refused(id, since) {
      const { lastAliasRequest: last } = await api.project(project);
      if (last?.toDeploymentId !== id || last.jobStatus !== "failed") return false;
      return last.requestedAt >= since.getTime();
    },
    async cancel({ id }) {
      await api.cancel(id);
    },
    async automation() {
      const { autoAssignCustomDomains } = await api.project(project);
      return { autoAssignCustomDomains: String(autoAssignCustomDomains ?? true) };
    },
    async hold() {
      await api.setAutoAssign(project, false);
    },
    async restore({ autoAssignCustomDomains }: Automation) {
      await api.setAutoAssign(project, autoAssignCustomDomains !== "false");
    },
  };
}

function deploymentOf({
  id,
  commit,
  createdAt,
  state,
  substate,
  aliases,
  ...rest
}: VercelDeployment): Deployment {
  return {
    id,
    commit,
    createdAt: new Date(createdAt).toISOString(),
    ready: state === "READY",
    pending: building.has(state),
    hasServed: substate === "PROMOTED" || rest.isRollbackCandidate === true || aliases.length > 0,
    url: rest.url === undefined ? undefined : `https://${rest.url}`,
  };
}
