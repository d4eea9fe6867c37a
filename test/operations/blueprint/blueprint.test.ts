import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { blueprintOf, type Declared, servicesOf } from "../../../operations/blueprint/blueprint.ts";
import { blueprintText, differencesOf } from "../../../operations/blueprint/file.ts";
import { blueprintSchema } from "../../../operations/blueprint/schema.ts";
import { previewedProduction } from "../../recording/recorded.ts";

const service: Declared = {
  type: "render:index/webService:WebService",
  name: "api",
  inputs: {
    name: "api",
    plan: "pro_plus",
    region: "frankfurt",
    startCommand: "npm start",
    numInstances: 2,
    runtimeSource: {
      nativeRuntime: {
        runtime: "node",
        repoUrl: "https://github.com/optropic/platform",
        branch: "main",
        buildCommand: "npm ci",
        autoDeploy: false,
      },
    },
  },
};

const withInputs = (inputs: Record<string, unknown>): Declared => ({
  ...service,
  inputs: { ...service.inputs, ...inputs },
});

describe("the Blueprint of production", () => {
  it("has what is declared at Render, with no secret, and names what a Blueprint cannot say", async () => {
    const { resources } = await previewedProduction();
    const exported = blueprintOf(resources);
    const [api, job] = servicesOf(exported.blueprint);
    expect(api).toMatchObject({
      ...{ type: "web", name: "optropic-api", runtime: "node", plan: "standard", region: "frankfurt" },
      ...{ autoDeployTrigger: "checksPass", healthCheckPath: "/api/health" },
      domains: ["api.optropic.example"],
      scaling: { minInstances: 2, maxInstances: 6, targetCPUPercent: 70, targetMemoryPercent: 75 },
    });
    expect(api?.envVars).toEqual(
      expect.arrayContaining([{ fromGroup: "optropic-api" }, { key: "JWT_SECRET", sync: false }]),
    );
    expect(job).toMatchObject({
      type: "cron",
      schedule: "15 2 * * *",
      runtime: "docker",
      dockerContext: ".",
    });
    expect(exported.left).toContain("LogStream logs-api");
    const text = blueprintText(exported, "production");
    expect(text).not.toContain("[secret]");
    expect(parse(text)).toEqual(exported.blueprint);
    // Render reads YAML 1.1, in which off is no text.
    expect(text).toContain('generation: "off"');
    expect(differencesOf(text, exported)).toEqual([]);
  });

  it("is not what a file with one change says", async () => {
    const exported = blueprintOf((await previewedProduction()).resources);
    const text = blueprintText(exported, "production");
    const changed = text
      .replace("maxInstances: 6", "maxInstances: 60")
      .replace("      - key: DIRECT_URL\n", "      - key: DIRECT_URLS\n");
    expect(differencesOf(changed, exported)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("scaling.maxInstances is 60, and 6 is declared"),
        expect.stringContaining("envVars[DIRECT_URL] is absent"),
      ]),
    );
    expect(differencesOf("services: []\n", exported).join()).toContain("projects is absent");
  });
});

describe("a Blueprint", () => {
  it("has plans and deployments in Render's words", () => {
    expect(blueprintOf([service]).blueprint).toEqual({
      services: [
        {
          ...{ type: "web", name: "api", region: "frankfurt", plan: "pro plus", runtime: "node" },
          ...{ repo: "https://github.com/optropic/platform", branch: "main", autoDeployTrigger: "off" },
          ...{ buildCommand: "npm ci", startCommand: "npm start", numInstances: 2 },
        },
      ],
      envVarGroups: [],
    });
  });

  it.each([
    ["a secret map of variables", { envVars: "[secret]" }, "envVars of api"],
    ["a command that is not known yet", { preDeployCommand: { unknown: true } }, "preDeployCommand of api"],
    ["what it has no field for", { ipAllowList: [] }, "ipAllowList of api"],
  ])("names %s", (_, inputs, left) => {
    expect(blueprintOf([withInputs(inputs)]).left).toEqual([left]);
  });

  it("names a group that nothing links, and resources of other kinds", () => {
    const group: Declared = {
      type: "render:index/envGroup:EnvGroup",
      name: "shared",
      inputs: { name: "shared", envVars: { LEVEL: { value: "info" }, TOKEN: { value: "[secret]" } } },
    };
    const database: Declared = { type: "render:index/postgres:Postgres", name: "db", inputs: {} };
    const { blueprint, left } = blueprintOf([service, group, database]);
    expect(blueprint.envVarGroups).toEqual([{ name: "shared", envVars: [{ key: "LEVEL", value: "info" }] }]);
    expect(left).toEqual(["the link of the group shared, which no component makes", "Postgres db"]);
  });

  it.each([
    ["no service", [], "declares no service at Render"],
    ["a service without a command", [withInputs({ startCommand: { unknown: true } })], "startCommand"],
    ["a region that Render does not have", [withInputs({ region: "paris" })], "region"],
  ])("is refused with %s", (_, resources, reason) => {
    expect(() => blueprintOf(resources)).toThrow(reason);
  });

  it("comes out of its text again, whatever the values are", () => {
    const values = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,12}$/), fc.record({ value: fc.string() }));
    fc.assert(
      fc.property(values, fc.constantFrom("off", "yes", "1_000", "0o7", "~", "main"), (envVars, branch) => {
        const source = { nativeRuntime: { runtime: "node", branch, buildCommand: "no" } };
        const exported = blueprintOf([withInputs({ envVars, runtimeSource: source })]);
        const text = blueprintText(exported, "production");
        expect(parse(text)).toEqual(exported.blueprint);
        expect(parse(text, { version: "1.1" })).toEqual(exported.blueprint);
        expect(blueprintSchema.parse(exported.blueprint)).toEqual(exported.blueprint);
        expect(differencesOf(text, exported)).toEqual([]);
      }),
    );
  });
});

describe("a file that is compared", () => {
  const exported = blueprintOf([service]);

  it.each([
    ["no YAML", "services: [", "not YAML"],
    ["an alias bomb", bomb(), "aliases"],
    ["too much", " ".repeat(1_000_001), "more than 1000000"],
  ])("is refused with %s", (_, text, reason) => {
    expect(() => differencesOf(text, exported)).toThrow(reason);
  });

  it("may have comments and another order of keys", () => {
    const text = blueprintText(exported, "production");
    const [list, ...rest] = parse(text).services;
    const turned = Object.fromEntries(Object.entries({ ...list }).reverse());
    expect(rest).toEqual([]);
    expect(
      differencesOf(`# mine\n${JSON.stringify({ envVarGroups: [], services: [turned] })}`, exported),
    ).toEqual([]);
  });
});

function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level += 1) {
    const before = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array(9).fill(before).join(", ")}]`);
  }
  return lines.join("\n");
}
