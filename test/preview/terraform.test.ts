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
    const { resources, warnings, unread } = read([
      { type: "cloudflare_zone", mode: "data", instances: [{ attributes: {} }] },
      { type: "cloudflare_zone", instances: [{ attributes: {}, deposed: "1a2b" }] },
      { type: "aws_iam_role", instances: [{ attributes: {} }, { index_key: 1, attributes: {} }] },
      { type: "cloudflare_no_such_thing", instances: [{ attributes: {} }] },
      { type: "../../etc/passwd", instances: [{ attributes: {} }] },
      { type: "vercel_project", instances: [{ attributes_flat: { id: "p" } }] },
      { type: "null_resource", instances: [{ attributes: { id: "1" } }] },
    ]);
    expect(resources).toHaveLength(1);
    expect(warnings).toEqual([
      "the state has data sources, which it does not manage, so they are left out: cloudflare_zone",
      "the state has resources that wait to be deleted, so they are left out: cloudflare_zone",
      "the state has resources in the form of Terraform before 0.12, so they are left out; terraform apply -refresh-only writes them anew: vercel_project",
      "the state has resources that no provider of this project has, so they are left out: aws_iam_role × 2, cloudflare_no_such_thing, ../../etc/passwd, null_resource",
    ]);
    // Policies judge these vendors, so that nothing passes for what is left out; null_resource is nobody's.
    expect(unread?.map(({ vendor, what }) => [vendor, what])).toEqual([
      ["aws", "aws_iam_role"],
      ["cloudflare", "cloudflare_no_such_thing"],
      ["vercel", "vercel_project"],
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
    for (const version of [1, 2, 3]) {
      expect(() => read([], { version })).toThrow(/not a Terraform state of version 4 but an older one/);
    }
    expect(() => read([], { version: 5 })).toThrow(/not a Terraform state of version 4, which/);
    expect(() => read([one, one])).toThrow(/twice/);
  });

  it("has values of any type as what they are, where it tells their types beside them", () => {
    const settingValue = (value: unknown) => propertiesOf("cloudflare_zone_setting", { value })?.inputs.value;
    const hsts = { strict_transport_security: { enabled: false, max_age: 0 } };
    expect(settingValue({ value: "1.0", type: "string" })).toBe("1.0");
    expect(settingValue({ value: hsts, type: ["object", { strict_transport_security: "dynamic" }] })).toEqual(
      hsts,
    );
    expect(settingValue({ value: ["a"], type: ["tuple", ["string"]] })).toEqual(["a"]);
    for (const plain of ["1.2", 14400, hsts, { value: "a" }, { value: "a", type: "text" }]) {
      expect(settingValue(plain)).toEqual(plain);
    }
  });

  it("joins a firewall rule of Cloudflare's with its filter, and takes the older names of workers", () => {
    const { resources } = read([
      {
        type: "cloudflare_firewall_rule",
        instances: [{ attributes: { zone_id: "z", filter_id: "f1", action: "bypass" } }],
      },
      { type: "cloudflare_filter", instances: [{ attributes: { id: "f1", expression: "true" } }] },
      {
        type: "cloudflare_worker_route",
        instances: [{ attributes: { pattern: "a/*", script_name: "front" } }],
      },
      { type: "cloudflare_worker_script", instances: [{ attributes: { name: "front" } }] },
    ]);
    expect(resources.slice(1).map(({ inputs }) => inputs)).toEqual([
      { zoneId: "z", action: { mode: "bypass" }, filter: { id: "f1", expression: "true" } },
      { expression: "true" },
      { pattern: "a/*", script: "front" },
      { scriptName: "front" },
    ]);
  });

  it("has workers, private services and databases at Render, which no package here declares", () => {
    const { resources, warnings } = read([
      {
        type: "render_background_worker",
        instances: [{ attributes: { plan: "free", env_vars: { JWT_SECRET: { value: "x" } } } }],
      },
      {
        type: "render_postgres",
        instances: [
          {
            attributes: {
              ip_allow_list: [{ cidr_block: "0.0.0.0/0", description: "all" }],
              parameter_overrides: { log_statement: "none" },
              connection_info: { password: "x" },
            },
          },
        ],
      },
    ]);
    expect(warnings).toEqual([]);
    expect(resources.slice(1).map(({ type, inputs }) => [type, inputs])).toEqual([
      [
        "render:index/backgroundWorker:BackgroundWorker",
        { plan: "free", envVars: { JWT_SECRET: { value: secret("x") } } },
      ],
      [
        "render:index/postgres:Postgres",
        {
          ipAllowLists: [{ cidrBlock: "0.0.0.0/0", description: "all" }],
          parameterOverrides: { log_statement: "none" },
        },
      ],
    ]);
  });

  it("takes no type for a property that every object has", () => {
    expect(read([{ type: "constructor", instances: [{ attributes: {} }] }]).resources).toHaveLength(1);
  });

  it("says which resources it has no attributes of, for which nothing passes", () => {
    const { warnings, unread } = read([{ type: "cloudflare_zone", instances: [{ attributes: null }] }]);
    expect(warnings).toEqual([
      "the state has resources without attributes, so they are left out: cloudflare_zone",
    ]);
    expect(unread).toEqual([expect.objectContaining({ vendor: "cloudflare", what: "cloudflare_zone" })]);
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

describe("a state of an older provider", () => {
  it("has the records, the zone and each setting as the newest version has them", () => {
    const { resources, unread } = read([
      {
        type: "cloudflare_zone_settings_override",
        instances: [
          {
            attributes: {
              id: "z1",
              zone_id: "z1",
              settings: [
                {
                  ...{ ssl: "flexible", zero_rtt: "off", brotli: "", minify: [], universal_ssl: "on" },
                  security_header: [{ enabled: true, max_age: 300 }],
                },
              ],
            },
          },
        ],
      },
      {
        type: "cloudflare_record",
        instances: [{ attributes: { id: "r", name: "api", value: "192.0.2.1" } }],
      },
      { type: "cloudflare_dns_record", instances: [{ attributes: { id: "s", name: "web" } }] },
      { type: "cloudflare_zone", instances: [{ attributes: { id: "z1", zone: "a.test", account_id: "a" } }] },
      {
        type: "cloudflare_ruleset",
        instances: [
          {
            attributes: {
              rules: [
                {
                  action: "rewrite",
                  action_parameters: [{ headers: [{ name: "X-Frame-Options", value: "DENY" }] }],
                },
              ],
            },
          },
        ],
      },
    ]);
    expect(unread).toEqual([]);
    const inputs = Object.fromEntries(
      resources.map((one) => [`${one.type.split(":")[2]} ${one.name}`, one.inputs]),
    );
    const header = { strict_transport_security: { enabled: true, max_age: 300 } };
    expect(inputs).toMatchObject({
      "ZoneSetting main.ssl": { zoneId: "z1", settingId: "ssl", value: "flexible" },
      "ZoneSetting main.zero_rtt": { settingId: "0rtt", value: "off" },
      "ZoneSetting main.security_header": { settingId: "security_header", value: header },
      "UniversalSslSetting main.universal_ssl": { zoneId: "z1", enabled: true },
      "DnsRecord main (cloudflare_record)": { name: "api", content: "192.0.2.1" },
      "DnsRecord main": { name: "web" },
      "Zone main": { name: "a.test", account: { id: "a" } },
      "Ruleset main": {
        rules: [{ actionParameters: { headers: { "X-Frame-Options": { value: "DENY" } } } }],
      },
    });
    expect(Object.keys(inputs).filter((name) => name.startsWith("ZoneSetting"))).toHaveLength(3);
  });

  it.each(["web_service", "private_service", "background_worker", "cron_job"])(
    "has what the inputs of a %s extend or stand for, and names of variables as they are",
    (kind) => {
      const service = propertiesOf(`render_${kind}`, {
        ...{ name: "api", plan: "starter", region: "frankfurt", start_command: "node ." },
        env_vars: { NODE_ENV: { value: "production", generate_value: false } },
        runtime_source: { docker: { repo_url: "https://github.com/shop/web" } },
      });
      expect(service?.inputs).toEqual({
        ...{ name: "api", plan: "starter", region: "frankfurt", startCommand: "node ." },
        envVars: { NODE_ENV: { value: "production", generateValue: false } },
        runtimeSource: { docker: { repoUrl: "https://github.com/shop/web" } },
      });
    },
  );
});

describe("a secret that Terraform does not mark", () => {
  const whole = (type: string, attributes: Record<string, unknown>): string =>
    JSON.stringify(propertiesOf(type, attributes)?.outputs).replaceAll(
      /"value":"(?:canary|https:\/\/u:canary)[^"]*"/g,
      "",
    );

  it.each([
    [
      "grafana_contact_point",
      { slack: [{ url: "canary", token: "canary" }], pagerduty: [{ integration_key: "canary" }] },
    ],
    [
      "grafana_contact_point",
      { webhook: [{ url: "https://u:canary@a.test", http_headers: { "X-Api": "canary" } }] },
    ],
    [
      "render_web_service",
      { env_vars: { JWT_SECRET: { value: "canary" } }, secret_files: { ".env": { content: "canary" } } },
    ],
    ["vercel_project", { environment: [{ key: "STRIPE", value: "canary 0123", target: ["production"] }] }],
    ["github_actions_secret", { secret_name: "S", plaintext_value: "canary" }],
    ["supabase_project", { database_password: "canary" }],
    ["cloudflare_workers_script", { bindings: [{ name: "K", type: "secret_text", text: "canary" }] }],
    ["cloudflare_zone", { name: "https://u:canary@a.test" }],
    ["sentry_key", { secret: "canary", dsn_secret: "canary" }],
  ])("is one by its name or form in %s", (type, attributes) => {
    expect(whole(type, attributes)).not.toContain("canary");
  });

  it("is nothing that is only named like a place or a plain value", () => {
    expect(
      propertiesOf("vercel_project", {
        name: "web",
        public_source: false,
        environment: [{ key: "NODE_ENV", value: "production", target: ["production"] }],
      })?.inputs,
    ).toEqual({
      ...{ name: "web", publicSource: false },
      environments: [{ key: "NODE_ENV", value: "production", targets: ["production"] }],
    });
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

  it("is Terraform's without a lineage, with a mark of its encoding, and in UTF-16", () => {
    const content = {
      version: 4,
      resources: [
        {
          mode: "managed",
          type: "cloudflare_zone",
          name: "z",
          instances: [{ attributes: { name: "a.test" } }],
        },
      ],
    };
    for (const bytes of [
      Buffer.from(JSON.stringify(content)),
      Buffer.from(`\uFEFF${JSON.stringify(content)}`),
      Buffer.from(`\uFEFF${JSON.stringify(content)}`, "utf16le"),
    ]) {
      const path = join(folder, "cut.json");
      writeFileSync(path, bytes);
      expect(readState(path).resources).toHaveLength(2);
    }
  });

  it("is refused with what to do where it is a plan, or git-crypt has encrypted it", () => {
    expect(() => readState(write({ format_version: "1.2", planned_values: {} }))).toThrow(/is a plan/);
    // The schemas of the providers and a validation have a version, too, and would be an empty state.
    for (const other of [{ provider_schemas: {} }, { valid: true, diagnostics: [] }])
      expect(() => readState(write({ format_version: "1.0", ...other }))).toThrow(/is not a state/);
    const path = join(folder, "locked.tfstate");
    writeFileSync(path, "\0GITCRYPT\0abc");
    expect(() => readState(path)).toThrow(/run git-crypt unlock/);
  });

  it("is refused with what to do where OpenTofu has encrypted it", () => {
    const path = write({
      ...{ serial: 1, lineage: "0c4d", meta: { "key_provider.pbkdf2.p": "e30=" } },
      ...{ encrypted_data: "AAAA", encryption_version: "v0" },
    });
    expect(() => readState(path)).toThrow(/encrypted by OpenTofu: write the plain one with tofu state pull/);
  });
});
