import {
  type Finding,
  judge,
  type Resource,
  type Stack,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { belongsTo, candidatesBy } from "./links.ts";
import { perStack } from "./per-stack.ts";
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
export const applicationHosts: (stack: Stack) => readonly Host[] = perStack((stack) => [
  ...vercelHosts(stack),
  ...renderHosts(stack),
]);

/** Every variable that reaches production and is declared anywhere in the stack, also for a host outside it. */
export const declaredVariables: (stack: Stack) => readonly Variable[] = perStack((stack) => {
  const anyone = () => true;
  const listed = [
    ...stack.ofType(vercel.variables).map((it) => it.at("variables")),
    ...stack.ofType(vercel.project).map((it) => it.at("environments")),
  ];
  return [
    ...stack.ofType(vercel.variable, vercel.sharedVariable).map((it) => vercelVariable(it.at(), anyone)),
    ...listed.flatMap((list) => vercelVariables(list, anyone)),
    ...stack
      .ofType(render.envGroup, ...renderServices)
      .flatMap((it) => renderVariables(it.at("envVars"), anyone)),
  ];
});

const renderServices = [
  render.webService,
  render.privateService,
  render.backgroundWorker,
  render.cronJob,
  render.staticSite,
];

/**
 * Judges the value of each declared variable whose name matches; one that the host generates has none.
 * A message must not repeat the value: it may be a secret.
 */
export function judgeVariables(
  stack: Stack,
  matches: (name: string, resource: Resource) => boolean,
  test: (value: string, name: string) => Verdict,
): Finding[] {
  return declaredVariables(stack).map((variable) =>
    judge(variable.resource, () => {
      const name = variable.name();
      if (name === undefined || !matches(name, variable.resource)) {
        return true;
      }
      const value = variable.value.string();
      return value === undefined || test(value, name);
    }),
  );
}

function vercelHosts(stack: Stack): Host[] {
  const single = candidatesBy(stack.ofType(vercel.variable), "projectId");
  const several = candidatesBy(stack.ofType(vercel.variables), "projectId");
  const shared = candidatesBy(stack.ofType(vercel.sharedVariable), "projectIds");
  const links = candidatesBy(stack.ofType(vercel.sharedVariableLink), "projectId");
  return stack.ofType(vercel.project).map((project) => {
    const belongs = (resource: Resource, property: string) => () => belongsTo(resource, property, project);
    const linked = links(project).flatMap((link) =>
      link
        .dependenciesOf("sharedEnvironmentVariableId")
        .map((variable) => vercelVariable(variable.at(), belongs(link, "projectId"))),
    );
    return {
      resource: project,
      variables: [
        ...single(project).map((it) => vercelVariable(it.at(), belongs(it, "projectId"))),
        ...several(project).flatMap((it) => vercelVariables(it.at("variables"), belongs(it, "projectId"))),
        ...shared(project).map((it) => vercelVariable(it.at(), belongs(it, "projectIds"))),
        ...linked,
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

function renderHosts(stack: Stack): Host[] {
  const links = candidatesBy(stack.ofType(render.envGroupLink), "serviceIds");
  return stack.ofType(render.webService).map((service) => {
    const grouped = links(service).flatMap((link) =>
      link
        .dependenciesOf("envGroupId")
        .flatMap((group) =>
          renderVariables(group.at("envVars"), () => belongsTo(link, "serviceIds", service)),
        ),
    );
    return {
      resource: service,
      variables: [...renderVariables(service.at("envVars"), () => true), ...grouped],
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
