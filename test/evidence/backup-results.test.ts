import { describe, expect, it } from "vitest";
import { type BackupFigures, backupResult } from "../../evidence/backup-results.ts";
import { resultSchema } from "../../evidence/statement.ts";

const at = new Date("2026-11-28T12:00:00Z");
const figures: BackupFigures = {
  ...{ ageMinutes: 90, rpoHolds: true, coveredDays: 12, gaps: [] },
  ...{ rpoMinutes: 1440, graceMinutes: 60, retentionDays: 35 },
};

describe("what the store shows of backups", () => {
  it("holds where the newest is young enough, with its age against the objective", () => {
    expect(resultSchema.parse(backupResult(figures, at))).toMatchObject({
      items: ["3.2", "8.2"],
      state: "holds",
      summary: "The newest complete backup is 1 h 30 min old, 12 of 35 days covered",
      measured: 90,
      expected: 1500,
      unit: "min",
    });
  });

  it("does not hold without a complete backup, and where the newest is too old", () => {
    const none = backupResult({ ...figures, ageMinutes: undefined, rpoHolds: false, coveredDays: 0 }, at);
    expect(none).toMatchObject({ state: "does-not-hold", fix: expect.stringMatching(/optropic backup/) });
    expect(none.measured).toBeUndefined();
    expect(backupResult({ ...figures, ageMinutes: undefined }, at).state).toBe("does-not-hold");
    expect(backupResult({ ...figures, ageMinutes: 3000, rpoHolds: false }, at).state).toBe("does-not-hold");
  });

  it("says each gap", () => {
    const gaps = Array.from({ length: 2000 }, () => ({
      from: "2026-11-01",
      to: "2026-11-03",
      minutes: 2880,
    }));
    expect(resultSchema.parse(backupResult({ ...figures, gaps }, at)).details).toHaveLength(1000);
  });
});
