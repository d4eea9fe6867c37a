import type { Access } from "../../vendors/client.ts";
import { Render, type RenderService } from "../../vendors/render.ts";
import { forEachPart, type Reading } from "./reading.ts";

const kinds: Readonly<Record<string, string>> = {
  web_service: "render_web_service",
  private_service: "render_private_service",
  background_worker: "render_background_worker",
  cron_job: "render_cron_job",
  static_site: "render_static_site",
};

const stores = ["render_postgres", "render_keyvalue"];
const groups = ["render_env_group", "render_env_group_link"];

export const renderAsked = [
  ...Object.values(kinds),
  ...groups,
  ...stores,
  ...["render_log_stream", "render_project"],
];

export const renderTypes = renderAsked;

/** @param owner the workspace; by default all that the key can see */
export async function readRender(
  reading: Reading,
  { owner }: { owner?: string | undefined },
  access: Access,
): Promise<void> {
  const api = new Render(owner, access);
  // A workspace that the key cannot see looks like one without services.
  const of = { types: renderTypes, what: `the workspace ${owner}` };
  if (owner !== undefined && (await reading.read(of, () => api.owner())) === undefined) return;
  const [services] = await Promise.all([
    reading.read({ types: Object.values(kinds), what: "services" }, () => api.services()),
    readGroups(reading, api),
    readProjects(reading, api),
    readStores(reading, api),
  ]);
  await forEachPart(
    services ?? [],
    (service) => readService(reading, api, service),
    (count) =>
      reading.leave({
        types: Object.values(kinds),
        what: `${count} more services`,
        why: "there are too many",
      }),
  );
  const owners = new Set([owner, ...(services ?? []).map(({ ownerId }) => ownerId)]);
  await Promise.all([...owners].map((id) => id !== undefined && readLogStream(reading, api, id)));
}

async function readProjects(reading: Reading, api: Render): Promise<void> {
  const of = { types: ["render_project"], what: "projects" };
  await forEachPart(
    (await reading.read(of, () => api.projects())) ?? [],
    async ({ id, name }) => {
      const asked = { ...of, what: `environments of ${name}`, attributes: { name } };
      const environments = await reading.read(asked, () => api.environments(id));
      if (environments === undefined) return;
      const own = environments.map((one): [string, object] => [
        one.name,
        {
          ...{ id: one.id, name: one.name, protected_status: one.protectedStatus ?? "unprotected" },
          network_isolated: one.networkIsolationEnabled ?? false,
        },
      ]);
      reading.add({
        ...{ type: "render_project", name, id },
        attributes: { name, environments: Object.fromEntries(own) },
      });
    },
    (count) => reading.leave({ ...of, what: `${count} more projects`, why: "there are too many" }),
  );
}

/** Databases and key value stores, without what connects to them. */
async function readStores(reading: Reading, api: Render): Promise<void> {
  const of = (type: string, what: string) => ({ types: [type], what });
  const [databases = [], keyValues = []] = await Promise.all([
    reading.read(of("render_postgres", "databases"), () => api.databases()),
    reading.read(of("render_keyvalue", "key value stores"), () => api.keyValues()),
  ]);
  const shared = ({ name, plan, region, environmentId, ipAllowList }: (typeof databases)[number]) => ({
    ...{ name, plan, region, environment_id: environmentId },
    // None is nobody from outside, and what is not said is not known.
    ip_allow_list: ipAllowList?.map(({ cidrBlock, description }) => ({ cidr_block: cidrBlock, description })),
  });
  for (const one of databases)
    reading.add({
      ...{ type: "render_postgres", name: one.name, id: one.id },
      attributes: {
        ...{ ...shared(one), version: one.version, database_name: one.databaseName },
        ...{ database_user: one.databaseUser, disk_size_gb: one.diskSizeGB },
        high_availability_enabled: one.highAvailabilityEnabled,
      },
      withheld: [["connection_info"], ...(one.ipAllowList == null ? [["ip_allow_list"]] : [])],
    });
  for (const one of keyValues)
    reading.add({
      ...{ type: "render_keyvalue", name: one.name, id: one.id },
      attributes: { ...shared(one), max_memory_policy: one.options?.maxmemoryPolicy },
      withheld: [["connection_info"], ...(one.ipAllowList == null ? [["ip_allow_list"]] : [])],
    });
}

