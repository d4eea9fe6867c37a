import type { CronJobArgs, EnvVar, ProjectEnvironment, WebServiceArgs } from "@pulumi/render";
import {
  type AnyValue,
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  undecided,
  type Value,
} from "../framework/index.ts";
import { type Adapter, type Location, type Recipient, textsOf } from "../model/adapter.ts";
import { variablesSetBy } from "../model/commands.ts";
import type { Database } from "../model/database.ts";
import type { Domain } from "../model/domain.ts";
import { isGiven } from "../model/given.ts";
import type { Host, Variable } from "../model/host.ts";
import type { Job } from "../model/job.ts";
import { belongsTo, candidatesBy } from "../model/links.ts";
import { isEverywhere } from "../model/networks.ts";
import type { RenderPostgresArgs } from "../model/other-args.ts";
import type { RenderHost } from "../model/render-host.ts";
import type { HostEnvironment } from "../model/section-host.ts";
import { statementSetting } from "../model/statement-setting.ts";
import { render } from "../model/tokens.ts";
import { corsAnswers } from "./render/cors.ts";
import { fixes } from "./render/fixes.ts";
import { section } from "./render/section.ts";
import { codeSources, jobSources } from "./render/sources.ts";
import { resourceTypes } from "./render/types.ts";

/** Characters of what Render generates: 256 bits in base64. */
const generatedLength = 44;

const isTarget = (content: string): boolean => /\.onrender\.com$|^216\.24\.57\.\d+$/.test(content);

export const renderAdapter: Adapter = {
  jobTypes: [render.cronJob],
  givenNames: (stack) =>
    stack
      .ofType(render.webService, render.staticSite)
      .flatMap((it) => known(() => textsOf(it.at("name"))) ?? [])
      .map((name) => `${name.toLowerCase()}.onrender.com`),
  databaseTypes: [render.postgres],
  packages: ["render"],
  types: resourceTypes,
  api: /(?:^|\.)render\.com$/,
  fixes,
  isPlatform: (type) =>
    [render.webService, render.privateService, render.backgroundWorker, render.postgres].some(
      (it) => it === type,
    ),
  isReplaced: true,
  corsAnswers,
  hosts,
  variables: (stack) => [
    ...stack
      .ofType(
        render.envGroup,
        render.webService,
        render.privateService,
        render.backgroundWorker,
        render.cronJob,
        render.staticSite,
      )
      .flatMap((it) => variablesIn(it.at("envVars"), anyone)),
    ...stack
      .ofType(render.webService, render.privateService, render.backgroundWorker, render.cronJob)
      .flatMap(commandVariables),
  ],
  recipients: (stack) => {
    const hosts = services.flatMap((type) => stack.ofType(type));
    return stack.ofType(render.envGroupLink).flatMap((link) => {
      const list = link.at("serviceIds");
      const ids = list.isUnknown ? [] : list.items();
      return ids.map((id): Recipient => ({ id, hosts, noun: "service" }));
    });
  },
  jobs: (stack) => stack.ofType(render.cronJob).map((job) => toJob(stack, job)),
  section,
  sources: codeSources,
  images: (stack) =>
    stack
      .ofType(render.webService, render.privateService, render.backgroundWorker, render.cronJob)
      .map((resource) => ({
        resource,
        image: resource.at("runtimeSource", "image", "imageUrl"),
        hasSecrets: () => hasSecrets(stack, resource),
      })),
  environments,
  otherCommands: (stack) => [
    ...stack.ofType(render.staticSite).map((site) => site.at("buildCommand")),
    ...stack
      .ofType(render.privateService, render.backgroundWorker)
      .flatMap((it) => [it.at("startCommand"), it.at("preDeployCommand")]),
    ...stack
      .ofType(render.privateService, render.backgroundWorker, render.cronJob)
      .map((it) => it.at("runtimeSource", "nativeRuntime", "buildCommand")),
  ],
  otherFiles: (stack) =>
    stack.ofType(...Object.values(render)).map((resource) => ({
      resource,
      files: () =>
        resource
          .at("secretFiles")
          .entries()
          .map(([name, at]) => ({ name, at, content: at.isUnknown ? at : at.at("content") })),
      commands: [resource.at("startCommand"), resource.at("preDeployCommand")],
    })),
  domains: (stack) =>
    stack.ofType(render.webService, render.staticSite).flatMap((resource) =>
      customDomains(resource).map(
        (name): Domain => ({
          resource,
          name,
          redirect: undefined,
          isServing: () => true,
          host: () => resource,
          isCdn: resource.type === render.staticSite,
          authorities: ["letsencrypt.org", "pki.goog"],
          challengePaths: ["/.well-known/acme-challenge/"],
          isTarget: (content) => isTarget(content) && isNameOf(resource, content),
        }),
      ),
    ),
  databases: (stack) => stack.ofType(render.postgres).map(toDatabase),
  locations: (stack) =>
    stack
      .ofType(
        render.webService,
        render.privateService,
        render.backgroundWorker,
        render.cronJob,
        render.postgres,
      )
      .map((resource): Location => ({ resource, regions: () => textsOf(resource.at("region")) })),
  logDrains: (stack) => stack.ofType(render.logStream),
  isTarget,
  isOwnName: (host) => host.endsWith(".onrender.com"),
};

