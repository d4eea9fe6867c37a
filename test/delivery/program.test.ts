import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PreviewDocument } from "../../preview/index.ts";
import { type Ended, run as runCommand } from "../cli/command.ts";

// The program of delivery/ with the pack, by the real command, as a person and CI run it.

const delivery = join(import.meta.dirname, "..", "..", "delivery");

describe.concurrent("the shipped delivery", () => {
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

describe.concurrent("a delivery that is broken", () => {
  it.each([
    ["without the check test", "1.1", 'repository.checks=["typecheck","lint","build","preview"]'],
    ["without the check typecheck", "1.2", 'repository.checks=["test","lint","build","preview"]'],
    ["without the check lint", "1.3", 'repository.checks=["test","typecheck","build","preview"]'],
    ["without the check build", "1.4", 'repository.checks=["test","typecheck","lint","preview"]'],
    ["without the check preview", "1.4", 'repository.checks=["test","typecheck","lint","build"]'],
    ["without any check", "1.1", "repository.checks=[]"],
    ["without an approval", "1.5", "repository.review.approvals=0"],
    [
      "by who may go around it",
      "1.5",
      'repository.review.bypass=[{"type":"OrganizationAdmin","mode":"always"}]',
    ],
    ["on release branches", "1.5", 'repository.protectedBranches=["staging"]'],
    ["by a policy group that is off", "1.5", "pulumiCloud.production.policies=off"],
    ["by a policy group that only advises", "1.5", "pulumiCloud.production.policies=advisory"],
    ["without previews on pull requests", "1.4", "pulumiCloud.production.previewPullRequests=false"],
    ["without reviewers of production", "1.5", "environments.production.reviewers=[]"],
    ["without secret scanning", "1.6", "repository.security.secretScanning=false"],
    ["without alerts", "1.6", "repository.security.dependencyAlerts=false"],
  ])("%s exits 1 and names item %s", async (_, item, setting) => {
    const { status, document } = await optropic("--config", setting);
    const violated = document.policies.filter((policy) => policy.status === "violated");
    expect(violated.flatMap(({ items }) => items)).toContain(item);
    expect(
      new Set(violated.flatMap(({ violations }) => violations.map(({ message }) => message.slice(0, 9)))),
    ).toContain(`Item ${item}:`);
    expect(status).toBe(1);
  });

  it("by a setting that is malformed is refused before anything is declared", async () => {
    const { status, stdout, stderr } = await run("--config", "repository.review.approvals=many");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("optropic-delivery:repository.review.approvals: expected a whole number");
    expect(stderr).toContain("docs/delivery-settings.md");
  });
});

it("a scope that the program does not have is refused, so that no stack evades its items", async () => {
  const { status, stderr } = await run("--config", "scope=platform");
  expect(status).toBe(2);
  expect(stderr).toContain("optropic-delivery:scope: expected delivery");
});

it("no credential of the environment gets into what is shown", async () => {
  const canary = "c4nary-d3l1very";
  const { stdout, stderr } = await runCommand(["preview", "--cwd", delivery, "--json"], {
    GITHUB_TOKEN: canary,
    PULUMI_ACCESS_TOKEN: canary,
  });
  expect(JSON.parse(stdout).summary.violated).toBe(0);
  expect(`${stdout}${stderr}`).not.toContain(canary);
});

interface Judged {
  status: number | null;
  document: PreviewDocument;
}

const runs = new Map<string, Promise<Judged>>();

/** Runs a preview once for all tests that look at the same one. */
function optropic(...args: string[]): Promise<Judged> {
  const key = args.join(" ");
  const known = runs.get(key);
  if (known !== undefined) return known;
  const judged = run("--json", ...args).then(({ status, stdout, stderr }) => {
    expect(stderr).toBe("");
    return { status, document: JSON.parse(stdout) };
  });
  runs.set(key, judged);
  return judged;
}

function run(...args: string[]): Promise<Ended> {
  return runCommand(["preview", "--cwd", delivery, ...args], { NO_COLOR: "1" });
}
