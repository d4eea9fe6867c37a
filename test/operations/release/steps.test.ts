import { describe, expect, it } from "vitest";
import type { Deployment, Host } from "../../../operations/hosts/host.ts";
import type { CheckEnd, DecidedItem, PublishedRelease } from "../../../operations/release/ports.ts";
import type { Step, StepRun } from "../../../operations/release/step.ts";
import type { Parts } from "../../../operations/release/steps/parts.ts";
import { releaseSteps } from "../../../operations/release/steps/registry.ts";
import { accept, writtenSettings } from "../../config/stack.ts";

const settings = accept(writtenSettings("production"));
const commit = "a".repeat(40);
const other = "b".repeat(40);
const now = new Date("2026-12-01T08:00:00Z");

/** What the world says; each test changes one thing that it says. */
interface Said {
  ahead: number;
  branch: string | undefined;
  pulls: { number: number; title: string }[];
  tag: string | undefined;
  checks: [name: string, end: CheckEnd, app?: number][];
  release: PublishedRelease | undefined;
  issues: { number: number; title: string; body: string }[];
  fired: readonly string[] | undefined;
  items: DecidedItem[];
  go: boolean;
  served: Deployment | undefined;
  deployments: Deployment[];
  health: number;
}

const deployment = (changes: Partial<Deployment> = {}): Deployment => ({
  ...{ id: "d1", commit, createdAt: "2026-12-01T07:00:00Z", url: "https://d1.example" },
  ...{ ready: true, pending: false, hasServed: true, ...changes },
});

const green: Said["checks"] = ["test", "typecheck", "lint", "build"].map((name) => [name, "success"]);

function partsOf(changes: Partial<Said>, deployed: string[] = []): Parts {
  const said: Said = {
    ...{ ahead: 0, branch: commit, pulls: [], checks: green, issues: [], fired: [], go: true, items: [] },
    ...{ served: deployment(), deployments: [deployment()], health: 200 },
    tag: undefined,
    release: { id: "1", url: "https://github.com/r/1", draft: true, notes: "Fixes" },
    ...changes,
  };
  const host: Host = {
    ...{ name: "render", domains: ["api.example"], stages: true },
    byHand: "promote the {deployment}",
    served: async () => said.served,
    deployments: async () => said.deployments,
    async deploy(asked) {
      deployed.push(asked);
      return deployment({ id: "new", pending: true, ready: false });
    },
    promote: async () => undefined,
    rollBack: async () => undefined,
    cancel: async () => undefined,
    automation: async () => ({}),
    hold: async () => undefined,
    restore: async () => undefined,
  };
  const stage = {
    hosts: [host],
    verifier: { verify: async () => [] },
    alerts: { fired: async () => said.fired },
    metrics: { range: () => Promise.reject(new Error("not asked")) },
  };
  return {
    ...{ stack: "production", settings, production: stage, staging: stage, links: [] },
    repository: {
      branch: async () => said.branch,
      createBranch: async () => undefined,
      ahead: async () => said.ahead,
      openPullRequests: async () => said.pulls,
      checks: async () => said.checks.map(([name, end, app = 15_368]) => ({ name, end, app })),
      tag: async () => said.tag,
      release: async () => said.release,
      draftRelease: () => Promise.reject(new Error("not asked")),
      publishRelease: async () => undefined,
      openIssues: async () => said.issues,
      createIssue: () => Promise.reject(new Error("not asked")),
    },
    decisions: { decide: async () => ({ go: said.go, items: said.items }) },
    channel: (name) => ({ name, does: "Tells", deliver: async () => ({ summary: "told" }) }),
    health: async () => said.health,
  };
}

function stepOf(parts: Parts, name: string): Step {
  const step = releaseSteps(parts).find((each) => each.name === name);
  if (step === undefined) throw new Error(`There is no step ${name}`);
  return step;
}

const run: StepRun = {
  ...{ version: "3.0.0", commit, now, begunAt: now, openedAt: now, history: [] },
  signal: new AbortController().signal,
  noted: () => ({ deployment: "d1", url: "https://d1.example" }),
  endedAt: () => new Date("2026-11-01T00:00:00Z"),
};

const item = (id: DecidedItem["id"], verdict: DecidedItem["verdict"]): DecidedItem => ({
  ...{ id, verdict, blocks: verdict !== "holds", reason: `it is ${verdict}` },
});