const services: readonly string[] = [
  render.webService,
  render.privateService,
  render.backgroundWorker,
  render.cronJob,
  render.staticSite,
];

const anyone = () => true;

/** Whether it has a variable of the application, its own or of a group that is linked to it. Throws UnknownRead. */
function hasSecrets(stack: Stack, service: ResourceOf<Pick<WebServiceArgs, "envVars">>): boolean {
  const groups = stack
    .ofType(render.envGroupLink)
    .filter((link) => link.refersTo(service, "serviceIds"))
    .flatMap((link) => link.dependenciesOf("envGroupId"))
    .flatMap((group) => (group.is(render.envGroup) ? [group.at("envVars")] : []));
  return [service.at("envVars"), ...groups].some((map) =>
    map.entries().some(([name]) => ["DATABASE_URL", "JWT_SECRET", "SECRET_KEY"].includes(name)),
  );
}

/** A service answers at its own name, with a dash and four letters behind it where another had it before. */
function isNameOf(service: RenderHost, content: string): boolean {
  const name = known(() => service.at("name").string()?.toLowerCase());
  const slug = name?.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  const [label = ""] = content.split(".onrender.com");
  const isOwn = slug === undefined || label === slug || /^-[a-z0-9]{4,5}$/.test(label.slice(slug.length));
  return !content.endsWith(".onrender.com") || (isOwn && label.startsWith(slug ?? ""));
}

function hosts(stack: Stack): Host[] {
  const links = candidatesBy(stack.ofType(render.envGroupLink), "serviceIds");
  return stack.ofType(render.webService).map((service) => {
    const grouped = links(service).flatMap((link) =>
      link
        .dependenciesOf("envGroupId")
        .filter((group) => group.is(render.envGroup))
        .flatMap((group) => variablesIn(group.at("envVars"), () => belongsTo(link, "serviceIds", service))),
    );
    return {
      resource: service,
      kind: "service" as const,
      variables: [...variablesIn(service.at("envVars"), anyone), ...grouped, ...commandVariables(service)],
      commands: [
        { when: "start", command: service.at("startCommand") },
        { when: "release", command: service.at("preDeployCommand") },
        { when: "build", command: service.at("runtimeSource", "nativeRuntime", "buildCommand") },
      ],
      labels: () => [service.name, ...textsOf(service.at("name"))],
      domains: customDomains(service),
      facesPublic: true,
      healthPath: service.at("healthCheckPath"),
      previews: () => {
        const generation = service.at("previews", "generation");
        const older = service.at("pullRequestPreviewsEnabled");
        const isOn = ["automatic", "manual"].includes(generation.string() ?? "off");
        return isOn ? generation : older.boolean() === true ? older : undefined;
      },
      logs: () =>
        some(stack.ofType(render.logStream), (stream) => isGiven(stream.at("endpoint"))) ||
        `${service.name} does not send its logs to an aggregator.`,
    };
  });
}

function variablesIn(map: Value<WebServiceArgs["envVars"]>, belongs: () => boolean): Variable[] {
  if (map.isUnknown) {
    // It stands for all that the map may hold: to ask for its name is to ask for the unknown.
    return [{ resource: map.resource, name: () => map.string(), value: map }];
  }
  const given = map.entries().filter(([, entry]) => entry.isUnknown || entry.exists);
  return given.map(([name, entry]: [string, Value<EnvVar>]) => ({
    resource: entry.resource,
    name: () => (belongs() ? name : undefined),
    value: entry.at("value"),
    ...(isGenerated(entry) && { generatedLength }),
  }));
}

