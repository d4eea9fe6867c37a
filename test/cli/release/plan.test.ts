import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../cli/release/reach.ts";
import { rollbackName } from "../../../cli/release/rollback-name.ts";
import { rollbackCommand } from "../../../cli/rollback.ts";
import { rolloutSteps } from "../../../config/rollout.ts";
import { chosen } from "../../../operations/release/engine.ts";
import { planDocument, planText } from "../../../operations/release/plan.ts";
import { controls, releaseControls } from "../../../operations/release/steps/controls.ts";
import type { Parts } from "../../../operations/release/steps/parts.ts";
import { releaseSteps } from "../../../operations/release/steps/registry.ts";
import { watchControls } from "../../../operations/watch/controls.ts";
import { accept, writtenSettings } from "../../config/stack.ts";

const settings = accept(writtenSettings("production"));

function unreached(): never {
  throw new Error("A plan asks nobody");
}

const stage = {
  hosts: hostsOf(settings),
  verifier: { verify: unreached },
  alerts: { fired: unreached },
  metrics: { range: unreached },
};

const parts: Parts = {
  stack: "production",
  settings,
  production: stage,
  staging: stage,
  repository: {
    ...{ branch: unreached, createBranch: unreached, ahead: unreached, openPullRequests: unreached },
    ...{
      checks: unreached,
      tag: unreached,
      release: unreached,
      draftRelease: unreached,
      publishRelease: unreached,
    },
    ...{ openIssues: unreached, createIssue: unreached },
  },
  decisions: { decide: unreached },
  channel: (name) => ({ name, does: `Tells ${name}`, deliver: unreached }),
  links: [],
  health: unreached,
};

it("says how to roll back where the file of the journal is damaged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  const journal = join(folder, "damaged.sqlite");
  writeFileSync(journal, "no database");
  const place = { cwd: join(import.meta.dirname, "..", "..", ".."), stack: "production", settings };
  const work = { warn: () => undefined, progress: () => undefined };
  const named = rollbackName({ rehearse: false, journal }, place, work);
  await expect(named).rejects.toThrow(
    /not a database; to go on without that file, pass --journal with a new/,
  );
  rmSync(folder, { recursive: true });
});

it("takes no moment for a rollback's database that has not come", () => {
  const command = rollbackCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const parse = () => command.parse(["--database-to", "2999-01-01T00:00:00Z"], { from: "user" });
  expect(parse).toThrow(/--database-to.* It is in the future/);
});

describe("the plan of a release", () => {
  const steps = releaseSteps(parts);

  it("has every step that the settings may name, and asks nobody", () => {
    expect(steps.map(({ name }) => name)).toEqual([...rolloutSteps]);
    const text = planText("3.0.0", steps, settings.contacts);
    for (const { name, title } of steps) {
      expect(text).toContain(name);
      expect(text).toContain(title);
    }
    expect(text).toContain("Creates the branch release/v3.0.0 at the commit.");
    expect(text).toMatch(
      /watch-6 [\s\S]*?people are told at once by slack\. With --auto-rollback or rollout\.autoRollback the release goes back\./,
    );
    expect(text).not.toMatch(/VERSION| 0 min\./);
    expect(planDocument("3.0.0", steps, settings.contacts).steps.map(({ approver }) => approver)).toContain(
      settings.contacts.databaseAdmin,
    );
  });

  it("records each control by one step, and those of the watch as a watch", () => {
    const recorded = steps
      .filter(({ recordsAs }) => recordsAs === undefined)
      .flatMap((step) => step.controls.map(({ name }) => name));
    const watched = steps.filter(({ recordsAs }) => recordsAs === "watch");
    expect(watched.map(({ name }) => name)).toEqual(["watch-1", "watch-6", "watch-24"]);
    // The end of the day speaks for its hours too, since what a watch finds counts for a day.
    expect(watched.at(-1)?.controls).toEqual(watchControls);
    expect(recorded.toSorted()).toEqual(releaseControls.map(({ name }) => name).toSorted());
    expect(new Set(recorded).size).toBe(Object.keys(controls).length);
  });

  it("ends and begins where it is asked to, and refuses a step that there is none of", () => {
    const some = chosen({ steps, from: "decision", until: "production-probe" });
    expect(some.map(({ name }) => name)).toEqual(["decision", "production-build", "production-probe"]);
    expect(() => chosen({ steps, until: "nowhere" })).toThrow(/There is no step "nowhere"; the steps are/);
    expect(() => chosen({ steps, from: "finish", until: "decision" })).toThrow(/comes before --from finish/);
  });

  it("follows the order of the settings", () => {
    const few = {
      ...settings,
      rollout: { ...settings.rollout, steps: ["decision", "freeze-branch"] as const },
    };
    const reordered = releaseSteps({
      ...parts,
      settings: { ...few, rollout: { ...few.rollout, steps: [...few.rollout.steps] } },
    });
    expect(reordered.map(({ name }) => name)).toEqual(["decision", "freeze-branch"]);
  });
});
