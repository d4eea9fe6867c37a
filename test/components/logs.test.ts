import { describe, expect, it, test } from "vitest";
import { Logs, type LogsArgs } from "../../components/logs.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { record, settled } from "./recorder.ts";

const { logs, project } = accept(writtenSettings("production"));
const args: LogsArgs = {
  stage: "production",
  project,
  team: "team_example",
  logs,
  webProjectId: "prj_web",
  token: "t0ken",
};
const declared = await record((opts) => new Logs("logs", args, opts));

test("drains what runs of the web application's project, all of it", async () => {
  const drain = declared.named("logs-web");
  expect(drain.type).toBe("vercel:index/logDrain:LogDrain");
  expect(drain.inputs).toMatchObject({
    teamId: "team_example",
    name: "optropic-web",
    projectIds: ["prj_web"],
    environments: ["production"],
    samplingRate: 1,
    endpoint: "https://logs.optropic.example/loki/api/v1/raw",
    deliveryFormat: "ndjson",
  });
  expect(drain.inputs.sources).toEqual(expect.arrayContaining(["lambda", "edge", "firewall", "build"]));
  expect(await settled(declared.component.drainId)).toBe("logs-web-id");
});

test("streams every service of the Render workspace, and no preview", () => {
  expect(declared.named("logs-api")).toMatchObject({
    type: "render:index/logStream:LogStream",
    inputs: { endpoint: "logs.optropic.example:6514", preview: "drop", token: { secret: "t0ken" } },
  });
});

test("leaves the workspace's stream to another stack where it is told to", async () => {
  const { resources } = await record((opts) => new Logs("logs", { ...args, workspaceStream: false }, opts));
  expect(resources.map(({ name }) => name)).toEqual(["logs-web"]);
});

describe("the drain's headers", () => {
  it.each([
    ["loki", "ndjson", { Authorization: "Bearer t0ken" }],
    ["datadog", "json", { "DD-API-KEY": "t0ken" }],
    [
      "cloudwatch",
      "ndjson",
      {
        Authorization: "Bearer t0ken",
        "x-aws-log-group": "/optropic-logs",
        "x-aws-log-stream": "vercel",
      },
    ],
  ] as const)("for %s are its own, %s, and secret", async (aggregator, deliveryFormat, headers) => {
    const { named } = await record(
      (opts) => new Logs("logs", { ...args, logs: { ...logs, aggregator } }, opts),
    );
    const { inputs } = named("logs-web");
    expect(inputs.deliveryFormat).toBe(deliveryFormat);
    expect(inputs.headers).toEqual({ secret: headers });
  });
});

test("stages have names of their own", async () => {
  const { named } = await record((opts) => new Logs("logs", { ...args, stage: "staging" }, opts));
  expect(named("logs-web").inputs.name).toBe("optropic-web-staging");
});
