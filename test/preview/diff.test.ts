import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffPreviews } from "../../preview/document/diff.ts";
import type { PolicyOutcome, PreviewDocument, ShownResource } from "../../preview/index.ts";
import { renderPreview } from "../../preview/index.ts";
import { documentOf, policy, resource } from "./documents.ts";

type Inputs = ShownResource["inputs"];

/** The changes from one resource's inputs to another's, each as `path: before → after`. */
function changes(before: Inputs, after: Inputs): string[] {
  const of = (inputs: Inputs) => documentOf({ resources: [resource("a:b:C", "c", "", { inputs })] });
  const [changed] = diffPreviews(of(before), of(after)).changed;
  return (changed?.properties ?? []).map(
    (property) => `${property.path}: ${JSON.stringify(property.before)} → ${JSON.stringify(property.after)}`,
  );
}

/** The value as JSON.parse makes it, so that `__proto__` is a key like any other. */
const parsed = (json: string): Inputs => JSON.parse(json);

const secretsOf = (before: Inputs, after: Inputs) =>
  diffPreviews(
    documentOf({ resources: [resource("a:b:C", "c", "", { inputs: before })] }),
    documentOf({ resources: [resource("a:b:C", "c", "", { inputs: after })] }),
  ).secrets;

const unknown = { unknown: true };

