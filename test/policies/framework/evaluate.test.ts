import { describe, expect, test } from "vitest";
import type { PolicyWaiver } from "../../../checklist/waivers.ts";
import type { Context } from "../../../policies/framework/context.ts";
import {
  judge,
  type PolicyDefinition,
  policy,
  type Token,
  unproved,
  violation,
} from "../../../policies/framework/index.ts";
import { type Fixture, outcomeOf, production, staging, unknown, urnOf } from "../fixture.ts";

interface BoxArgs {
  size?: string;
  sizes?: Record<string, string>[];
}

const boxes: Token<BoxArgs> = "a:b:Box";

const sized = (edit: Partial<PolicyDefinition> = {}) =>
  policy({
    name: "size-chosen",
    items: ["3.1"],
    title: "Every box must have a size.",
    severity: "low",
    fix: "Set size.",
    check: (stack) =>
      stack.ofType(boxes).length === 0
        ? [violation("No box is declared.")]
        : stack
            .ofType(boxes)
            .map((box) => judge(box, () => box.at("size").exists || `${box.name} has none.`)),
    ...edit,
  });

const box = (name: string, props: Record<string, unknown>): Fixture => ({ type: "a:b:Box", name, props });
const waiver: PolicyWaiver = {
  policy: "size-chosen",
  resource: "small",
  reason: "It is measured first.",
  approvedBy: "devops@optropic.example",
  until: "2026-12-31",
};
const waiving = (...policies: PolicyWaiver[]): Context => ({
  ...production,
  waivers: { policies, probes: [], problems: [] },
});

describe("a policy", () => {
  test("passes where every finding holds", () => {
    expect(outcomeOf(sized(), [box("small", { size: 1 })])).toEqual({ status: "passed", violations: [] });
  });

  test("shows the item, what is wrong and how to fix it, on the resource", () => {
    const violation = {
      policy: "size-chosen",
      items: ["3.1"],
      kind: "violated",
      expected: "Every box must have a size.",
      fix: "Set size.",
    };
    expect(outcomeOf(sized(), [box("small", {})])).toEqual({
      status: "violated",
      violations: [{ ...violation, found: "small has none.", resource: urnOf(box("small", {})) }],
    });
    expect(outcomeOf(sized({ items: ["3.1", "3.2"] }), []).violations).toEqual([
      { ...violation, items: ["3.1", "3.2"], found: "No box is declared." },
    ]);
  });

  test("shows the property that is at fault, where it is one of the resource", () => {
    const other = box("big", { size: 2 });
    const faulty = (name: string) =>
      sized({
        check: (stack) => {
          const [small] = stack.ofType(boxes);
          const value = stack
            .ofType(boxes)
            .find((it) => it.name === name)
            ?.at("sizes", "0", "x y");
          return [violation({ found: "It is wrong.", ...(value && { at: value }), fix: "Mend it." }, small)];
        },
      });
    const [own] = outcomeOf(faulty("small"), [box("small", {}), other]).violations;
    expect(own).toMatchObject({ property: 'sizes[0]["x y"]', fix: "Mend it." });
    expect(outcomeOf(faulty("big"), [box("small", {}), other]).violations[0]).not.toHaveProperty("property");
  });

  test("is unknown where a value that it needs is unknown", () => {
    const { status, unknown: value } = outcomeOf(sized(), [
      box("small", { size: unknown }),
      box("big", { size: 2 }),
    ]);
    expect(status).toBe("unknown");
    expect(value?.path).toEqual(["size"]);
  });

  test("reports a violation whatever else is unknown", () => {
    const stack = [box("first", { size: unknown }), box("small", {}), box("last", { size: unknown })];
    const { status, violations, unknown: value } = outcomeOf(sized(), stack);
    expect(status).toBe("violated");
    expect(violations).toHaveLength(1);
    expect(value).toBeUndefined();
  });

  test("refuses in production what it cannot read, says how to write it, and is advisory in staging", () => {
    const unreadable = sized({
      check: (stack) =>
        stack
          .ofType(boxes)
          .map((it) =>
            judge(it, () => unproved(it.at("size"), "The size cannot be read.", "Write a number.")),
          ),
    });
    const stack = [box("small", { size: "ninety" })];
    const { status, violations } = outcomeOf(unreadable, stack);
    expect(status).toBe("violated");
    expect(violations).toMatchObject([
      { kind: "unproved", property: "size", found: "The size cannot be read.", fix: "Write a number." },
    ]);
    expect(violations[0]).not.toHaveProperty("enforcementLevel");
    expect(outcomeOf(unreadable, stack, staging).violations[0]?.enforcementLevel).toBe("advisory");
    expect(outcomeOf(unreadable, stack, waiving(waiver)).status).toBe("waived");
  });

  test("is advisory in staging where only production needs it", () => {
    const level = (edit: Partial<PolicyDefinition>, context: Context) =>
      outcomeOf(sized(edit), [], context).violations[0]?.enforcementLevel;
    expect(level({ productionOnly: true }, staging)).toBe("advisory");
    expect(level({ productionOnly: true }, production)).toBeUndefined();
    expect(level({}, staging)).toBeUndefined();
  });
});

