import { servicesSchema, type WebProjects, webProjectsSchema } from "../../config/further.ts";
import { elementsOf } from "../keys.ts";
import { hostOf } from "../records.ts";
import { type Existing, textAt, textOf } from "../resources.ts";
import type { Answers } from "./answers.ts";

export const projectType = "vercel:index/project:Project";
export const domainType = "vercel:index/projectDomain:ProjectDomain";
export const serviceType = "render:index/webService:WebService";

/** The kinds of services in the settings, by what Render calls them. */
const serviceKinds: Readonly<Record<string, "web" | "private" | "worker" | "cron" | "static">> = {
  [serviceType]: "web",
  "render:index/privateService:PrivateService": "private",
  "render:index/backgroundWorker:BackgroundWorker": "worker",
  "render:index/cronJob:CronJob": "cron",
  "render:index/staticSite:StaticSite": "static",
};

/** What a platform has beside its first web project and its API, as settings have it. */
export interface Parts {
  readonly webProjects: Readonly<Record<string, object>>;
  readonly services: Readonly<Record<string, object>>;
  /** Names at the vendors, by part. */
  readonly names: Readonly<Record<string, string>>;
  /** What settings cannot say, each with the reason: it stays as it is. */
  readonly left: readonly string[];
}

/** The most parts of a kind that settings have. */
const mostParts = 10;

/**
 * Finds the web projects and services that serve the zone beside the first ones.
 *
 * @param main the first web project and the API, which are none of them
 */
export function partsFrom(
  existing: readonly Existing[],
  answers: Answers,
  main: { readonly web: Existing | undefined; readonly api: Existing | undefined },
): Parts {
  const namer = new Namer(answers.name ?? "");
  const left: string[] = [];
  const webProjects: Record<string, object> = {};
  const services: Record<string, object> = {};
  const take = (parts: Record<string, object>, one: Existing, read: () => object | string): void => {
    const part =
      Object.keys(parts).length < mostParts ? read() : `settings have at most ${mostParts} of them`;
    if (typeof part === "string") left.push(`${vendorOf(one)} ${nameOf(one)}: ${part}`);
    else parts[namer.take(nameOf(one), parts === services ? "service" : "app")] = part;
  };
  for (const project of othersOf(projectType, existing, main.web))
    take(webProjects, project, () => webProject(project, existing, answers));
  for (const type of Object.keys(serviceKinds)) {
    for (const service of othersOf(type, existing, main.api))
      take(services, service, () => furtherService(service, answers, main.api));
  }
  return { webProjects, services, names: namer.names, left };
}

/**
 * All of a type but the main one. Of a vendor and a state that tell of the same, the vendor's word; by name, so that the
 * settings are the same each time.
 */
function othersOf(type: string, existing: readonly Existing[], main?: Existing): Existing[] {
  const all = existing.filter((one) => one.type === type && one.id !== main?.id);
  return [...new Map(all.map((one) => [one.id, one])).values()].toSorted((a, b) =>
    nameOf(a).localeCompare(nameOf(b), "en"),
  );
}

function nameOf({ name, properties }: Existing): string {
  return textOf(properties, "name") ?? name;
}

function vendorOf({ type }: Existing): string {
  return type.startsWith("vercel:") ? "Vercel" : "Render";
}

function regionOf(api: Existing | undefined): string | undefined {
  return api && textOf(api.properties, "region");
}

/** @returns why not, where settings cannot say it */
function webProject(project: Existing, existing: readonly Existing[], answers: Answers): object | string {
  const hosts = [
    ...new Set(
      existing
        .filter(
          ({ type, properties }) => type === domainType && textOf(properties, "projectId") === project.id,
        )
        .filter(({ properties }) => [properties.redirect, properties.gitBranch].every((one) => one == null))
        .flatMap(({ properties }) => textOf(properties, "domain") ?? [])
        .map(hostOf)
        .filter((host) => isFree(host, answers)),
    ),
  ].toSorted();
  const [host] = hosts;
  if (host === undefined) return "it has no host in the zone";
  if (hosts.length > 1) return `it has several hosts in the zone (${hosts.join(", ")})`;
  const { properties } = project;
  const link = sourceOf(
    textAt(properties, "gitRepository.repo"),
    textAt(properties, "gitRepository.productionBranch"),
    answers,
  );
  if (textAt(properties, "gitRepository.type") !== "github" || link === undefined)
    return "it is not built from a repository at GitHub";
  const rootDirectory = textOf(properties, "rootDirectory");
  const framework = textOf(properties, "framework");
  const part = {
    host,
    ...(framework !== undefined && { framework }),
    ...link,
    ...(rootDirectory !== undefined && { rootDirectory }),
  };
  return problemOf(webProjectsSchema.safeParse({ part })) ?? part;
}