describe("resources", () => {
  it("are added, removed or changed by their URN", () => {
    const [kept, gone, fresh] = ["kept", "gone", "fresh"].map((name) => resource("a:b:C", name, ""));
    if (kept === undefined || gone === undefined || fresh === undefined) throw new Error("no resources");
    const diff = diffPreviews(
      documentOf({ resources: [kept, gone] }),
      documentOf({ resources: [{ ...kept, inputs: { size: 1 } }, fresh] }),
    );
    const named = ({ urn, type, name }: ShownResource) => ({ urn, type, name });
    expect(diff).toEqual({
      added: [named(fresh)],
      removed: [named(gone)],
      changed: [{ ...named(kept), properties: [{ path: "size", change: "added", after: 1 }], left: 0 }],
      policies: [],
      secrets: 0,
    });
  });

  it.each<[string, Inputs, Inputs, string[]]>([
    ["nothing", { a: { b: [1, null] } }, { a: { b: [1, null] } }, []],
    ["nothing, in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ["a value", { a: { b: "x" } }, { a: { b: "y" } }, ['a.b: "x" → "y"']],
    ["a kind", { a: "1" }, { a: 1 }, ['a: "1" → 1']],
    ["a list by its places", { a: [1, 2, 3] }, { a: [1, 3] }, ["a[1]: 2 → 3", "a[2]: 3 → undefined"]],
    ["a list of mappings", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ["a[0].b: 1 → 2"]],
    ["a list to a mapping", { a: [1] }, { a: { b: 1 } }, ['a: [1] → {"b":1}']],
    ["null", { a: null }, { a: {} }, ["a: null → {}"]],
    ["no unknown value", { a: unknown }, { a: unknown }, []],
    ["an unknown value", { a: unknown }, { a: "x" }, ['a: {"unknown":true} → "x"']],
    [
      "what is more than unknown",
      { a: { unknown: true, b: 1 } },
      { a: unknown },
      ['a: {"unknown":true,"b":1} → {"unknown":true}'],
    ],
    ["a key that is no name", { "a.b": { "": 1 } }, { "a.b": { "": 2 } }, ['["a.b"][""]: 1 → 2']],
  ])("differ in %s", (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  it("differ in their options", () => {
    const before = resource("a:b:C", "c", "", { protect: true });
    const diff = diffPreviews(
      documentOf({ resources: [before] }),
      documentOf({ resources: [{ ...before, protect: false, parent: "urn:p" }] }),
    );
    expect(diff.changed[0]?.properties).toEqual([
      { path: "(protect)", change: "changed", before: true, after: false },
      { path: "(parent)", change: "changed", before: "", after: "urn:p" },
    ]);
  });

  it("differ in keys that mean something to JavaScript", () => {
    const before = parsed('{"__proto__": {"polluted": 1}, "constructor": 1, "a": {"__proto__": 1}}');
    const after = parsed('{"__proto__": {"polluted": 2}, "toString": 1, "a": {}}');
    expect(changes(before, after)).toEqual([
      "__proto__.polluted: 1 → 2",
      "constructor: 1 → undefined",
      "a.__proto__: 1 → undefined",
      "toString: undefined → 1",
    ]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("that differ in very much are listed in part, and the rest is counted", () => {
    const before = documentOf({ resources: [resource("a:b:C", "c", "", { inputs: { a: [] } })] });
    const inputs = { a: Array.from({ length: 100_000 }, (_, index) => index) };
    const [changed] = diffPreviews(
      before,
      documentOf({ resources: [resource("a:b:C", "c", "", { inputs })] }),
    ).changed;
    expect([changed?.properties.length, changed?.left]).toEqual([200, 99_800]);
  });
});

describe("secrets", () => {
  it.each<[string, Inputs, Inputs, string[], number]>([
    ["on both sides are not compared", { a: "[secret]" }, { a: "[secret]" }, [], 1],
    ["deep down too", { a: [{ b: "[secret]" }] }, { a: [{ b: "[secret]" }] }, [], 1],
    ["on one side hide both", { a: "canary" }, { a: "[secret]" }, ['a: "[secret]" → "[secret]"'], 0],
    ["on the other side too", { a: "[secret]" }, { a: "canary" }, ['a: "[secret]" → "[secret]"'], 0],
    [
      "within a value hide all of it",
      { a: "canary" },
      { a: { b: "[secret]" } },
      ['a: "[secret]" → "[secret]"'],
      0,
    ],
    ["within a text too", { a: "user:canary" }, { a: "user:[secret]" }, ['a: "[secret]" → "[secret]"'], 0],
  ])("%s", (_, before, after, expected, count) => {
    expect(changes(before, after)).toEqual(expected);
    expect(secretsOf(before, after)).toBe(count);
  });
});

describe("any two values", () => {
  const inputs = fc
    .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
    .map((value) => parsed(JSON.stringify(value)));

  it("differ from each other alone, and the same way in both directions", () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(changes(one, one)).toEqual([]);
        expect(changes(one, other)).toHaveLength(changes(other, one).length);
        if (JSON.stringify(one) !== JSON.stringify(other) && changes(one, other).length === 0) {
          // Only the order of keys differs then.
          expect(one).toEqual(other);
        }
      }),
    );
  });
});

describe("policies", () => {
  it("are those whose verdict or level changed, that came or went", () => {
    const before = [policy("same", {}), policy("broken", {}), policy("lowered", {}), policy("gone", {})];
    const after: PolicyOutcome[] = [
      policy("same", {}),
      policy("broken", { status: "violated" }),
      policy("lowered", { enforcement: "advisory" }),
      policy("new", { status: "unknown" }),
    ];
    const { policies } = diffPreviews(documentOf({ policies: before }), documentOf({ policies: after }));
    const mandatory = (status: string) => ({ status, enforcement: "mandatory" });
    expect(policies).toEqual([
      { pack: "pack", name: "broken", before: mandatory("passed"), after: mandatory("violated") },
      {
        ...{ pack: "pack", name: "lowered", before: mandatory("passed") },
        after: { status: "passed", enforcement: "advisory" },
      },
      { pack: "pack", name: "new", after: mandatory("unknown") },
      { pack: "pack", name: "gone", before: mandatory("passed") },
    ]);
  });
});

describe("a base that could not tell", () => {
  it("leaves nothing to compare with, and says why", () => {
    const diff = diffPreviews({ error: { failure: "program", message: "it threw" } }, documentOf({}));
    expect(diff).toEqual({
      unavailable: "it threw",
      ...{ added: [], removed: [], changed: [], policies: [], secrets: 0 },
    });
  });
});

describe("what a person sees of it", () => {
  const shown = (diff: NonNullable<PreviewDocument["diff"]>): string[] => {
    const lines = renderPreview(documentOf({ diff }), { color: false }).split("\n");
    return lines.slice(lines.indexOf("Changes against the saved preview:") + 1, -2);
  };
  const none = { added: [], removed: [], changed: [], policies: [], secrets: 0 };

  it("is every change but those of providers that nobody declared", () => {
    expect(
      shown({
        ...none,
        added: [resource("a:b/c:C", "new", ""), resource("pulumi:providers:a", "default_1", "")],
        removed: [resource("a:b:C", "old\u001b[1m", "")],
        changed: [
          {
            ...resource("a:b:C", "kept", ""),
            left: 4,
            properties: [
              { path: "long", change: "changed", before: "x".repeat(200), after: [1] },
              { path: "b", change: "added", after: "\u202e" },
              { path: "c", change: "removed", before: null },
            ],
          },
        ],
        policies: [{ pack: "p", name: "tls", after: { status: "violated", enforcement: "mandatory" } }],
        secrets: 2,
      }),
    ).toEqual([
      " + a:b:C (new)",
      " - a:b:C (old·[1m)",
      " ~ a:b:C (kept)",
      `     long: "${"x".repeat(99)}… → [1]`,
      '     b added: "·"',
      "     c removed: null",
      "     and 4 more",
      "   tls: absent → violated (mandatory)",
      "  2 secret values cannot be compared",
    ]);
  });

  it("is that there is none, or nothing to compare with", () => {
    expect(shown(none)).toEqual(["  none"]);
    expect(shown({ ...none, unavailable: "refused:\nmore" })).toEqual([
      "  nothing to compare with, since that one could not tell: refused:",
    ]);
  });
});
