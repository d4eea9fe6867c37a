import {
  type AnyValue,
  type Fault,
  fault,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
} from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import { ecs, lambda, scheduling } from "../../model/aws-tokens.ts";
import type { Job } from "../../model/job.ts";
import { commandOf, containersOf, taskVariables } from "./hosts.ts";
import { plainVariables } from "./secrets.ts";

type Schedule = ResourceOf<args.ScheduleArgs>;
type Task = ResourceOf<args.TaskDefinitionArgs>;
type Container = Value<args.Container>;

/** Schedules of EventBridge, by its scheduler or by rules with targets, that start tasks of ECS or functions. */
export function jobs(stack: Stack): Job[] {
  const schedules = stack
    .ofType(scheduling.schedule)
    .map((schedule) => toJob(stack, schedule, [schedule], [schedule.at("target", "input")]));
  const rules = stack.ofType(scheduling.rule).flatMap((rule) => {
    const targets = stack.ofType(scheduling.target).filter((target) => target.refersTo(rule, "rule"));
    return rule.at("scheduleExpression").isUnknown || rule.at("scheduleExpression").exists
      ? [
          toJob(
            stack,
            rule,
            targets,
            targets.map((target) => target.at("input")),
          ),
        ]
      : [];
  });
  return [...schedules, ...rules];
}

function toJob(
  stack: Stack,
  resource: Schedule,
  targets: readonly Resource[],
  inputs: readonly AnyValue[],
): Job {
  const started = targets.flatMap((target) => target.dependencies);
  const tasks = started.filter((source) => source.is(ecs.taskDefinition));
  const functions = started.filter((source) => source.is(lambda.function));
  const containers = tasks.flatMap((task) =>
    task.at("containerDefinitions").isUnknown ? [] : containersOf(task),
  );
  const programs = [
    ...containers.map((container) => container.at("image")),
    ...functions.map((one) => one.at("name")),
  ];
  const first: Container | undefined = containers[0];
  const variables = [
    ...tasks.flatMap((task) => taskVariables(stack, task)),
    ...functions.flatMap((one) => plainVariables(one, one.at("environment", "variables"))),
  ];
  const command = commandIn(resource, inputs, first);
  return {
    resource,
    schedules: () => [cronOf(resource.at("scheduleExpression").string() ?? "")],
    scheduleAt: resource.at("scheduleExpression"),
    isOff: (now) => offFault(resource, now) ?? servingFault(stack, resource, tasks, command),
    labels: [resource.at("name"), ...programs, ...tasks.map((task) => task.at("family"))],
    command,
    programs,
    variables: {
      at: tasks[0]?.at("containerDefinitions") ?? resource.at("scheduleExpression"),
      entries: () => variables.map((variable): [string, AnyValue] => [variable.name() ?? "", variable.value]),
      sources: [
        ...[...tasks, ...functions].flatMap((one) => one.dependencies),
        ...variables.flatMap(({ sources }) => sources ?? []),
      ],
    },
  };
}

/** What the schedule gives in place of the container's own command, else that. */
function commandIn(
  resource: Schedule,
  inputs: readonly AnyValue[],
  container: Container | undefined,
): AnyValue {
  const given = inputs.filter((input) => input.isUnknown || input.exists);
  const unknown = given.find((input) => input.isUnknown);
  if (unknown !== undefined) return unknown;
  const override = given
    .flatMap((input) => input.json<args.TaskInput>().at("containerOverrides").items())
    .map((it) => it.at("command"))
    .find((command) => command.strings().length > 0);
  return (
    commandOf(container?.at("entryPoint"), override ?? container?.at("command")) ??
    (container ?? resource.at().as<unknown>().as<args.Container>()).at("command", "0")
  );
}

const day = 86_400_000;

const scheduleFix = "Let the schedule be enabled, with a startDate that is past and without an endDate.";

/** A schedule that is off, is over, or begins after the day in which it has to run. */
function offFault(resource: Schedule, now: number): Fault | undefined {
  const [state, isEnabled] = [resource.at("state"), resource.at("isEnabled")];
  if (state.string() === "DISABLED")
    return fault(state, "The schedule of the job is switched off.", scheduleFix);
  if (isEnabled.boolean() === false)
    return fault(isEnabled, "The schedule of the job is switched off.", scheduleFix);
  const [start, end] = [resource.at("startDate"), resource.at("endDate")];
  if (Date.parse(start.string() ?? "") > now + day) {
    return fault(start, `The schedule of the job begins only at ${start.string()}.`, scheduleFix);
  }
  // A job that has an end stops one day without a word.
  return (end.string() ?? "") === ""
    ? undefined
    : fault(end, `The schedule of the job ends at ${end.string()}.`, scheduleFix);
}

/** What runs as a service serves visitors; started by a schedule, without a command of its own, it only serves again. */
function servingFault(
  stack: Stack,
  resource: Schedule,
  tasks: readonly Task[],
  command: AnyValue,
): Fault | undefined {
  const serving = tasks.find((task) =>
    stack.ofType(ecs.service).some((service) => service.refersTo(task, "taskDefinition")),
  );
  return serving === undefined || command.isUnknown || (command.string() ?? "") !== ""
    ? undefined
    : fault(
        resource.at("target"),
        `The schedule starts ${serving.name}, which a service runs to answer visitors, with no command of its own.`,
        "Let the schedule start the task definition of the backup, or give the container a command by target.input.",
      );
}

/** `cron(15 2 * * ? *)` has a year, and `?` for any day; `rate(12 hours)` begins when it is created. */
function cronOf(expression: string): string {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields !== undefined) {
    const [minute, hour, day, month, weekday, year = "*"] = fields.map((field) =>
      field === "?" ? "*" : field,
    );
    return year === "*" ? [minute, hour, day, month, weekday].join(" ") : expression;
  }
  const [, count = "", unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const forms: Readonly<Record<string, string>> = {
    minute: `*/${count} * * * *`,
    hour: count === "1" ? "0 * * * *" : `0 */${count} * * *`,
    day: count === "1" ? "0 0 * * *" : `0 0 */${count} * *`,
  };
  return forms[unit] ?? expression;
}
