import type { Access } from "../../vendors/client.ts";
import { Vercel, type VercelProject } from "../../vendors/vercel.ts";
import { forEachPart, type Reading, readOptional } from "./reading.ts";
import { firewallAttributes } from "./vercel-firewall.ts";

const unasked = ["vercel_bulk_redirects"];

const ofProject = [
  ...["project_domain", "project_environment_variable", "firewall_config", "firewall_bypass"],
  ...["project_route", "attack_challenge_mode"],
].map((kind) => `vercel_${kind}`);

const ofTeam = ["vercel_log_drain", "vercel_shared_environment_variable"];

export const vercelAsked = ["vercel_project", ...ofProject, ...ofTeam];

export const vercelTypes = [...vercelAsked, ...unasked];

/** The API's words for what a login protects, and the provider's. */
const protections: Readonly<Record<string, string>> = {
  all: "all_deployments",
  preview: "only_preview_deployments",
  prod_deployment_urls_and_all_previews: "standard_protection",
  all_except_custom_domains: "standard_protection_new",
};

/** @param team whose projects are read; by default the only one that the token can see */
export async function readVercel(
  reading: Reading,
  { team }: { team?: string | undefined },
  access: Access,
): Promise<void> {
  const teamId = team ?? (await teamOf(reading, access));
  if (teamId === undefined) return;
  const team_id = teamId === person ? undefined : teamId;
  const api = new Vercel(team_id, access);
  if (team_id !== undefined) {
    const account = await readOptional(() => api.team());
    reading.addPlan(team_id, account?.billing?.plan);
  }
  const projects = await reading.read({ types: vercelTypes, what: "projects" }, () => api.projects());
  await forEachPart(
    projects ?? [],
    (project) => readVercelProject(reading, api, project, team_id),
    (count) =>
      reading.leave({ types: vercelTypes, what: `${count} more projects`, why: "there are too many" }),
  );
  if (projects === undefined || projects.length === 0) return;
  await readTeam(reading, api, team_id);
  reading.leaveUnasked({ types: unasked, what: "bulk redirects" });
}

async function readTeam(reading: Reading, api: Vercel, team_id: string | undefined): Promise<void> {
  const of = (type: string, what: string) => ({ types: [type], what, attributes: { team_id } });
  const [drains = [], variables = []] = await Promise.all([
    reading.read(of("vercel_log_drain", "log drains"), () => api.logDrains()),
    reading.read(of("vercel_shared_environment_variable", "shared environment variables"), () =>
      api.sharedVariables(),
    ),
  ]);
  for (const { id, name, status, url, ...drain } of drains) {
    // One that Vercel switched off sends nothing.
    if (status === "disabled" || status === "errored") continue;
    reading.add({
      ...{ type: "vercel_log_drain", name: name ?? id, id },
      attributes: {
        ...{ team_id, name, delivery_format: drain.deliveryFormat, sources: drain.sources },
        ...{ environments: drain.environments ?? ["production"], project_ids: drain.projectIds },
        ...{ sampling_rate: drain.samplingRate, endpoint: withoutSecrets(url) },
      },
      withheld: [["secret"]],
    });
  }
  for (const { id, key, type, target, projectId } of variables)
    reading.add({
      ...{ type: "vercel_shared_environment_variable", name: key ?? "without a name", id: id ?? key ?? "" },
      attributes: { team_id, key, target, project_ids: projectId, sensitive: type === "sensitive" },
      withheld: [["value"]],
    });
}

/** An address without what lets anyone write to it. */
function withoutSecrets(url: string | null | undefined): string | undefined {
  const parsed = URL.parse(url ?? "");
  return parsed === null ? undefined : `${parsed.protocol}//${parsed.host}/`;
}

/** A token without a team sees the projects of a person. */
const person = "";

async function teamOf(reading: Reading, access: Access): Promise<string | undefined> {
  const of = { types: vercelTypes, what: "teams" };
  const teams = await reading.read(of, () => new Vercel(undefined, access).teams());
  if (teams === undefined || teams.length < 2) return teams && (teams[0]?.id ?? person);
  reading.leave({ ...of, why: `the token sees ${teams.length} teams; name one with --vercel-team` });
  return undefined;
}

