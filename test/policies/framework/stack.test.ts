import { describe, expect, test } from "vitest";
import type { Token } from "../../../policies/framework/index.ts";
import { type Fixture, stackOf, unknown, urnOf } from "../fixture.ts";

const fixtures: Fixture[] = [
  {
    type: "a:b:Zone",
    name: "zone",
    props: { name: "z" },
    outputs: { id: "zone-1", text: unknown },
    protect: true,
  },
  { type: "a:b:Record", name: "by-dependency", props: { zoneId: unknown }, from: { zoneId: ["zone"] } },
  { type: "a:b:Record", name: "by-id", props: { zoneId: "zone-1", ids: ["other", "zone-1"] } },
  { type: "a:b:Record", name: "by-nothing", props: { zoneId: unknown } },
];

interface Inputs {
  name?: string;
  zoneId?: string;
  otherId?: string;
  ids?: string[];
}

const record: Token<Inputs> = "a:b:Record";

describe("a stack", () => {
  const stack = stackOf(fixtures);
  const [zone] = stack.all();
  const [byDependency, byId, byNothing] = stack.ofType(record);

  test("finds resources by type and urn", () => {
    expect(stack.ofType("a:b:Record").map(({ name }) => name)).toEqual([
      "by-dependency",
      "by-id",
      "by-nothing",
    ]);
    expect(stack.ofType("a:b:Record", "a:b:Zone")).toHaveLength(4);
    expect(stack.ofType("a:b:None")).toEqual([]);
    expect(stack.byUrn(urnOf({ type: "a:b:Zone", name: "zone" }))).toBe(zone);
    expect(stack.byUrn("urn:none")).toBeUndefined();
  });

  test("knows what a resource refers to, by dependency and by id", () => {
    if (zone === undefined) {
      throw new Error("The stack has no zone.");
    }
    expect(byDependency?.refersTo(zone, "zoneId")).toBe(true);
    expect(byDependency?.refersTo(zone, "otherId")).toBe(false);
    expect(byId?.refersTo(zone, "zoneId")).toBe(true);
    expect(byId?.refersTo(zone, "ids")).toBe(true);
    expect(byNothing?.refersTo(zone, "zoneId")).toBe(false);
    expect(byDependency?.dependencies).toEqual([zone]);
  });

  test("knows outputs as far as they are known", () => {
    expect(zone?.id).toBe("zone-1");
    expect(zone?.outputTexts("text")).toEqual([]);
    expect(byId?.id).toBeUndefined();
    expect(zone?.protect).toBe(true);
    expect(byId?.protect).toBe(false);
  });

  test("judges outputs where no inputs were recorded", () => {
    const exported = stackOf(fixtures, "state");
    expect(exported.all()[0]?.at().as<Inputs>().at("name").string()).toBe("z");
    expect(exported.all()[1]?.at().as<Inputs>().at("zoneId").isUnknown).toBe(true);
  });
});
