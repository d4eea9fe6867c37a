import type { EnvVar, WebServiceArgs } from "@pulumi/render";
import type * as ve from "@pulumi/vercel";
import {
  type AnyValue,
  type Finding,
  judge,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { assignments } from "./commands.ts";
import { belongsTo, candidatesBy } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { render, vercel } from "./tokens.ts";

/** One environment variable of a host. */
export interface Variable {
  /** The resource that sets it, on which a violation is reported. */
  readonly resource: Resource;
  /** Its name; undefined where it does not reach the host's production environment. Throws UnknownRead. */
  readonly name: () => string | undefined;
  /** Its value, absent where the host generates it. */
  readonly value: AnyValue;
  /** Vercel's variables have more to them. */
  readonly vercel?: Value<VercelEntry>;
}

/** Vercel's variables, in a resource of their own, among several or in the project's. */
type VercelEntry =
  | ve.ProjectEnvironmentVariableArgs
  | ve.SharedEnvironmentVariableArgs
  | ve.types.input.ProjectEnvironmentVariablesVariable
  | ve.types.input.ProjectEnvironment;

/** What runs the program's code, with its variables, whatever kind of resource sets them. */
export interface Host {
  readonly resource: ResourceOf<ve.ProjectArgs> | ResourceOf<WebServiceArgs>;
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
  return [
    ...stack
      .ofType(vercel.variable, vercel.sharedVariable)
      .map((it) => vercelVariable(it.at().as<VercelEntry>(), anyone)),
    ...stack.ofType(vercel.variables).flatMap((it) => severalVariables(it, anyone)),
    ...stack.ofType(vercel.project).flatMap((it) => projectVariables(it, anyone)),
    ...stack
      .ofType(
        render.envGroup,
        render.webService,
        render.privateService,
        render.backgroundWorker,
        render.cronJob,
        render.staticSite,
      )
      .flatMap((it) => renderVariables(it.at("envVars"), anyone)),
    ...stack
      .ofType(render.webService, render.privateService, render.backgroundWorker, render.cronJob)
      .flatMap(commandVariables),
  ];
});

/** What the commands of a service set stands in place of its variables. A build has an environment of its own. */
function commandVariables(
  service: ResourceOf<Pick<WebServiceArgs, "startCommand" | "preDeployCommand">>,
): Variable[] {
  return (["startCommand", "preDeployCommand"] as const)
    .flatMap((property) => assignments(service, service.at(property)))
    .map(({ name, value }) => ({ resource: service, name: () => name, value }));
}

/**
 * Judges the value of each declared variable whose name matches; one that the host generates has no value.
 * A message must not repeat the value: it may be a secret.
 */
export function judgeVariables(
  stack: Stack,
  matches: (name: string, resource: Resource) => boolean,
  test: (value: string, name: string) => true | string,
): Finding[] {
  return declaredVariables(stack).map((variable) =>
    judge(variable.resource, (): Verdict => {
      const name = variable.name();
      if (name === undefined || !matches(name, variable.resource)) {
        return true;
      }
      const value = variable.value.string();
      const verdict = value === undefined || test(value, name);
      return verdict === true || { found: verdict, at: variable.value };
    }),
  );
}

function vercelHosts(stack: Stack): Host[] {
  const single = candidatesBy(stack.ofType(vercel.variable), "projectId");
  const several = candidatesBy(stack.ofType(vercel.variables), "projectId");
  const shared = candidatesBy(stack.ofType(vercel.sharedVariable), "projectIds");
  const links = candidatesBy(stack.ofType(vercel.sharedVariableLink), "projectId");
  return stack.ofType(vercel.project).map((project) => {
    const linked = links(project).flatMap((link) =>
      link
        .dependenciesOf("sharedEnvironmentVariableId")
        .filter((variable) => variable.is(vercel.sharedVariable))
        .map((variable) =>
          vercelVariable(variable.at().as<VercelEntry>(), () => belongsTo(link, "projectId", project)),
        ),
    );
    return {
      resource: project,
      variables: [
        ...single(project).map((it) =>
          vercelVariable(it.at().as<VercelEntry>(), () => belongsTo(it, "projectId", project)),
        ),
        ...several(project).flatMap((it) => severalVariables(it, () => belongsTo(it, "projectId", project))),
        ...shared(project).map((it) =>
          vercelVariable(it.at().as<VercelEntry>(), () => belongsTo(it, "projectIds", project)),
        ),
        ...linked,
        ...projectVariables(project, () => true),
      ],
    };
  });
}

function severalVariables(
  resource: ResourceOf<ve.ProjectEnvironmentVariablesArgs>,
  belongs: () => boolean,
): Variable[] {
  const list = resource.at("variables");
  return list.isUnknown
    ? [unknownVariable(list)]
    : list.items().map((entry) => vercelVariable(entry.as<VercelEntry>(), belongs));
}

function projectVariables(project: ResourceOf<ve.ProjectArgs>, belongs: () => boolean): Variable[] {
  const list = project.at("environments");
  return list.isUnknown
    ? [unknownVariable(list)]
    : list.items().map((entry) => vercelVariable(entry.as<VercelEntry>(), belongs));
}

function vercelVariable(entry: Value<VercelEntry>, belongs: () => boolean): Variable {
  return {
    resource: entry.resource,
    name: () =>
      belongs() && entry.at("targets").strings().includes("production")
        ? entry.at("key").string()
        : undefined,
    value: entry.at("value"),
    vercel: entry,
  };
}

function renderHosts(stack: Stack): Host[] {
  const links = candidatesBy(stack.ofType(render.envGroupLink), "serviceIds");
  return stack.ofType(render.webService).map((service) => {
    const grouped = links(service).flatMap((link) =>
      link
        .dependenciesOf("envGroupId")
        .filter((group) => group.is(render.envGroup))
        .flatMap((group) =>
          renderVariables(group.at("envVars"), () => belongsTo(link, "serviceIds", service)),
        ),
    );
    return {
      resource: service,
      variables: [
        ...renderVariables(service.at("envVars"), () => true),
        ...grouped,
        ...commandVariables(service),
      ],
    };
  });
}

function renderVariables(map: Value<WebServiceArgs["envVars"]>, belongs: () => boolean): Variable[] {
  if (map.isUnknown) {
    return [unknownVariable(map)];
  }
  return map.entries().map(([name, entry]: [string, Value<EnvVar>]) => ({
    resource: entry.resource,
    name: () => (belongs() ? name : undefined),
    value: entry.at("value"),
  }));
}

/** Stands for all that an unknown list may hold: to ask for its name is to ask for the unknown. */
function unknownVariable(list: AnyValue): Variable {
  return { resource: list.resource, name: () => list.string(), value: list };
}