async function readVercelProject(
  reading: Reading,
  api: Vercel,
  project: VercelProject,
  team_id: string | undefined,
): Promise<void> {
  const { id, name, link } = project;
  const own = { project_id: id, team_id };
  const repo = link?.org === undefined || link.repo === undefined ? undefined : `${link.org}/${link.repo}`;
  reading.add({
    ...{ type: "vercel_project", name, id },
    attributes: {
      ...{ name, team_id, framework: project.framework, node_version: project.nodeVersion },
      serverless_function_region: project.serverlessFunctionRegion,
      root_directory: project.rootDirectory ?? undefined,
      git_repository: link && { type: link.type, repo, production_branch: link.productionBranch },
      git_fork_protection: project.gitForkProtection,
      auto_assign_custom_domains: project.autoAssignCustomDomains,
      resource_config: project.resourceConfig && {
        function_default_regions: project.resourceConfig.functionDefaultRegions,
      },
      vercel_authentication: { deployment_type: protectionOf(project.ssoProtection) },
      password_protection: project.passwordProtection && {
        deployment_type: protectionOf(project.passwordProtection),
      },
    },
  });
  const firewallOf = { types: ["vercel_firewall_config"], what: `the firewall of ${name}`, attributes: own };
  const [firewall, domains = [], variables = []] = await Promise.all([
    reading.read(firewallOf, () => api.firewall(id)),
    reading.read({ types: ["vercel_project_domain"], what: `domains of ${name}`, attributes: own }, () =>
      api.domains(id),
    ),
    reading.read(
      {
        types: ["vercel_project_environment_variable"],
        what: `environment variables of ${name}`,
        attributes: own,
      },
      () => api.variables(id),
    ),
  ]);
  await readRoutes(reading, api, { name, own });
  if (project.security?.attackModeEnabled === true)
    reading.add({
      ...{ type: "vercel_attack_challenge_mode", name: `${name} attack mode`, id },
      attributes: { ...own, enabled: true },
    });
  if (firewall !== undefined)
    reading.add({
      ...{ type: "vercel_firewall_config", name: `${name} firewall`, id },
      attributes: { ...own, ...firewallAttributes(firewall) },
    });
  for (const { name: domain, redirect, redirectStatusCode, gitBranch } of domains)
    reading.add({
      ...{ type: "vercel_project_domain", name: domain, id: domain },
      attributes: {
        ...{ ...own, domain, redirect, git_branch: gitBranch },
        redirect_status_code: redirectStatusCode,
      },
    });
  for (const { id: variableId, key, type, target, gitBranch } of variables)
    reading.add({
      ...{ type: "vercel_project_environment_variable", name: `${name} ${key}`, id: variableId ?? key },
      attributes: { ...own, key, target, git_branch: gitBranch, sensitive: type === "sensitive" },
      withheld: [["value"]],
    });
}

/** What answers beside the deployment, and what goes past the firewall. */
async function readRoutes(
  reading: Reading,
  api: Vercel,
  { name, own }: { name: string; own: { project_id: string; team_id: string | undefined } },
): Promise<void> {
  const of = (type: string, what: string) => ({ types: [type], what: `${what} of ${name}`, attributes: own });
  const [routes = [], bypasses = []] = await Promise.all([
    reading.read(of("vercel_project_route", "routes"), () => api.routes(own.project_id)),
    reading.read(of("vercel_firewall_bypass", "ways past the firewall"), () => api.bypasses(own.project_id)),
  ]);
  for (const { id, name: called, enabled, route } of routes) {
    if (enabled === false) continue;
    const { transforms, ...rest } = route;
    reading.add({
      ...{ type: "vercel_project_route", name: `${name} ${called}`, id },
      attributes: {
        ...{ ...own, name: called },
        route: {
          ...rest,
          transforms: (transforms ?? []).map(({ type, op, target, args }) => ({
            ...{ type, op, target: textOf(target), args: textOf(args) },
          })),
        },
      },
    });
  }
  for (const { Id, Domain, Ip, Note } of bypasses)
    reading.add({
      ...{
        type: "vercel_firewall_bypass",
        name: `${name} ${Ip ?? Id ?? "bypass"}`,
        id: Id ?? Ip ?? "bypass",
      },
      attributes: { ...own, domain: Domain ?? "*", source_ip: Ip, note: Note },
    });
}

/** What the provider has as JSON. */
function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

function protectionOf(protection: { deploymentType?: string | undefined } | null | undefined) {
  if (protection === undefined || protection === null) return "none";
  const { deploymentType: type = "" } = protection;
  return protections[type] ?? protection.deploymentType;
}
