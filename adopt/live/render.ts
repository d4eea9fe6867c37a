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
  const { id, name } = service;
  const type = kinds[service.type];
  if (type === undefined) {
    reading.leave({ types: Object.values(kinds), what: name, why: `its type ${service.type} is not known` });
    return;
  }
  const isStatic = type === "render_static_site";
  // What belongs to a service is part of it, so what cannot be read of that is unknown of all.
  const read = async <Part>(
    what: string,
    isThere: boolean,
    ask: () => Promise<Part[]>,
  ): Promise<Part[] | undefined> =>
    isThere ? reading.read({ types: [type], what: `${what} of ${name}`, attributes: { name } }, ask) : [];
  const [variables, files, domains, routes, headers] = await Promise.all([
    read("environment variables", true, () => api.variables(id)),
    read("secret files", !isStatic, () => api.secretFiles(id)),
    read("custom domains", isStatic || type === "render_web_service", () => api.customDomains(id)),
    read("routes", isStatic, () => api.routes(id)),
    read("headers", isStatic, () => api.headers(id)),
  ]);
  reading.add({
    ...{ type, name, id },
    attributes: {
      ...(isStatic ? { ...siteOf(service), routes, headers } : programOf(service)),
      custom_domains: domains?.map((domain) => ({ name: domain.name })),
      env_vars: variables && Object.fromEntries(variables.map((key) => [key, {}])),
      ...(files?.length !== 0 && {
        secret_files: Object.fromEntries(files?.map((file) => [file, {}]) ?? []),
      }),
    },
    withheld: [
      ...(variables?.map((key) => ["env_vars", key, "value"]) ?? [["env_vars"]]),
      ...(files?.map((file) => ["secret_files", file, "content"]) ?? [["secret_files"]]),
      ...Object.entries({ custom_domains: domains, routes, headers }).flatMap(([key, all]) =>
        all === undefined ? [[key]] : [],
      ),
    ],
  });
}

/** What every kind of service has. */
function anyOf({ name, ownerId, environmentId, rootDir, serviceDetails = {} }: RenderService) {
  return {
    ...{ name, owner_id: ownerId, environment_id: environmentId, root_directory: rootDir || undefined },
    ip_allow_list: serviceDetails.ipAllowList?.map(({ cidrBlock, description }) => ({
      ...{ cidr_block: cidrBlock, description },
    })),
  };
}

function programOf(service: RenderService): object {
  const { serviceDetails: details = {} } = service;
  const commands = details.envSpecificDetails ?? {};
  const { disk, autoscaling } = details;
  return {
    ...anyOf(service),
    ...{ plan: details.plan, region: details.region, schedule: details.schedule },
    ...{ health_check_path: details.healthCheckPath, num_instances: details.numInstances },
    ...(autoscaling && { autoscaling }),
    ...(disk && { disk: { name: disk.name, mount_path: disk.mountPath, size_gb: disk.sizeGB } }),
    start_command: commands.startCommand || commands.dockerCommand || undefined,
    pre_deploy_command: commands.preDeployCommand || undefined,
    runtime_source: sourceOf(service),
  };
}

function siteOf(service: RenderService): object {
  const { serviceDetails: details = {} } = service;
  return {
    ...{ ...anyOf(service), ...repositoryOf(service) },
    ...{ build_command: details.buildCommand ?? undefined, publish_path: details.publishPath ?? undefined },
  };
}

function repositoryOf({ repo, branch, autoDeploy, autoDeployTrigger }: RenderService) {
  return {
    ...{ repo_url: repo, branch, auto_deploy: autoDeploy === "yes" },
    auto_deploy_trigger: autoDeployTrigger,
  };
}

/** How it is built; an image has another block than what Render builds by itself. */
function sourceOf(service: RenderService): object {
  const { serviceDetails = {} } = service;
  const runtime = serviceDetails.runtime ?? serviceDetails.env ?? undefined;
  const { buildCommand, dockerfilePath, dockerContext } = serviceDetails.envSpecificDetails ?? {};
  const from = repositoryOf(service);
  if (runtime === "docker")
    return {
      docker: {
        ...{ ...from, dockerfile_path: dockerfilePath || undefined, context: dockerContext || undefined },
      },
    };
  if (runtime === "image") return { image: {} };
  return { native_runtime: { ...from, runtime, build_command: buildCommand || undefined } };
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
        attributes: {
          ...{ name, env_vars: Object.fromEntries(group.envVars.map(({ key }) => [key, {}])) },
          ...(group.secretFiles.length > 0 && {
            secret_files: Object.fromEntries(group.secretFiles.map((file) => [file.name, {}])),
          }),
        },
        withheld: [
          ...group.envVars.map(({ key }) => ["env_vars", key, "value"]),
          ...group.secretFiles.map((file) => ["secret_files", file.name, "content"]),
        ],
      });
      reading.add({
        ...{ type: "render_env_group_link", name, id },
        attributes: { env_group_id: id, service_ids: group.serviceLinks.map((link) => link.id) },
      });
    },
    (count) => reading.leave({ ...of, why: `there are ${count} more than are read` }),
  );
}
