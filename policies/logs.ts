import type { LogDrainArgs, ProjectArgs } from "@pulumi/vercel";
import {
  fault,
  judge,
  judgeStack,
  policy,
  type ResourceOf,
  type Stack,
  select,
  some,
  type Verdict,
  violation,
} from "./framework/index.ts";
import { isGiven } from "./model/given.ts";
import { belongsTo } from "./model/links.ts";
import { render, vercel } from "./model/tokens.ts";
import { applicationHosts, type Host } from "./model/variables.ts";

// Items 5.8 and 5.9. What the logs must not contain is in security-logs.ts.

export const logFormat = policy({
  name: "log-format-json",
  items: ["5.8"],
  title: "Every host must log in JSON.",
  severity: "medium",
  fix: "Set the variable LOG_FORMAT on the host to json.",
  check: (stack) => {
    const hosts = applicationHosts(stack);
    return hosts.length === 0
      ? [violation("No host is declared, so none logs in JSON.")]
      : hosts.map((host) => judge(host.resource, () => judgeFormat(host)));
  },
});

export const logAggregation = policy({
  name: "log-aggregation",
  items: ["5.9"],
  title: "Logs must be sent to an aggregator.",
  severity: "low",
  level: "advisory",
  fix: "Declare a vercel.LogDrain for the project and a render.LogStream for the workspace.",
  check: (stack) => [
    judgeStack(
      () =>
        stack.ofType(vercel.logDrain, render.logStream).length > 0 || "Logs are not sent to an aggregator.",
    ),
  ],
});

export const logDrains = policy({
  name: "log-drain-every-host",
  items: ["5.9"],
  title: "If one host sends its logs to an aggregator, every host must send all of its logs there.",
  severity: "medium",
  fix: "Declare a vercel.LogDrain for each project, with environments production and no sampling, and a render.LogStream with an endpoint.",
  check: (stack) =>
    stack.ofType(vercel.logDrain, render.logStream).length === 0
      ? []
      : applicationHosts(stack).map(({ resource }) => judge(resource, () => judgeDrain(stack, resource))),
});

function judgeFormat({ variables }: Host): Verdict {
  const formats = select(variables, (variable) => variable.name() === "LOG_FORMAT");
  if (formats.length === 0) {
    return "LOG_FORMAT is missing, so the logger's default decides the format.";
  }
  const other = formats.find((variable) => variable.value.string()?.toLowerCase() !== "json");
  return other === undefined || fault(other.value, "LOG_FORMAT is not json.");
}

function judgeDrain(stack: Stack, host: Host["resource"]): Verdict {
  if (!host.is(vercel.project)) {
    return (
      some(stack.ofType(render.logStream), (stream) => isGiven(stream.at("endpoint"))) ||
      `${host.name} does not send its logs to an aggregator.`
    );
  }
  const own = select(stack.ofType(vercel.logDrain), (drain) => isFor(drain, host));
  if (own.length === 0) {
    return `${host.name} does not send its logs to an aggregator.`;
  }
  return some(own, takesAll) || `${host.name} sends only some of its logs.`;
}

/** A drain that names no project is for all projects of the team. */
function isFor(drain: ResourceOf<LogDrainArgs>, project: ResourceOf<ProjectArgs>): boolean {
  const projects = drain.at("projectIds");
  const isOfTeam = !projects.isUnknown && projects.items().length === 0;
  return (
    drain.at("environments").strings().includes("production") &&
    (isOfTeam || belongsTo(drain, "projectIds", project))
  );
}

/** The application's code logs to `lambda` or, at the edge, to `edge`. */
function takesAll(drain: ResourceOf<LogDrainArgs>): boolean {
  const sources = drain.at("sources").strings();
  return (
    (drain.at("samplingRate").number() ?? 1) === 1 &&
    ["lambda", "edge"].every((source) => sources.includes(source)) &&
    isSecure(drain.at("endpoint").isUnknown ? "https:" : drain.at("endpoint").string())
  );
}

const isSecure = (endpoint = ""): boolean => endpoint.startsWith("https:");
