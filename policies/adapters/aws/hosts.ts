import {
  type AnyValue,
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { InputValue } from "../../framework/value.ts";
import { textsOf } from "../../model/adapter.ts";
import type * as args from "../../model/aws-args.ts";
import { appRunner, balancing, cloudFront, ecs, lambda, scaling } from "../../model/aws-tokens.ts";
import { variablesSetBy } from "../../model/commands.ts";
import type { Command, Host, Variable } from "../../model/host.ts";
import type { CodeSource } from "../../model/section-host.ts";
import { commandText } from "../../values/shell.ts";
import { domains } from "./domains.ts";
import { plainVariables, stored, storedVariables } from "./secrets.ts";

type Service = ResourceOf<args.EcsServiceArgs>;
type Task = ResourceOf<args.TaskDefinitionArgs>;
type Runner = ResourceOf<args.AppRunnerServiceArgs>;
type LambdaFunction = ResourceOf<args.FunctionArgs>;
type Container = Value<args.Container>;

export function hosts(stack: Stack): Host[] {
  return [
    ...stack
      .ofType(ecs.service)
      .filter(hasVisitors)
      .map((service) => toService(stack, service)),
    ...stack.ofType(appRunner.service).map((service) => toAppRunner(stack, service)),
    ...stack
      .ofType(lambda.function)
      .filter((one) => isCalled(stack, one))
      .map((one) => toFunction(stack, one)),
  ];
}

/** Variables of everything that runs a program, also of workers and jobs. */
export function variables(stack: Stack): Variable[] {
  return [
    ...stack.ofType(ecs.taskDefinition).flatMap((task) => reaching(stack, task)),
    ...stack.ofType(appRunner.service).flatMap((service) => reachingRunner(stack, service)),
    ...stack
      .ofType(lambda.function)
      .flatMap((one) => plainVariables(one, one.at("environment", "variables"))),
  ];
}

/** Commands of tasks that no visitor calls. */
export const otherCommands = (stack: Stack): AnyValue[] =>
  stack
    .ofType(ecs.taskDefinition)
    .flatMap(containerCommands)
    .map(({ command }) => command);

/** Code that App Runner builds; what else runs at Amazon is images. */
export function sources(stack: Stack): CodeSource[] {
  return stack.ofType(appRunner.service).map((service) => {
    const code = service.at("sourceConfiguration", "codeRepository");
    return { repository: code.at("repositoryUrl"), branch: code.at("sourceCodeVersion", "value") };
  });
}

/** Files of variables that a container reads from a bucket. */
export function variableFiles(stack: Stack): AnyValue[] {
  return stack
    .ofType(ecs.taskDefinition)
    .flatMap((task) =>
      task.at("containerDefinitions").isUnknown
        ? []
        : containersOf(task).flatMap((container) => container.at("environmentFiles").items()),
    );
}

/** A service that no load balancer leads to is a worker. */
const hasVisitors = (service: Service): boolean =>
  service.at("loadBalancers").isUnknown || service.at("loadBalancers").items().length > 0;

function toService(stack: Stack, service: Service): Host {
  const tasks = service.dependenciesOf("taskDefinition").filter((task) => task.is(ecs.taskDefinition));
  return {
    resource: service,
    kind: "service",
    variables: tasks.flatMap((task) => reaching(stack, task)),
    commands: tasks.flatMap(containerCommands),
    labels: () => [service.name, ...textsOf(service.at("name"))],
    domains: domainsOf(stack, service),
    facesPublic: false,
    isMeasured: true,
    logs: () => judgeContainerLogs(service, tasks),
    health: () => judgeTargetHealth(stack, service),
    scaling: () => judgeServiceScaling(stack, service),
    ownDomain: () => hasDomain(stack, service),
  };
}

/** Container definitions are one JSON document: all of it is unknown where any part is. */
export function containersOf(task: Task): Container[] {
  return task.at("containerDefinitions").json<args.Container[]>().items();
}

/** What each container runs in place of what its image says; none where the document is unknown. */
function containerCommands(task: Task): Command[] {
  if (task.at("containerDefinitions").isUnknown) return [];
  return containersOf(task)
    .flatMap((container) => commandOf(container.at("entryPoint"), container.at("command")) ?? [])
    .map((command) => ({ when: "start", command }));
}

/** Lists of arguments, one after the other, as one command at the place of the last; undefined where all are empty. */
export function commandOf(...lists: readonly (AnyValue | undefined)[]): AnyValue | undefined {
  const given = lists.filter((list) => list !== undefined).filter((list) => list.strings().length > 0);
  const place = given.at(-1);
  return (
    place && new InputValue(place.resource, place.path, commandText(given.flatMap((it) => it.strings())))
  );
}

/** Variables of a task, and what its commands set in their place. */
const reaching = (stack: Stack, task: Task): Variable[] => [
  ...taskVariables(stack, task),
  ...setByCommands(containerCommands(task)),
];

const reachingRunner = (stack: Stack, service: Runner): Variable[] => [
  ...runnerVariables(stack, service),
  ...setByCommands(runnerCommands(service)),
];

const setByCommands = (commands: readonly Command[]): Variable[] =>
  commands.flatMap(({ command }) => variablesSetBy(command));

export function taskVariables(stack: Stack, task: Task): Variable[] {
  const document = task.at("containerDefinitions");
  if (document.isUnknown) {
    return [{ resource: task, name: () => document.string(), value: document }];
  }
  return containersOf(task).flatMap((container) => [
    ...container
      .at("environment")
      .items()
      .map(
        (entry): Variable => ({
          resource: task,
          name: () => entry.at("name").string(),
          value: entry.at("value"),
        }),
      ),
    ...container
      .at("secrets")
      .items()
      .map((entry) => stored(stack, task, entry.at("name").string() ?? "", entry.at("valueFrom"))),
  ]);
}

function judgeContainerLogs(service: Service, tasks: readonly Task[]): Verdict {
  const silent = tasks
    .flatMap(containersOf)
    .filter((container) => !isAside(service, container))
    .find((container) => ["", "none"].includes(container.at("logConfiguration", "logDriver").string() ?? ""));
  return (
    silent === undefined ||
    fault(silent, `A container of ${service.name} has no logConfiguration, so its logs stay where it runs.`)
  );
}

/** An agent beside the application: the service lives on without it, and no visitor reaches it. */
function isAside(service: Service, container: Container): boolean {
  const reached = service
    .at("loadBalancers")
    .items()
    .map((it) => it.at("containerName").string());
  return container.at("essential").boolean() === false && !reached.includes(container.at("name").string());
}

function judgeTargetHealth(stack: Stack, service: Service): Verdict {
  const groups = service
    .dependenciesOf("loadBalancers")
    .filter((source) => source.is(...balancing.targetGroup));
  if (groups.length === 0 && stack.ofType(...balancing.targetGroup).length === 0) {
    return `${service.name} has no target group, so nothing asks whether it can serve.`;
  }
  const judged = groups.length > 0 ? groups : stack.ofType(...balancing.targetGroup);
  for (const group of judged) {
    const path = group.at("healthCheck", "path");
    if (!/^\/\S+$/.test(path.string() ?? "") || group.at("healthCheck", "enabled").boolean() === false) {
      return fault(path, `${group.name} has no health check path of its own.`);
    }
    const codes = group.at("healthCheck", "matcher").string() ?? "200";
    if (!/^2\d\d(?:[,-]2\d\d)*$/.test(codes)) {
      return fault(
        group.at("healthCheck", "matcher"),
        `${group.name} accepts the status ${codes} as healthy.`,
      );
    }
  }
  return true;
}

function judgeServiceScaling(stack: Stack, service: Service): Verdict {
  const targets = stack
    .ofType(scaling.target)
    .filter((target) => isAbout(target, target.at("resourceId"), service));
  const [target] = targets;
  if (target === undefined) {
    return `${service.name} does not scale automatically: no appautoscaling.Target is for it.`;
  }
  const [min, max] = [target.at("minCapacity").number() ?? 0, target.at("maxCapacity").number() ?? 0];
  if (min < 1 || max <= min) {
    return fault(target.at("maxCapacity"), `${service.name} scales from ${min} to ${max} tasks.`);
  }
  const suspended = target.at("suspendedState", "dynamicScalingOutSuspended");
  if (suspended.boolean() === true) {
    return fault(
      suspended,
      `${target.name} is suspended, so ${service.name} does not scale out.`,
      "Remove dynamicScalingOutSuspended from the suspendedState of the appautoscaling.Target.",
    );
  }
  const count = service.at("desiredCount");
  if (count.number() === 0) {
    return fault(
      count,
      `${service.name} runs no task: its desiredCount is 0, from which nothing scales.`,
      "Set desiredCount of the ecs.Service to 1 or more.",
    );
  }
  return (
    some(
      stack.ofType(scaling.policy),
      (policy) => policy.dependencies.includes(target) || isAbout(policy, policy.at("resourceId"), service),
    ) || `${service.name} has no policy to scale by.`
  );
}

/** By the name in `service/cluster/name`, else by the dependency. */
function isAbout(resource: Resource, resourceId: AnyValue, service: Service): boolean {
  const id = known(() => resourceId.string());
  const named = known(() => service.at("name").string());
  return id !== undefined && named !== undefined
    ? id.split("/").at(-1) === named
    : resource.dependencies.includes(service) || id?.split("/").at(-1) === service.name;
}

function toAppRunner(stack: Stack, service: Runner): Host {
  const health = service.at("healthCheckConfiguration");
  return {
    resource: service,
    kind: "service",
    variables: reachingRunner(stack, service),
    commands: runnerCommands(service),
    labels: () => [service.name, ...textsOf(service.at("serviceName"))],
    domains: domainsOf(stack, service),
    facesPublic: true,
    isMeasured: true,
    logs: () => true,
    health: () =>
      (health.at("protocol").string() === "HTTP" && /^\/\S+$/.test(health.at("path").string() ?? "")) ||
      fault(
        health,
        `${service.name} has no health check path: App Runner asks only whether the port is open.`,
      ),
    scaling: () => {
      const [own] = service
        .dependenciesOf("autoScalingConfigurationArn")
        .filter((it) => it.is(appRunner.scaling));
      const max = own?.at("maxSize").number();
      // Without a configuration of its own App Runner scales from 1 to 25 instances.
      return (
        own === undefined ||
        max === undefined ||
        max > (own.at("minSize").number() ?? 1) ||
        fault(own.at("maxSize"), `${service.name} scales to ${max} instances.`)
      );
    },
    ownDomain: () => {
      const open = service.at("networkConfiguration", "ingressConfiguration", "isPubliclyAccessible");
      return open.boolean() === false
        ? fault(
            open,
            `${service.name} answers only inside a network, and no visitor is there.`,
            "Set isPubliclyAccessible of the service to true.",
          )
        : hasDomain(stack, service);
    },
  };
}

function runnerCommands(service: Runner): Command[] {
  const source = service.at("sourceConfiguration");
  const code = source.at("codeRepository", "codeConfiguration", "codeConfigurationValues");
  const image = source.at("imageRepository", "imageConfiguration");
  return [
    { when: "start" as const, command: image.at("startCommand") },
    { when: "start" as const, command: code.at("startCommand") },
    { when: "build" as const, command: code.at("buildCommand") },
  ].filter(({ command }) => command.isUnknown || command.exists);
}

function runnerVariables(stack: Stack, service: Runner): Variable[] {
  const source = service.at("sourceConfiguration");
  const places = [
    source.at("imageRepository", "imageConfiguration"),
    source.at("codeRepository", "codeConfiguration", "codeConfigurationValues"),
  ].filter((place) => place.isUnknown || place.exists);
  return places.flatMap((place) => [
    ...plainVariables(service, place.at("runtimeEnvironmentVariables")),
    ...storedVariables(stack, service, place.at("runtimeEnvironmentSecrets")),
  ]);
}

/** Functions that visitors call: by a URL of their own, or by what may invoke them. */
function isCalled(stack: Stack, one: LambdaFunction): boolean {
  return (
    stack.ofType(lambda.url).some((url) => url.refersTo(one, "functionName")) ||
    stack
      .ofType(lambda.permission)
      .some(
        (permission) =>
          permission.refersTo(one, "function") &&
          /^(?:apigateway|elasticloadbalancing|cloudfront)\.amazonaws\.com$/.test(
            known(() => permission.at("principal").string()) ?? "",
          ),
      )
  );
}

function toFunction(stack: Stack, one: LambdaFunction): Host {
  return {
    resource: one,
    kind: "service",
    variables: plainVariables(one, one.at("environment", "variables")),
    labels: () => [one.name, ...textsOf(one.at("name"))],
    domains: domainsOf(stack, one),
    facesPublic: true,
    isMeasured: true,
    // A function logs to CloudWatch by itself, and scales by itself.
    logs: () => true,
    ownDomain: () => hasDomain(stack, one),
  };
}

const domainsOf = (stack: Stack, host: Resource): AnyValue[] =>
  domains(stack)
    .filter((domain) => known(() => domain.host()) === host)
    .map(({ name }) => name);

function hasDomain(stack: Stack, host: Resource): Verdict {
  return (
    domainsOf(stack, host).length > 0 ||
    stack.ofType(cloudFront.distribution).some((one) => one.at("aliases").isUnknown) ||
    `${host.name} has no domain of its own.`
  );
}
