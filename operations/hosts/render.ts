import { Failure } from "../../lib/failure.ts";
import type { Render, RenderDeploy, RenderTrigger } from "../../vendors/render.ts";
import type { Automation, Deployment, Host } from "./host.ts";

export interface RenderHostOptions {
  api: Render;
  /** Name of the service at Render. */
  service: string;
  domains: readonly string[];
}

const building: ReadonlySet<string> = new Set([
  "created",
  "queued",
  "build_in_progress",
  "pre_deploy_in_progress",
  "update_in_progress",
]);

/** A service at Render. It serves a deployment as soon as that is ready. */
export function renderHost({ api, service, domains }: RenderHostOptions): Host {
  const find = async () => {
    const found = (await api.services(service)).find(({ name }) => name === service);
    if (found === undefined) throw new Failure("refused", `Render has no service ${service}`);
    return found;
  };
  const deployments = async (): Promise<RenderDeploy[]> => {
    const { id } = await find();
    const listed = await api.deploys(id, 50);
    const fresh = listed.map((each) => (building.has(each.status) ? api.deploy(id, each.id) : each));
    return Promise.all(fresh);
  };
  return {
    name: "render",
    domains,
    byHand: `open the service ${service} at https://dashboard.render.com, switch auto-deploy off in its settings, and choose Rollback to the {deployment} in its events`,
    stages: false,
    async served() {
      const live = (await deployments()).find(({ status }) => status === "live");
      return live === undefined ? undefined : deploymentOf(live);
    },
    async deployments() {
      return (await deployments()).map(deploymentOf);
    },
    async deploy(commit) {
      const { id } = await find();
      const started = (await api.startDeploy(id, commit)) ?? (await api.deploys(id, 1))[0];
      if (started === undefined) throw new Failure("failed", "Render queued a deployment and lists none");
      return deploymentOf(started);
    },
    async promote({ id }) {
      throw new Failure("failed", `Render serves ${id} as soon as it is ready: it promotes nothing`);
    },
    async rollBack({ id }) {
      await api.rollback((await find()).id, id);
    },
    async cancel({ id }) {
      await api.cancel((await find()).id, id);
    },
    async automation() {
      const { autoDeployTrigger, autoDeploy } = await find();
      return { autoDeployTrigger: autoDeployTrigger ?? (autoDeploy === "no" ? "off" : "commit") };
    },
    async hold() {
      await api.setAutoDeploy((await find()).id, "off");
    },
    async restore({ autoDeployTrigger }: Automation) {
      await api.setAutoDeploy((await find()).id, triggerOf(autoDeployTrigger));
    },
  };
}

function triggerOf(text: string | undefined): RenderTrigger {
  return text === "off" || text === "commit" ? text : "checksPass";
}

function deploymentOf({ id, commit, createdAt, status }: RenderDeploy): Deployment {
  return {
    id,
    commit,
    createdAt: new Date(createdAt).toISOString(),
    ready: status === "live" || status === "deactivated",
    pending: building.has(status),
    hasServed: status === "live" || status === "deactivated",
  };
}
