import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runHere as run } from "./here.ts";

const folder = mkdtempSync(join(tmpdir(), "adopt-"));
const output = join(folder, "import.json");

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A Terraform state with the zone of the example, one of its rulesets, and what no command may show. */
function stateWith(rules: object[]): string {
  const path = join(folder, "estate.tfstate");
  const resource = (type: string, name: string, attributes: object) => ({
    ...{ mode: "managed", type, name, provider: "" },
    instances: [{ attributes }],
  });
  const state = {
    ...{ version: 4, terraform_version: "1.9.0", serial: 1, lineage: "l", outputs: {} },
    resources: [
      resource("cloudflare_zone", "main", { id: "z1", name: "optropic.example" }),
      resource("cloudflare_ruleset", "waf", {
        ...{ id: "rs1", zone_id: "z1", phase: "http_request_firewall_custom", name: "default", rules },
      }),
      resource("random_password", "old", { id: "none", length: 64, result: "canary-password" }),
    ],
  };
  writeFileSync(path, JSON.stringify(state));
  return path;
}

describe("optropic import", () => {
  it("writes the file for Pulumi, and says that it cannot tell of vendors that it knows nothing of", async () => {
    const { status, stdout, stderr } = await run([
      ...["import", "--plan", "--from", stateWith([]), "--output", output, "--json"],
    ]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
    const document = JSON.parse(stdout);
    expect(document.steps).toContainEqual(expect.objectContaining({ action: "import", id: "zones/z1/rs1" }));
    expect(document.steps).toContainEqual(
      expect.objectContaining({ action: "unknown", type: "sentry:index/team:Team" }),
    );
    const written = readFileSync(output, "utf8");
    expect(JSON.parse(written).resources).toContainEqual(
      expect.objectContaining({ type: "cloudflare:index/zone:Zone", id: "z1", parent: "edge" }),
    );
    expect(stdout + written).not.toContain("canary-password");
  });

  it("asks for --plan, and refuses answers for what is not declared", async () => {
    expect((await run(["import", "--from", stateWith([])])).status).toBe(2);
    const answers = join(folder, "answers.json");
    writeFileSync(answers, JSON.stringify({ answers: { "urn:pulumi:x::y::z::w": "1" } }));
    const { status, stderr } = await run(["import", "--plan", "--answers", answers, "--output", output]);
    expect(status).toBe(2);
    expect(stderr).toContain("answers for what the program does not declare");
  });
});

describe("optropic doctor", () => {
  it("refuses while an update would remove rules that the program does not declare, and writes nothing", async () => {
    rmSync(output, { force: true });
    const state = stateWith([{ action: "block", expression: "theirs", description: "ours since 2019" }]);
    const { status, stdout } = await run(["doctor", "--from", state]);
    expect(status).toBe(1);
    expect(stdout).toContain("1 rule that the program does not declare");
    expect(stdout).toMatch(/✗ Refused: .*\n$/);
    expect(existsSync(output)).toBe(false);
  });

  it("holds once something is known of each vendor", async () => {
    const state = stateWith([]);
    const vendors = [
      "cloudflare",
      "sentry",
      "pagerduty",
      "render",
      "supabase",
      "postgresql",
      "vercel",
      "grafana",
    ];
    const told = vendors.flatMap((vendor) => ["--vendor", vendor]);
    const { status, stdout } = await run(["doctor", "--from", state, ...told]);
    expect(stdout).toContain("✓ The first update removes nothing.");
    expect(status).toBe(0);
  });
});