async function readLogStream(reading: Reading, api: Render, owner: string): Promise<void> {
  const of = { types: ["render_log_stream"], what: "the log stream", attributes: {} };
  const stream = await reading.read(of, () => api.logStream(owner));
  if (stream?.endpoint)
    reading.add({
      ...{ type: "render_log_stream", name: "log stream", id: owner },
      attributes: { endpoint: stream.endpoint, preview: stream.preview },
      withheld: [["token"]],
    });
}

async function readService(reading: Reading, api: Render, service: RenderService): Promise<void> {
  const { id, name, ownerId, serviceDetails: details = {} } = service;
  const type = kinds[service.type];
  if (type === undefined) {
    reading.leave({ types: Object.values(kinds), what: name, why: `its type ${service.type} is not known` });
    return;
  }
  // Variables and domains are part of the service, so what cannot be read of them is unknown of all.
  const of = (what: string) => ({ types: [type], what: `${what} of ${name}`, attributes: { name } });
  const [variables = [], domains = []] = await Promise.all([
    reading.read(of("environment variables"), () => api.variables(id)),
    type === "render_cron_job" ? [] : reading.read(of("custom domains"), () => api.customDomains(id)),
  ]);
  const scaling = details.autoscaling;
  const commands = details.envSpecificDetails ?? {};
  reading.add({
    ...{ type, name, id },
    attributes: {
      ...{ name, owner_id: ownerId, environment_id: service.environmentId, plan: details.plan },
      ...{ region: details.region, health_check_path: details.healthCheckPath, schedule: details.schedule },
      num_instances: details.numInstances,
      ...(scaling && { autoscaling: scaling }),
      ...{ root_directory: service.rootDir || undefined, start_command: commands.startCommand || undefined },
      pre_deploy_command: commands.preDeployCommand || undefined,
      runtime_source: sourceOf(service),
      custom_domains: domains.map((domain) => ({ name: domain.name })),
      env_vars: Object.fromEntries(variables.map((key) => [key, {}])),
    },
    withheld: variables.map((key) => ["env_vars", key, "value"]),
  });
}

/** How it is built; an image has another block than what Render builds by itself. */
function sourceOf({
  repo,
  branch,
  autoDeploy,
  autoDeployTrigger,
  serviceDetails = {},
}: RenderService): object {
  const runtime = serviceDetails.runtime ?? serviceDetails.env ?? undefined;
  const from = {
    ...{ repo_url: repo, branch, auto_deploy: autoDeploy === "yes" },
    auto_deploy_trigger: autoDeployTrigger,
  };
  if (runtime === "docker") return { docker: from };
  if (runtime === "image") return { image: {} };
  const build_command = serviceDetails.envSpecificDetails?.buildCommand || undefined;
  return { native_runtime: { ...from, runtime, build_command } };
}

async function readGroups(reading: Reading, api: Render): Promise<void> {
  const of = { types: groups, what: "groups of environment variables" };
  const listed = await reading.read(of, () => api.variableGroups());
  await forEachPart(
    listed ?? [],
    async ({ id, name }) => {
      const group = await reading.read({ ...of, what: `group ${name} of environment variables` }, () =>
        api.variableGroup(id),
      );
      if (group === undefined) return;
      reading.add({
        ...{ type: "render_env_group", name, id },
        attributes: { name, env_vars: Object.fromEntries(group.envVars.map(({ key }) => [key, {}])) },
        withheld: group.envVars.map(({ key }) => ["env_vars", key, "value"]),
      });
      reading.add({
        ...{ type: "render_env_group_link", name, id },
        attributes: { env_group_id: id, service_ids: group.serviceLinks.map((link) => link.id) },
      });
    },
    (count) => reading.leave({ ...of, why: `there are ${count} more than are read` }),
  );
}
