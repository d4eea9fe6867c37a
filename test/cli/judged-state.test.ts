import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runHere as run } from "./here.ts";

const folder = mkdtempSync(join(tmpdir(), "judged-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const setting = { zone_id: "z1", setting_id: "min_tls_version", value: "1.0" };

describe("a state that another program or tool wrote", () => {
  it("is judged under its own name and without the settings of this project", async () => {
    const urn = (rest: string): string => `urn:pulumi:live::shop::${rest}`;
    const root = urn("pulumi:pulumi:Stack::shop-live");
    const exported = file("shop.json", {
      version: 3,
      deployment: {
        resources: [
          { urn: root, type: "pulumi:pulumi:Stack" },
          {
            ...{ urn: urn("cloudflare:index/zoneSetting:ZoneSetting::tls"), custom: true, parent: root },
            ...{ type: "cloudflare:index/zoneSetting:ZoneSetting", id: "1" },
            inputs: { zoneId: "z1", settingId: "min_tls_version", value: "1.0" },
          },
        ],
      },
    });
    const { status, stdout } = await run(["preview", "--state", exported, "--json"]);
    expect(status).toBe(1);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ project: "shop", stack: "live" });
    const violations = document.policies.flatMap((policy: { violations: unknown }) => policy.violations);
    expect(violations).toContainEqual(
      expect.objectContaining({
        urn: expect.stringContaining("::tls"),
        message: expect.stringContaining("1.0"),
      }),
    );
    expect(stdout).not.toMatch(/optropic\.example|Pulumi\.production\.yaml/);
  });

  it("is refused for a secret that its program gave in plain, which is not shown", async () => {
    const urn = (rest: string): string => `urn:pulumi:live::shop::${rest}`;
    const canary = "canary0123456789canary0123456789canary4711";
    const exported = file("plain.json", {
      version: 3,
      deployment: {
        resources: [
          { urn: urn("pulumi:pulumi:Stack::shop-live"), type: "pulumi:pulumi:Stack" },
          {
            ...{ urn: urn("render:index/webService:WebService::api"), custom: true, id: "srv-1" },
            type: "render:index/webService:WebService",
            inputs: { name: "api", envVars: { JWT_SECRET: { value: canary } } },
          },
        ],
      },
    });
    const { status, stdout } = await run(["preview", "--state", exported, "--json"]);
    expect(status).toBe(1);
    const refusing = JSON.parse(stdout).policies.filter(
      (policy: { status: string }) => policy.status === "violated",
    );
    expect(refusing.map((policy: { name: string }) => policy.name)).toEqual(
      expect.arrayContaining(["no-literal-secrets", "secrets-encrypted"]),
    );
    expect(stdout).not.toContain("canary");
  });

  it("may be Terraform's, of which what cannot be read is said and no secret is shown", async () => {
    const resource = (type: string, attributes: object, more: object = {}) => ({
      ...{ mode: "managed", type, name: "main", provider: "" },
      instances: [{ attributes, ...more }],
    });
    const state = file("estate.tfstate", {
      ...{ version: 4, terraform_version: "1.9.0", serial: 1, lineage: "l", outputs: {} },
      resources: [
        resource("cloudflare_zone_setting", setting),
        resource("aws_instance", {}),
        resource(
          "vercel_project_environment_variable",
          { key: "JWT_SECRET", value: "canary-short", target: ["production"] },
          { sensitive_attributes: [[{ type: "get_attr", value: "value" }]] },
        ),
      ],
    });
    const { status, stdout, stderr } = await run(["preview", "--state", state, "--resources"]);
    expect(status).toBe(1);
    expect(stdout).toContain("Previewing estate (default)");
    expect(stdout).toContain("aws_instance");
    // What is not mapped may be what a policy looks for.
    expect(stdout).not.toMatch(/[1-9]\d* passed/);
    expect(stdout + stderr).not.toContain("canary-short");
    // Nothing is refused, and it is not known whether what may refuse holds.
    const unknown = JSON.parse((await run(["preview", "--state", state, "--json"])).stdout).policies.find(
      (policy: { status: string; enforcement: string }) =>
        policy.status === "unknown" && policy.enforcement === "mandatory",
    );
    const advisory = file("advisory.json", { all: "advisory", [unknown?.name]: "mandatory" });
    const told = await run(["preview", "--state", state, "--policy-pack-config", advisory, "--json"]);
    expect(JSON.parse(told.stdout).summary).toMatchObject({ mandatory: 0, passed: 0 });
    expect(told.status).toBe(2);
  });

  it("is judged with the settings of a project that is named, as that project", async () => {
    const cwd = join(import.meta.dirname, "..", "..");
    const state = file("other.json", { version: 3, deployment: { resources: [] } });
    const { stdout } = await run(["preview", "--cwd", cwd, "--stack", "staging", "--state", state, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ project: "optropic", stack: "staging" });
  });
});