/** @returns why not, where settings cannot say it */
function furtherService(service: Existing, answers: Answers, api: Existing | undefined): object | string {
  const { properties, type } = service;
  const region = regionOf(api);
  const kind = serviceKinds[type] ?? "web";
  const hosts = elementsOf(properties.customDomains)
    .flatMap((domain) => textOf(domain, "name") ?? [])
    .map(hostOf)
    .filter((host) => isFree(host, answers));
  const [host] = hosts;
  if ((kind === "web" || kind === "static") && host === undefined) return "it has no host in the zone";
  if (hosts.length > 1) return `it has several hosts in the zone (${hosts.join(", ")})`;
  if (kind !== "static" && region !== undefined && textOf(properties, "region") !== region)
    return `it is not in the API's region ${region}`;
  const { address, branch } = repositoryOf(properties);
  const link = sourceOf(repositoryIn(address), branch, answers);
  if (link === undefined) return "it is not built from a repository at GitHub";
  if (kind === "cron" && isBackup(properties)) return "it is the job of the backups";
  const special = specialOf(properties, kind, api);
  if (special !== undefined) return special;
  const part = {
    ...{ kind, ...(host !== undefined && { host }), ...link },
    ...(kind === "static" ? siteOf(properties) : { ...programOf(service), ...runningOf(service) }),
  };
  return problemOf(servicesSchema.safeParse({ part })) ?? part;
}

/** What an update would take from it or switch on, since the settings have nothing for it. */
function specialOf(
  properties: Existing["properties"],
  kind: string,
  api: Existing | undefined,
): string | undefined {
  if (textOf(properties, "preDeployCommand") !== undefined) return "it has a command before each deployment";
  const context = textAt(properties, "runtimeSource.docker.context");
  if (context !== undefined && !/^\.?\/?$/.test(context)) return `its image is built in ${context}`;
  if (kind === "static" && properties.buildCommand === "") return "it is served without a build";
  if (isByHand(properties) && !(api !== undefined && isByHand(api.properties)))
    return "it is deployed by hand, and the API is not";
  return undefined;
}

/** Whether a push deploys nothing. */
function isByHand(properties: Existing["properties"]): boolean {
  const { nativeRuntime, docker } = Object(properties.runtimeSource);
  return [properties, Object(nativeRuntime), Object(docker)].some(({ autoDeploy, autoDeployTrigger }) =>
    typeof autoDeployTrigger === "string" ? autoDeployTrigger === "off" : autoDeploy === false,
  );
}

/** Whether it runs the program that backs up, which the settings `backups` are about. */
function isBackup(properties: Existing["properties"]): boolean {
  return /operations\/backup\/Dockerfile$/.test(
    textAt(properties, "runtimeSource.docker.dockerfilePath") ?? "",
  );
}

/** Where it is built from: a site says it itself, a program by how it is built. */
function repositoryOf(properties: Existing["properties"]): {
  address: string | undefined;
  branch: string | undefined;
} {
  const places = ["", "runtimeSource.nativeRuntime.", "runtimeSource.docker."];
  const [address, branch] = ["repoUrl", "branch"].map((name) =>
    places.map((place) => textAt(properties, `${place}${name}`)).find((value) => value !== undefined),
  );
  return { address, branch };
}

/** What only a further program has: the API is always of Node.js. */
function programOf({ properties }: Existing): Record<string, unknown> {
  const isDocker = typeof Object(properties.runtimeSource).docker === "object";
  const dockerfile = textAt(properties, "runtimeSource.docker.dockerfilePath");
  return defined({
    runtime: isDocker ? "docker" : textAt(properties, "runtimeSource.nativeRuntime.runtime"),
    dockerfile: dockerfile === "./Dockerfile" ? undefined : dockerfile,
    schedule: textOf(properties, "schedule"),
    disk: diskOf(properties),
  });
}

function diskOf(properties: Existing["properties"]): object | undefined {
  if (typeof properties.disk !== "object" || properties.disk === null) return undefined;
  return defined({
    ...{ name: textAt(properties, "disk.name"), mountPath: textAt(properties, "disk.mountPath") },
    sizeGb: Number(textAt(properties, "disk.sizeGb")) || undefined,
  });
}