describe("a waiver", () => {
  test("makes the violation of one resource advisory, with its reason", () => {
    const outcome = outcomeOf(sized(), [box("small", {})], waiving(waiver));
    expect(outcome.status).toBe("waived");
    expect(outcome.violations[0]?.enforcementLevel).toBe("advisory");
    expect(outcome.violations[0]).toMatchObject({
      items: ["3.1"],
      found: "small has none.",
      waiver: {
        until: "2026-12-31",
        approvedBy: "devops@optropic.example",
        reason: "It is measured first.",
      },
    });
  });

  test("names a resource by its urn too", () => {
    const byUrn = { ...waiver, resource: urnOf(box("small", {})) };
    expect(outcomeOf(sized(), [box("small", {})], waiving(byUrn)).status).toBe("waived");
  });

  test.each([
    ["another resource", { resource: "big" }],
    ["another policy", { policy: "weight-chosen" }],
    ["what is absent", { resource: "*" }],
  ])("for %s does not cover it", (_, edit) => {
    expect(outcomeOf(sized(), [box("small", {})], waiving({ ...waiver, ...edit })).status).toBe("violated");
  });

  test("covers an absence by a star", () => {
    expect(outcomeOf(sized(), [], waiving({ ...waiver, resource: "*" })).status).toBe("waived");
    expect(outcomeOf(sized(), [], waiving(waiver)).status).toBe("violated");
  });

  test("leaves the other violations and unknowns as they are", () => {
    const other = outcomeOf(sized(), [box("small", {}), box("big", {})], waiving(waiver));
    expect(other.status).toBe("violated");
    expect(other.violations.map(({ enforcementLevel }) => enforcementLevel)).toEqual(["advisory", undefined]);
    const open = outcomeOf(sized(), [box("small", {}), box("big", { size: unknown })], waiving(waiver));
    expect(open.status).toBe("unknown");
    expect(open.violations).toHaveLength(1);
  });
});

describe("a threshold", () => {
  const counted = policy({
    name: "enough",
    items: ["2.4"],
    title: "There is enough.",
    severity: "low",
    fix: "Add more.",
    thresholds: { least: { description: "Least.", default: 64, minimum: 64, maximum: 100 } },
    check: (_stack, threshold) => [violation(`${threshold("least")}`)],
  });
  const used = (configuration: Record<string, unknown>) =>
    outcomeOf(counted, [], production, configuration).violations[0]?.found;

  test("is the checklist's figure, which configuration may tighten and never loosen", () => {
    expect(used({})).toContain("64");
    expect(used({ least: 80 })).toContain("80");
    for (const least of [1, 63, 101, 64.5, "80", null, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(used({ least })).toBe("64");
    }
  });
});
