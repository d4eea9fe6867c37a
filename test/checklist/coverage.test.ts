import { describe, expect, it } from "vitest";
import { coverageLine, coverageOf, enforcedWords, itemStates, stateWords } from "../../checklist/coverage.ts";
import { items } from "../../checklist/items.ts";

describe("what a preview covers of the checklist", () => {
  it("is judged by the worst of an item's policies: violated, unknown, waived, passed", () => {
    const coverage = coverageOf([
      { items: ["4.1", "4.2", "4.3"], status: "passed" },
      { items: ["4.1", "4.2"], status: "waived" },
      { items: ["4.1"], status: "unknown" },
      { items: ["2.4"], status: "violated" },
      { items: ["2.4"], status: "unknown" },
    ]);
    expect(coverage).toMatchObject({ violated: ["2.4"], unknown: ["4.1"], waived: ["4.2"], passed: ["4.3"] });
    expect(coverage.left).toHaveLength(items.length - 4);
  });

  it("leaves an item whose policies do not apply, and ids of other checklists, out", () => {
    const coverage = coverageOf([
      { items: ["4.1"], status: "not-applicable" },
      { items: ["CIS 1.2", "__proto__"], status: "violated" },
    ]);
    expect(coverage.left).toHaveLength(items.length);
    expect(coverage.violated).toEqual([]);
  });

  it("is one line, and none where no policy covers an item", () => {
    expect(coverageLine([{ items: ["4.1"], status: "violated" }])).toBe(
      "Checklist: 1 of 175 items enforced: 0 passed, 1 violated (4.1). 1 of them is declared, not verified, and still needs 1 measurement. No policy for this stack judges the other 174: they need measurements, gates, documents or signatures.",
    );
    expect(coverageLine([{ items: [], status: "violated" }])).toBeUndefined();
  });

  it("does not call an item verified that more than policies must show", () => {
    const policies = [{ items: ["1.1", "2.4", "4.1"], status: "passed" as const }];
    expect(coverageLine(policies)).toBe(
      "Checklist: 3 of 175 items enforced: 3 passed, 0 violated. 2 of them are declared, not verified, and still need 1 measurement and 1 gate. No policy for this stack judges the other 172: they need measurements, gates, documents or signatures.",
    );
    expect(enforcedWords(policies)).toBe(
      "3 of 175 items enforced; 2 of them still need a measurement or a gate.",
    );
    const words = new Map(itemStates(policies).map((entry) => [entry.item.id, stateWords(entry)]));
    expect(words.size).toBe(175);
    expect(words.get("2.4")).toBe("enforced");
    expect(words.get("4.1")).toBe("declared, to be measured");
    expect(words.get("1.1")).toBe("declared, to pass a gate");
    expect(words.get("2.5")).toBe("not judged by this preview");
    expect(words.get("OK.5")).toBe("to be signed and to be measured");
    const [entry] = itemStates(policies).filter(({ item }) => item.id === "4.1");
    expect(entry && stateWords(entry, undefined, new Set(["4.1"]))).toBe("declared, to be measured");
    expect(entry && stateWords(entry, undefined, new Set())).toBe("declared, without a probe so far");
  });
});
