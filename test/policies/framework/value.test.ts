import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnknownRead, type Value } from "../../../policies/framework/index.ts";
import { secret, stackOf, unknown } from "../fixture.ts";

/** Anything, as a resource of no type that the pack knows has it. */
interface Tree {
  readonly [name: string]: Tree;
}

function inputs(props: Record<string, unknown>): Value<Tree> {
  const resource = stackOf([{ type: "a:b:C", name: "it", props }]).all()[0];
  if (resource === undefined) {
    throw new Error("The stack has no resource.");
  }
  return resource.at().as<Tree>();
}

describe("a value", () => {
  const value = inputs({
    text: "a",
    number: 3,
    flag: false,
    none: null,
    list: ["x", unknown, "z"],
    object: { inner: { deep: "b" }, hidden: unknown },
    whole: unknown,
    document: JSON.stringify({ max_rows: 10, nested: { list: ["q"] } }),
    broken: "{",
  });

  test("reads what is there, by type", () => {
    expect(value.at("text").string()).toBe("a");
    expect(value.at("number").number()).toBe(3);
    expect(value.at("flag").boolean()).toBe(false);
    expect(value.at("object", "inner", "deep").string()).toBe("b");
    expect(value.at("list", "2").string()).toBe("z");
    expect(
      value
        .at("object")
        .entries()
        .map(([key]) => key),
    ).toEqual(["inner", "hidden"]);
  });

  test("reads nothing where there is nothing, or something of another type", () => {
    expect(value.at("absent").string()).toBeUndefined();
    expect(value.at("absent", "below").exists).toBe(false);
    expect(value.at("none").exists).toBe(false);
    expect(value.at("number").string()).toBeUndefined();
    expect(value.at("text", "length").exists).toBe(false);
    expect(value.at("object", "constructor").exists).toBe(false);
    expect(value.at("object", "__proto__").exists).toBe(false);
    expect(value.at("text").items()).toEqual([]);
    expect(value.at("list").entries()).toEqual([]);
  });

  test("throws when an unknown value is read, and only then", () => {
    expect(value.at("whole").isUnknown).toBe(true);
    for (const read of [
      () => value.at("whole").string(),
      () => value.at("whole").exists,
      () => value.at("whole").items(),
      () => value.at("whole", "anything", "below").number(),
      () => value.at("object", "hidden").boolean(),
      () => value.at("list").strings(),
    ]) {
      expect(read).toThrow(UnknownRead);
    }
    expect(
      value
        .at("list")
        .items()
        .map((item) => item.isUnknown),
    ).toEqual([false, true, false]);
    expect(value.at("object").exists).toBe(true);
  });

  test("names the unknown value, not what was asked of it", () => {
    expect(() => value.at("whole", "below").string()).toThrow("whole of it is not known at preview");
  });

  test("reads a JSON document in a text", () => {
    const document = value.at("document").json<Tree>();
    expect(document.at("max_rows").number()).toBe(10);
    expect(document.at("nested", "list").strings()).toEqual(["q"]);
    expect(value.at("broken").json().exists).toBe(false);
    expect(value.at("absent").json().exists).toBe(false);
    expect(() => value.at("whole").json()).toThrow(UnknownRead);
  });

  test("says which inputs were given as secrets", () => {
    const withSecrets = inputs({ plain: "a", hidden: secret("b"), map: { all: secret({ inner: "c" }) } });
    expect(withSecrets.at("plain").isSecret).toBe(false);
    expect(withSecrets.at("hidden").isSecret).toBe(true);
    expect(withSecrets.at("map").isSecret).toBe(false);
    expect(withSecrets.at("map", "all", "inner").isSecret).toBe(true);
    const exported = stackOf([{ type: "a:b:C", name: "it", props: { plain: "a" } }], "state");
    expect(exported.all()[0]?.at().as<Tree>().at("plain").isSecret).toBeUndefined();
  });

  test("reads any inputs without a crash", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(unknown))),
        fc.array(fc.string(), { maxLength: 4 }),
        (props, path) => {
          const found = path.reduce((value, key) => value.at(key), inputs(props));
          for (const read of [
            "string",
            "number",
            "boolean",
            "items",
            "entries",
            "strings",
            "json",
          ] as const) {
            try {
              found[read]();
            } catch (error) {
              expect(error).toBeInstanceOf(UnknownRead);
            }
          }
        },
      ),
    );
  });
});