const isGenerated = (entry: Value<EnvVar>): boolean =>
  !entry.isUnknown && !entry.at("generateValue").isUnknown && entry.at("generateValue").boolean() === true;

function toJob(stack: Stack, job: ResourceOf<CronJobArgs>): Job {
  const source = job.at("runtimeSource");
  const variables = job.at("envVars");
  const programs = [
    source.at("docker", "dockerfilePath"),
    source.at("docker", "context"),
    source.at("image", "imageUrl"),
  ];
  return {
    resource: job,
    schedules: () => [job.at("schedule").string() ?? ""],
    scheduleAt: job.at("schedule"),
    labels: [job.at("name"), job.at("startCommand"), ...programs],
    command: job.at("startCommand"),
    programs,
    sources: () => jobSources(stack, job),
    folders: [job.at("rootDirectory"), source.at("docker", "context"), source.at("docker", "dockerfilePath")],
    variables: {
      at: variables,
      entries: () => variables.entries().map(([name, variable]) => [name, variable.at("value")] as const),
      sources: job.dependenciesOf("envVars"),
    },
  };
}

/** What the commands of a service set stands in place of its variables. A build has an environment of its own. */
function commandVariables(
  service: ResourceOf<Pick<WebServiceArgs, "startCommand" | "preDeployCommand">>,
): Variable[] {
  return (["startCommand", "preDeployCommand"] as const).flatMap((property) =>
    variablesSetBy(service.at(property)),
  );
}

/** Names of a Render service's own domains; an unknown list is one unknown name. */
function customDomains(service: RenderHost): AnyValue[] {
  const list = service.at("customDomains");
  return list.isUnknown ? [list] : list.items().map((entry) => entry.at("name"));
}

function toDatabase(resource: ResourceOf<RenderPostgresArgs>): Database {
  const plan = resource.at("plan");
  return {
    resource,
    isProtected: () => resource.protect,
    region: () =>
      (resource.at("region").string() ?? "") !== "" || fault(resource.at("region"), "No region is chosen."),
    network: () => judgeNetwork(resource),
    // Render recovers each paid database to a point in time: https://render.com/docs/postgresql-backups
    recovery: () =>
      plan.string() === "free"
        ? { fault: fault(plan, "The plan free does not include point-in-time recovery.") }
        : { days: Number.POSITIVE_INFINITY, lossMinutes: 2 },
    // Render sells recovery by plan, not by size.
    compute: () => true,
    // https://render.com/docs/postgresql-creating-connecting
    refusesPlaintext: () => true,
    // Render has no pooler of its own: only the connection string says whether one is used.
    pooler: () => true,
    quiet: () => {
      const parameters = resource.at("parameterOverrides");
      const logged = statementSetting(parameters.entries());
      return (
        logged === undefined ||
        fault(parameters, `${logged} in ${resource.name} has the server log statements.`)
      );
    },
  };
}

/** Without a list Render opens the database to all; an empty one leaves only the private network. */
function judgeNetwork(database: ResourceOf<RenderPostgresArgs>) {
  const list = database.at("ipAllowLists");
  const open =
    !list.exists || some(list.items(), (entry) => isEverywhere(entry.at("cidrBlock").string() ?? ""));
  return !open || fault(list, "Every network reaches the database: ipAllowLists is missing or allows all.");
}

/** Environments of projects; a map of them that is unknown is one unknown environment. */
function environments(stack: Stack): HostEnvironment[] {
  return stack.ofType(render.project).flatMap((project) => {
    const all = project.at("environments");
    return all.isUnknown
      ? [{ resource: project, name: () => undecided(all), isProtected: () => true, isIsolated: () => true }]
      : all.entries().map(([key, environment]) => toEnvironment(project, key, environment));
  });
}

function toEnvironment(
  project: Resource,
  key: string,
  environment: Value<ProjectEnvironment>,
): HostEnvironment {
  const name = () => environment.at("name").string() ?? key;
  const status = environment.at("protectedStatus");
  const isolated = environment.at("networkIsolated");
  return {
    resource: project,
    name,
    isProtected: () =>
      status.string() === "protected" ||
      fault(
        status,
        `Every member of the workspace may change the environment ${name()} and read its secrets.`,
      ),
    isIsolated: () =>
      isolated.boolean() === true ||
      fault(isolated, `Services of other environments reach those of ${name()} by its private network.`),
  };
}