function siteOf(properties: Existing["properties"]): Record<string, unknown> {
  const routes = elementsOf(properties.routes).map((route) =>
    defined(Object.fromEntries(["type", "source", "destination"].map((name) => [name, textOf(route, name)]))),
  );
  return defined({
    buildCommand: textOf(properties, "buildCommand"),
    publishPath: textOf(properties, "publishPath"),
    rootDirectory: textOf(properties, "rootDirectory"),
    routes: routes.length === 0 ? undefined : routes,
  });
}

/** How a service is built and runs, as far as that is known. */
export function runningOf({ type, properties }: Existing): Record<string, unknown> {
  const isJob = serviceKinds[type] === "cron";
  return defined({
    plan: textOf(properties, "plan"),
    scaling: isJob ? undefined : scalingOf(properties),
    healthCheckPath: type === serviceType ? textOf(properties, "healthCheckPath") : undefined,
    buildCommand: textAt(properties, "runtimeSource.nativeRuntime.buildCommand"),
    startCommand: textOf(properties, "startCommand"),
    rootDirectory: textOf(properties, "rootDirectory"),
    variables: hasOwnVariables(properties) ? "keep" : undefined,
  });
}

/** Variables and secret files of its own, which are in use. */
function hasOwnVariables({ envVars, secretFiles }: Existing["properties"]): boolean {
  // What could not be read may be there, and has keys as a secret has.
  return [envVars, secretFiles].some((map) => Object.keys(Object(map)).length > 0);
}

function scalingOf({ autoscaling, numInstances }: Existing["properties"]): object | undefined {
  if (typeof autoscaling === "object" && autoscaling !== null) {
    const all = { ...autoscaling };
    const percent = (name: string): number | undefined =>
      Number(textAt(all, `criteria.${name}.percentage`)) || undefined;
    const enabled = "enabled" in all ? all.enabled : undefined;
    const bounds = {
      min: Number(textOf(all, "min")) || undefined,
      max: Number(textOf(all, "max")) || undefined,
    };
    if (enabled === true)
      return defined({ enabled, ...bounds, cpuPercent: percent("cpu"), memoryPercent: percent("memory") });
  }
  return typeof numInstances === "number" && numInstances > 0
    ? { enabled: false, min: numInstances, max: numInstances }
    : undefined;
}

export function defined(all: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Where a part is built from, as far as it differs from the platform's own; undefined for none at GitHub. */
function sourceOf(
  repository: string | undefined,
  branch: string | undefined,
  answers: Answers,
): object | undefined {
  if (repository === undefined) return undefined;
  return defined({
    repository: repository === answers.repository ? undefined : repository,
    branch: branch === answers.branch ? undefined : branch,
  });
}

/** OWNER/NAME of an address at GitHub. */
export function repositoryIn(address: string | undefined): string | undefined {
  return /^(?:https:\/\/|git@)github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(address ?? "")?.[1];
}

function isFree(host: string, { zone, web, redirect, api }: Answers): boolean {
  const isInZone = zone !== undefined && (host === zone || host.endsWith(`.${zone}`));
  return isInZone && ![web, redirect, api].includes(host);
}

interface Parsed {
  readonly success: boolean;
  readonly error?: {
    readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  };
}

function problemOf({ error }: Parsed): string | undefined {
  const issue = error?.issues[0];
  return (
    issue && `settings take no such ${issue.path.slice(1).map(String).join(".") || "part"} (${issue.message})`
  );
}

/** Names of parts, each once, made from the names at the vendors. */
class Namer {
  readonly names: Record<string, string> = {};
  readonly #prefix: string;

  constructor(projectName: string) {
    this.#prefix = `${projectName.toLowerCase()}-`;
  }

  take(atVendor: string, otherwise: string): string {
    const plain = atVendor.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const short = (plain.startsWith(this.#prefix) ? plain.slice(this.#prefix.length) : plain)
      .replace(/^[^a-z]+/, "")
      .slice(0, 17)
      .replace(/-+$/, "");
    const first = this.#isFree(short) ? short : otherwise;
    let name = first;
    for (let count = 2; !this.#isFree(name); count += 1) name = `${first}-${count}`;
    this.names[name] = atVendor;
    return name;
  }

  #isFree(name: string): boolean {
    const example: WebProjects = { [name]: { host: "example.com", framework: "nextjs" } };
    return !Object.hasOwn(this.names, name) && webProjectsSchema.safeParse(example).success;
  }
}
