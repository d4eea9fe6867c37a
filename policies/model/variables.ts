import type { Resource, Stack, Value } from "../framework/index.ts";
import { belongsTo } from "./links.ts";
import { render, vercel } from "./tokens.ts";

/** One environment variable of a host. */
export interface Variable {
  /** The resource that sets it: what a violation is reported on. */
  readonly resource: Resource;
  /** Its name; undefined where it does not reach the host's production environment. Throws UnknownRead. */
  readonly name: () => string | undefined;
  /** Its value, absent where the host generates it. */
  readonly value: Value;
  /** What holds it at the provider: Vercel's `key`, `sensitive`, `targets`, or Render's `value`, `generateValue`. */
  readonly entry: Value;
}

/** Something that runs the program's code, with its variables, whatever kind of resource sets them. */
export interface Host {
  readonly resource: Resource;
  readonly variables: readonly Variable[];
}

/** Hosts of the application: each Vercel project and each Render web service. */
export function applicationHosts(stack: Stack): Host[] {
  return [...vercelHosts(stack), ...renderHosts(stack, render.webService)];
}

/** Everything that has variables: the application's hosts, workers, jobs and private services. */
export function allHosts(stack: Stack): Host[] {
  const { privateService, backgroundWorker, cronJob, staticSite } = render;
  return [
    ...applicationHosts(stack),
    ...renderHosts(stack, privateService, backgroundWorker, cronJob, staticSite),
  ];
}

function vercelHosts(stack: Stack): Host[] {
  const links = stack.ofType(vercel.sharedVariableLink);
  return stack.ofType(vercel.project).map((project) => {
    const ofProject = (resource: Resource) => () => belongsTo(resource, "projectId", project);
    const shared = (variable: Resource) => () =>
      belongsTo(variable, "projectIds", project) ||
      links.some(
        (link) =>
          belongsTo(link, "sharedEnvironmentVariableId", variable) && belongsTo(link, "projectId", project),
      );
    return {
      resource: project,
      variables: [
        ...stack.ofType(vercel.variable).map((it) => vercelVariable(it.at(), ofProject(it))),
        ...stack.ofType(vercel.variables).flatMap((it) => vercelVariables(it.at("variables"), ofProject(it))),
        ...stack.ofType(vercel.sharedVariable).map((it) => vercelVariable(it.at(), shared(it))),
        ...vercelVariables(project.at("environments"), () => true),
      ],
    };
  });
}

function vercelVariables(list: Value, belongs: () => boolean): Variable[] {
  return list.isUnknown
    ? [unknownVariable(list)]
    : list.items().map((entry) => vercelVariable(entry, belongs));
}

function vercelVariable(entry: Value, belongs: () => boolean): Variable {
  return {
    resource: entry.resource,
    name: () =>
      belongs() && entry.at("targets").strings().includes("production")
        ? entry.at("key").string()
        : undefined,
    value: entry.at("value"),
    entry,
  };
}

function renderHosts(stack: Stack, ...types: readonly string[]): Host[] {
  const links = stack.ofType(render.envGroupLink);
  const groups = stack.ofType(render.envGroup);
  return stack.ofType(...types).map((service) => {
    const isLinked = (group: Resource) => () =>
      links.some((link) => belongsTo(link, "envGroupId", group) && belongsTo(link, "serviceIds", service));
    return {
      resource: service,
      variables: [
        ...renderVariables(service.at("envVars"), () => true),
        ...groups.flatMap((group) => renderVariables(group.at("envVars"), isLinked(group))),
      ],
    };
  });
}

function renderVariables(map: Value, belongs: () => boolean): Variable[] {
  if (map.isUnknown) {
    return [unknownVariable(map)];
  }
  return map.entries().map(([name, entry]) => ({
    resource: entry.resource,
    name: () => (belongs() ? name : undefined),
    value: entry.at("value"),
    entry,
  }));
}

/** Stands for all that an unknown list may hold: to ask for its name is to ask for the unknown. */
function unknownVariable(list: Value): Variable {
  return { resource: list.resource, name: () => list.string(), value: list, entry: list };
}
