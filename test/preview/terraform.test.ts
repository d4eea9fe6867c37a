import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { secret } from "../../preview/engine/values.ts";
import { type ExportedState, readState } from "../../preview/index.ts";

const folder = mkdtempSync(join(tmpdir(), "terraform-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Given {
  type: string;
  name?: string;
  mode?: string;
  module?: string;
  instances: Record<string, unknown>[];
}

function read(resources: readonly Given[], more: object = {}, file = "shop.tfstate"): ExportedState {
  const path = join(folder, file);
  const state = {
    version: 4,
    terraform_version: "1.9.0",
    serial: 3,
    lineage: "0c4d",
    outputs: {},
    resources: resources.map((resource) => ({ mode: "managed", name: "main", provider: "", ...resource })),
    ...more,
  };
  writeFileSync(path, JSON.stringify(state));
  return readState(path);
}

/** The properties of a state's only resource. */
function propertiesOf(type: string, attributes: Record<string, unknown>, more: object = {}) {
  const [, resource] = read([{ type, instances: [{ attributes, ...more }] }]).resources;
  return resource;
}

describe("a Terraform state", () => {
  it("names its resources as Pulumi's providers do, and its project after the file", () => {
    const { project, stack, resources } = read([
      { type: "cloudflare_zone_setting", name: "tls", instances: [{ attributes: { setting_id: "ssl" } }] },
      { type: "grafana_contact_point", module: "module.alerts", instances: [{ attributes: {} }] },
      { type: "random_password", instances: [{ index_key: "jwt", attributes: {} }] },
      { type: "github_branch_protection", instances: [{ index_key: 0, attributes: {} }] },
      { type: "sentry_key", instances: [{ attributes: {} }] },
      { type: "render_web_service", instances: [{ attributes: {} }] },
      { type: "supabase_settings", instances: [{ attributes: {} }] },
      { type: "postgresql_role", instances: [{ attributes: {} }] },
    ]);
    expect({ project, stack }).toEqual({ project: "shop", stack: "default" });
    expect(resources.map(({ urn }) => urn.replace("urn:pulumi:default::shop::", ""))).toEqual([
      "pulumi:pulumi:Stack::shop-default",
      "cloudflare:index/zoneSetting:ZoneSetting::tls",
      "grafana:alerting/contactPoint:ContactPoint::module.alerts.main",
      "random:index/randomPassword:RandomPassword::main[jwt]",
      "github:index/branchProtection:BranchProtection::main[0]",
      "sentry:index/key:Key::main",
      "render:index/webService:WebService::main",
      "supabase:index/settings:Settings::main",
      "postgresql:index/role:Role::main",
    ]);
  });

  it("is named after its folder where the file has Terraform's own name", () => {
    expect(read([], {}, "terraform.tfstate").project).toMatch(/^terraform-/);
  });

  it("has properties as the bridge makes them: camel case, plurals, blocks that occur once, no nulls", () => {
    expect(
      propertiesOf("cloudflare_ruleset", {
        id: "r1",
        zone_id: "z1",
        name: "default",
        phase: "http_request_firewall_custom",
        description: null,
        rules: [
          { action: "block", expression: "true", action_parameters: { from_list: { key: "k" } }, ref: null },
        ],
      }),
    ).toMatchObject({
      id: "r1",
      inputs: {
        zoneId: "z1",
        name: "default",
        phase: "http_request_firewall_custom",
        rules: [{ action: "block", expression: "true", actionParameters: { fromList: { key: "k" } } }],
      },
    });
    expect(
      propertiesOf("pagerduty_service", {
        name: "api",
        auto_resolve_timeout: "null",
        incident_urgency_rule: [{ type: "constant", urgency: "low", during_support_hours: [] }],
        support_hours: [],
        scheduled_actions: [],
      })?.inputs,
    ).toEqual({
      name: "api",
      autoResolveTimeout: "null",
      incidentUrgencyRule: { type: "constant", urgency: "low" },
      scheduledActions: [],
    });
    expect(
      propertiesOf("grafana_rule_group", {
        name: "api",
        interval_seconds: 60,
        rule: [{ name: "down", for: "5m", data: [{ ref_id: "A", model: "{}" }], labels: { not_camel: "x" } }],
      })?.inputs,
    ).toMatchObject({
      intervalSeconds: 60,
      rules: [{ name: "down", for: "5m", datas: [{ refId: "A", model: "{}" }], labels: { not_camel: "x" } }],
    });
  });

  it("keeps what the provider adds out of what the program states", () => {
    const zone = propertiesOf("cloudflare_zone", {
      id: "z",
      name: "a.test",
      name_servers: ["ns1"],
      status: "active",
    });
    expect(zone?.inputs).toEqual({ name: "a.test" });
    expect(zone?.outputs).toMatchObject({ nameServers: ["ns1"], status: "active" });
  });

  it("takes for a secret what Terraform marks, at any depth, and what the provider's package says is one", () => {
    const marked = propertiesOf(
      "vercel_project_environment_variable",
      { key: "JWT_SECRET", value: "canary-tf-1", target: ["production"] },
      { sensitive_attributes: [[{ type: "get_attr", value: "value" }]] },
    );
    expect(marked?.inputs).toEqual({
      key: "JWT_SECRET",
      value: secret("canary-tf-1"),
      targets: ["production"],
    });
    const nested = propertiesOf(
      "cloudflare_ruleset",
      { rules: [{ action: "block", expression: "canary" }] },
      {
        sensitive_attributes: [
          [
            { type: "get_attr", value: "rules" },
            { type: "index", value: { value: 0, type: "number" } },
            { type: "get_attr", value: "expression" },
          ],
        ],
      },
    );
    expect(nested?.inputs).toEqual({ rules: [{ action: "block", expression: secret("canary") }] });
    expect(propertiesOf("random_password", { length: 64, result: "canary" })?.outputs).toMatchObject({
      result: secret("canary"),
    });
  });

  it("leaves out data sources and what waits for its deletion, and says what it cannot read", () => {
    const { resources, warnings } = read([
      { type: "cloudflare_zone", mode: "data", instances: [{ attributes: {} }] },
      { type: "cloudflare_zone", instances: [{ attributes: {}, deposed: "1a2b" }] },
      { type: "aws_iam_role", instances: [{ attributes: {} }, { index_key: 1, attributes: {} }] },
      { type: "cloudflare_no_such_thing", instances: [{ attributes: {} }] },
      { type: "../../etc/passwd", instances: [{ attributes: {} }] },
    ]);
    expect(resources).toHaveLength(1);
    expect(warnings).toEqual([
      "the state has resources that no provider of this project has, so no policy sees them: aws_iam_role × 2, cloudflare_no_such_thing, ../../etc/passwd",
    ]);
  });

  it("has the outputs of the root module and the dependencies of each resource", () => {
    const { resources } = read(
      [
        { type: "cloudflare_zone", instances: [{ attributes: {} }] },
        {
          type: "cloudflare_dns_record",
          instances: [{ attributes: {}, dependencies: ["cloudflare_zone.main"] }],
        },
      ],
      {
        outputs: {
          url: { value: "https://a.test", type: "string" },
          key: { value: "canary", sensitive: true },
        },
      },
    );
    expect(resources[0]?.outputs).toEqual({ url: "https://a.test", key: secret("canary") });
    expect(resources[2]?.dependencies).toEqual([resources[1]?.urn]);
  });

  it("is refused where it is of another version, or has a resource twice", () => {
    const one = { type: "cloudflare_zone", instances: [{ attributes: {} }] };
    expect(() => read([], { version: 3 })).toThrow(/not a Terraform state of version 4/);
    expect(() => read([one, one])).toThrow(/twice/);
  });

  it("is read or refused, whatever its attributes are", () => {
    const types = fc.constantFrom(
      "cloudflare_ruleset",
      "grafana_rule_group",
      "vercel_project",
      "render_web_service",
    );
    const keys = fc.constantFrom(
      "rules",
      "rule",
      "name",
      "env_vars",
      "__proto__",
      "constructor",
      "git_repository",
    );
    const attributes = fc.dictionary(keys, fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(types, attributes, fc.array(fc.array(keys, { maxLength: 3 })), (type, given, paths) => {
        const marks = paths.map((path) => path.map((value) => ({ type: "get_attr", value })));
        try {
          expect(propertiesOf(type, given, { sensitive_attributes: marks })?.type).toBeDefined();
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
        }
        expect(Object.hasOwn(Object.prototype, "name")).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe("what Terraform and OpenTofu write beside a state of version 4", () => {
  const write = (content: object, file = "shown.json"): string => {
    const path = join(folder, file);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it("is read from terraform show -json, with modules, indexes and what is sensitive", () => {
    const value = (type: string, values: object, more: object = {}) => ({
      ...{ address: type, mode: "managed", type, name: "main", provider_name: "", values },
      ...more,
    });
    const path = write({
      ...{ format_version: "1.0", terraform_version: "1.9.0" },
      values: {
        outputs: { token: { sensitive: true, value: "canary" } },
        root_module: {
          resources: [
            value("cloudflare_zone_setting", { setting_id: "ssl", value: "full" }, { index: "a" }),
            value("cloudflare_zone", { name: "shop.test" }, { mode: "data" }),
            value("cloudflare_zone", { name: "old.test" }, { deposed_key: "d" }),
          ],
          child_modules: [
            {
              address: "module.web[0]",
              resources: [
                value(
                  "vercel_project_environment_variable",
                  { key: "K", value: "canary", target: ["production"] },
                  { sensitive_values: { value: true, target: [false] } },
                ),
              ],
            },
          ],
        },
      },
    });
    const [root, ...resources] = readState(path).resources;
    expect(root?.outputs).toEqual({ token: secret("canary") });
    expect(resources.map(({ name }) => name)).toEqual(["main[a]", "module.web[0].main"]);
    expect(resources[1]?.inputs).toMatchObject({ value: secret("canary"), targets: ["production"] });
  });

  it("may be empty, and have modes and blocks that are newer", () => {
    expect(read([], { resources: null, outputs: null, check_results: null }).resources).toHaveLength(1);
    const ephemeral = { type: "random_password", mode: "ephemeral", instances: [{ attributes: {} }] };
    expect(read([ephemeral]).resources).toHaveLength(1);
    const path = write({ format_version: "1.0", terraform_version: "1.9.0" });
    expect(readState(path).resources).toHaveLength(1);
  });

  it("is refused with what to do where OpenTofu has encrypted it", () => {
    const path = write({
      ...{ serial: 1, lineage: "0c4d", meta: { "key_provider.pbkdf2.p": "e30=" } },
      ...{ encrypted_data: "AAAA", encryption_version: "v0" },
    });
    expect(() => readState(path)).toThrow(/encrypted by OpenTofu: write the plain one with tofu state pull/);
  });
});
