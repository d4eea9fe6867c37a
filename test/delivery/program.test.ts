import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { runHere } from "../cli/here.ts";
import { type Judged, judged } from "../cli/judged.ts";
import { writtenDelivery } from "../config/delivery.ts";

// The program of delivery/ with the pack, by the command that a person and CI run. That a process of its own says the
// same is tested with the formats of a preview.

const delivery = join(import.meta.dirname, "..", "..", "delivery");

const canary = "c4nary-d3l1very";

beforeAll(() => {
  vi.stubEnv("GITHUB_TOKEN", canary);
  vi.stubEnv("PULUMI_ACCESS_TOKEN", canary);
});

afterAll(() => {
  vi.unstubAllEnvs();
});

describe("the shipped delivery", () => {
  it("holds: section 1 is declared, and nothing of the platform is asked", async () => {
    const { status, document } = await optropic();
    expect(status).toBe(0);
    expect(document.summary).toMatchObject({ violated: 0, unknown: 0, waived: 0 });
    const passed = document.policies.filter((policy) => policy.status === "passed");
    expect([...new Set(passed.flatMap(({ items }) => items))]).toEqual([
      "1.1",
      "1.2",
      "1.3",
      "1.4",
      "1.5",
      "1.6",
      "2.1",
      "7.1",
      "2.9",
    ]);
    const others = document.policies.filter((policy) => policy.status !== "passed");
    expect(new Set(others.map((policy) => policy.status))).toEqual(new Set(["not-applicable"]));
  });

  it("protects the repository", async () => {
    const { document } = await optropic();
    const repositories = document.resources.filter(
      ({ type }) => type === "github:index/repository:Repository",
    );
    expect(repositories.map(({ name, protect }) => [name, protect])).toEqual([
      ["repository-repository", true],
    ]);
  });

  it("is judged from its own folder too, by the pack that is named", async () => {
    const pack = join(delivery, "..", "policies");
    const { status, document } = await optropic("--policy-pack", pack);
    expect(status).toBe(0);
    expect(document.summary.passed).toBeGreaterThan(20);
  });
});

describe("a delivery that is broken", () => {
  it("exits 1 and names the item, by whatever link the folder of the project and its pack is named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "linked-"));
    const link = join(folder, "link");
    symlinkSync(join(delivery, ".."), link);
    try {
      const broken = ["--config", "repository.review.approvals=0"];
      const { status, document } = await judged("--cwd", join(link, "delivery"), ...broken);
      const violated = document.policies.filter((policy) => policy.status === "violated");
      expect(violated.flatMap(({ items }) => items)).toContain("1.5");
      for (const { violations } of violated) {
        expect(violations.map(({ message }) => message)).not.toContain("");
      }
      expect(status).toBe(1);
      expect(document.summary.mandatory).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("by settings that are malformed, or by a scope that evades its items, is refused before anything is declared", async () => {
    const malformed = ["--config", "repository.review.approvals=many", "--config", "scope=platform"];
    const { status, stdout, stderr } = await runHere(["preview", "--cwd", delivery, ...malformed]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("optropic-delivery:repository.review.approvals: expected a whole number");
    expect(stderr).toContain("optropic-delivery:scope: expected delivery");
    expect(stderr).toContain("docs/delivery-settings.md");
  });
});

describe("a backend of one's own", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delivery-"));
    const { pulumiCloud: _, ...rest } = writtenDelivery();
    const settings = { ...rest, backend: "self-managed", backendUrl: "s3://state?region=eu-central-1" };
    const config = Object.entries(settings).map(([key, value]) => [`optropic-delivery:${key}`, value]);
    const runtime = { name: "nodejs", options: { typescript: false } };
    const project = { name: "optropic-delivery", runtime, main: delivery };
    writeFileSync(join(folder, "Pulumi.yaml"), stringify(project));
    writeFileSync(join(folder, "Pulumi.production.yaml"), stringify({ config: Object.fromEntries(config) }));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const pack = join(delivery, "..", "policies");
  const preview = (...options: string[]) => judged("--cwd", folder, "--policy-pack", pack, ...options);

  it("has the workflows enforce the pack, and nothing at Pulumi Cloud", async () => {
    const { status, document } = await preview();
    expect(status).toBe(0);
    expect(document.resources.filter(({ type }) => type.includes("pulumiservice"))).toEqual([]);
    const enforced = document.policies.find(({ name }) => name === "pack-enforced");
    expect(enforced?.status).toBe("passed");
  });

  it("needs the check that runs the pack for it", async () => {
    const { status, document } = await preview(
      "--config",
      'repository.checks=["test","typecheck","lint","build"]',
    );
    expect(status).toBe(1);
    const violated = document.policies.filter((policy) => policy.status === "violated");
    expect(violated.map(({ name }) => name)).toEqual([
      "pull-requests-previewed",
      "required-check-preview",
      "pack-enforced",
    ]);
  });
});

/** Previews with credentials in the environment, none of which gets into what is shown. */
async function optropic(...options: string[]): Promise<Judged> {
  const judgment = await judged("--cwd", delivery, ...options);
  expect(JSON.stringify(judgment.document)).not.toContain(canary);
  return judgment;
}