describe("a step of a release", () => {
  it.each<[string, Partial<Said>, string]>([
    ["freeze-branch", {}, "successful"],
    ["freeze-branch", { branch: other }, "failed"],
    ["freeze-branch", { branch: undefined }, "failed"],
    ["freeze-merged", {}, "successful"],
    ["freeze-merged", { ahead: 1 }, "failed"],
    ["freeze-merged", { pulls: [{ number: 7, title: "x" }] }, "failed"],
    ["freeze-checks", {}, "successful"],
    ["freeze-checks", { checks: [] }, "inconclusive"],
    ["freeze-checks", { checks: green.slice(1) }, "inconclusive"],
    ["freeze-checks", { checks: [...green, ["deploy", "failure"]] }, "failed"],
    ["freeze-checks", { checks: [...green, ["deploy", "pending"]] }, "waiting"],
    // Of another app: its success shows nothing, its failure counts, and nobody waits for it.
    ["freeze-checks", { checks: [...green.slice(1), ["test", "success", 7]] }, "inconclusive"],
    ["freeze-checks", { checks: [...green, ["test", "pending", 7]] }, "successful"],
    ["freeze-checks", { checks: [...green, ["test", "failure", 7]] }, "failed"],
    ["freeze-notes", {}, "successful"],
    ["freeze-notes", { release: undefined }, "failed"],
    ["staging-deploy", {}, "successful"],
    ["staging-deploy", { served: deployment({ commit: other }) }, "waiting"],
    ["staging-deploy", { served: undefined, deployments: [deployment({ ready: false })] }, "failed"],
    [
      "staging-deploy",
      {
        served: deployment({ commit: other }),
        deployments: [
          deployment({ ready: false, createdAt: "2026-12-01T06:00:00Z" }),
          deployment({ id: "d2", ready: false, pending: true }),
        ],
      },
      "waiting",
    ],
    ["staging-smoke", {}, "inconclusive"],
    ["staging-load-test", {}, "waiting"],
    ["staging-soak", {}, "successful"],
    ["staging-soak", { fired: ["HighErrorRate"] }, "failed"],
    ["staging-soak", { fired: undefined }, "inconclusive"],
    ["staging-signed", { items: [item("S2.3", "holds")] }, "successful"],
    ["staging-signed", {}, "waiting"],
    ["staging-signed", { issues: [{ number: 1, title: "x", body: "" }] }, "failed"],
    ["migration", { items: [item("S3.1", "holds"), item("S3.2", "holds")] }, "successful"],
    ["migration", { items: [item("S3.1", "holds")] }, "waiting"],
    ["migration", { items: [item("S3.1", "holds"), item("S3.2", "stale")] }, "waiting"],
    ["migration", { items: [item("S3.1", "does-not-hold"), item("S3.2", "holds")] }, "failed"],
    ["decision", {}, "successful"],
    ["decision", { go: false, items: [item("2.1", "does-not-hold")] }, "failed"],
    ["decision", { go: false, items: [item("2.1", "unknown")] }, "waiting"],
    ["production-build", {}, "successful"],
    ["production-build", { deployments: [] }, "failed"],
    ["production-build", { deployments: [deployment({ commit: other })] }, "failed"],
    ["production-build", { deployments: [deployment({ ready: false, pending: true })] }, "waiting"],
    ["production-probe", {}, "successful"],
    ["production-probe", { health: 503 }, "failed"],
    ["production-probe", { health: 401 }, "inconclusive"],
    ["production-promote", {}, "successful"],
    ["production-promote", { served: undefined, deployments: [] }, "waiting"],
    ["production-verify", {}, "inconclusive"],
    ["notes-published", {}, "failed"],
  ])("%s, where the world says %j, is %s", async (name, said, state) => {
    const measurement = await stepOf(partsOf(said), name).after(run);
    expect(measurement.state).toBe(state);
    expect(measurement.summary).not.toBe("");
  });

  it("deploys again what served once and does no longer, and nothing that comes by itself", async () => {
    const served = deployment({ id: "d0", commit: other, createdAt: "2026-12-01T07:30:00Z" });
    const cases: [Deployment[], Deployment, string][] = [
      [[served, deployment()], served, "not-done"],
      [[served, deployment({ createdAt: "2026-12-01T07:45:00Z" })], served, "not-done"],
      [[served, deployment({ createdAt: "2026-12-01T07:45:00Z", hasServed: false })], served, "done"],
      [[served, deployment({ ready: false, pending: true })], served, "done"],
      [[served, deployment({ ready: false })], served, "not-done"],
      [[deployment()], deployment(), "done"],
    ];
    for (const [deployments, now, state] of cases) {
      const [action] = stepOf(partsOf({ deployments, served: now }), "staging-deploy").actions ?? [];
      expect(await action?.find(run, "key")).toMatchObject({ state });
    }
  });

  it("drafts no notes for a version that is out, and moves no branch", async () => {
    const out = { id: "1", url: "https://github.com/r/1", draft: false, notes: "Fixes" };
    const [draft] = stepOf(partsOf({ release: out }), "freeze-notes").actions ?? [];
    await expect(draft?.find(run, "key")).rejects.toThrow(/published already/);
    // GitHub would publish it there, whatever the draft says.
    const elsewhere = partsOf({ tag: other });
    const actions = ["freeze-notes", "notes-published"].map((name) => stepOf(elsewhere, name).actions?.[0]);
    await expect(actions[0]?.find(run, "key")).rejects.toThrow(
      /The tag v3\.0\.0 is at .* release a new version/,
    );
    await expect(actions[1]?.perform(run, "key")).rejects.toThrow(/The tag v3\.0\.0 is at/);
    const [branch] = stepOf(partsOf({ branch: other }), "freeze-branch").actions ?? [];
    await expect(branch?.find(run, "key")).rejects.toThrow(/is at bbbbbbbbbbbb/);
  });
});
