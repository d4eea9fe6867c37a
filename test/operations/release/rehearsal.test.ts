import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { rolloutSteps } from "../../../config/rollout.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { rehearsed } from "../../rehearsal/platform.ts";
import { rehearse } from "../../rehearsal/rehearse.ts";

const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const written = accept(writtenSettings("production"));
// An hour between two looks keeps the test short; what is looked for is the same.
const settings = { ...written, rollout: { ...written.rollout, lookMinutes: 60 } };

describe.concurrent("a rehearsed release", () => {
  it("goes from the freeze to hour 24 and ends with a go", async () => {
    const { outcome, entries, decision, received, served, rollback } = await rehearse({
      ...{ folder: join(folder, "good"), settings },
    });
    expect(outcome).toMatchObject({ state: "done" });
    expect(
      decision.items.filter(({ blocks }) => blocks).map(({ item, reason }) => `${item.id}: ${reason}`),
    ).toEqual([]);
    const ended = entries.flatMap((entry) =>
      entry.kind === "ended" ? [`${entry.step} ${entry.state}`] : [],
    );
    expect(ended).toEqual(rolloutSteps.map((step) => `${step} successful`));
    expect(received.map(({ channel }) => channel)).toEqual([
      ...["slack", "pagerduty", "grafana"],
      ...["slack", "status-page", "mail"],
    ]);
    expect(served).toEqual({ web: rehearsed.commit, api: rehearsed.commit });
    expect(rollback).toEqual([]);
  });

  it("with a fault at hour 3 ends rolled back, with an incident report, a post-mortem and nobody uninformed", async () => {
    const {
      outcome,
      received,
      served,
      incident = "",
      decision,
    } = await rehearse({
      ...{ folder: join(folder, "bad"), settings, faultAtHour: 3 },
    });
    expect(outcome).toMatchObject({
      state: "stopped",
      summary: expect.stringMatching(/^Rolled back as .*watch-6/),
    });
    expect(served).toEqual({ web: rehearsed.before, api: rehearsed.before });
    expect(readFileSync(incident, "utf8")).toContain("watch-6: Fewer requests must fail than the objective.");
    expect(decision.go).toBe(false);
    const said = received.map(
      ({ channel, text }) => `${channel} ${/release-alarm|rolled back|rolled-back|does not hold/.test(text)}`,
    );
    expect(said.filter((each) => each.endsWith("true"))).toEqual(
      expect.arrayContaining(["slack true", "mail true", "status-page true"]),
    );
  });
});
