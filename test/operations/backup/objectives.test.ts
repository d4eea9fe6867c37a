import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../../operations/archive/inventory.ts";
import { judgeObjectives } from "../../../operations/backup/objectives.ts";
import { manifestWith } from "../support/manifest.ts";

const minute = 60_000;
const now = new Date("2026-06-01T00:00:00.000Z");
const objectives = { rpoMinutes: 60, graceMinutes: 10, retentionDays: 30 };
const allowed = 70;
const retention = 30 * 24 * 60;

describe("the objectives", () => {
  test("hold by the newest exactly as long as it may be that old", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 * allowed), { minLength: 1 }), (ages) => {
        const met = judge(ages);
        expect(met.ageMinutes).toBe(Math.min(...ages));
        expect(met.rpoHolds).toBe(Math.min(...ages) <= allowed);
      }),
    );
  });

  test("find each gap, and nothing that is none", () => {
    const distances = fc.array(fc.integer({ min: 1, max: 2 * allowed }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(distances, fc.nat(allowed), (steps, first) => {
        let age = first;
        const ages = [age, ...steps.map((step) => (age += step))];
        const met = judge(ages);
        expect(met.gaps.map(({ minutes }) => minutes)).toEqual(
          steps.filter((step) => step > allowed).reverse(),
        );
        expect(met.retentionHolds).toBe(steps.every((step) => step <= allowed));
        expect(met.growing).toBe(true);
      }),
    );
  });

  test("do not depend on the order of the list", () => {
    const ages = fc.uniqueArray(fc.nat(2 * retention), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        ages.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(judge(shuffled)).toEqual(judge(list));
        },
      ),
    );
  });

  test("hold over the whole retention, once there is enough", () => {
    const ages = Array.from({ length: retention / 60 + 5 }, (_, index) => index * 60);
    expect(judge(ages)).toMatchObject({ growing: false, coveredDays: 30, gaps: [], retentionHolds: true });
    const old = ages.filter((age) => age < retention - 5 * 60 || age > retention);
    expect(judge(old)).toMatchObject({ growing: false, gaps: [{ minutes: 360 }], retentionHolds: false });
    expect(judge(old).gaps[0]?.from).toBe(new Date(now.getTime() - retention * minute).toISOString());
  });

  test("do not hold by what is no backup of the stack", () => {
    const others: Entry[] = [
      { ...entry(1), manifest: undefined, problem: "broken" },
      { ...entry(1), purpose: "before-restore" },
      entry(-11),
    ];
    expect(judgeObjectives(others, objectives, now)).toEqual({
      ageMinutes: undefined,
      rpoHolds: false,
      coveredDays: 0,
      growing: false,
      gaps: [],
      retentionHolds: false,
    });
    // The clocks of two machines differ a little.
    expect(judge([-9])).toMatchObject({ ageMinutes: 0, rpoHolds: true });
  });

  test("that are kept by nothing within the retention do not hold", () => {
    expect(judge([retention + 1])).toMatchObject({ rpoHolds: false, retentionHolds: false, coveredDays: 30 });
  });
});

function judge(ages: readonly number[]) {
  return judgeObjectives(ages.map(entry), objectives, now);
}

function entry(age: number): Entry {
  const begunAt = new Date(now.getTime() - age * minute);
  const manifest = manifestWith({ takenAt: begunAt.toISOString() });
  return { key: `${age}`, purpose: "backup", begunAt, bytes: 4, manifest, problem: undefined };
}
