import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type ComponentArgs, Scope } from "../../components/scope.ts";
import { type Transform, transformed } from "../../components/transform.ts";

interface Args {
  name: pulumi.Input<string>;
  size?: number;
  rules?: { id: string; enabled: boolean }[];
}

const args: Args = { name: "web", size: 1, rules: [{ id: "first", enabled: true }] };

function result(transform: Transform<Args> | undefined, options: pulumi.CustomResourceOptions = {}) {
  const [name, changedArgs, changedOptions] = transformed(transform, ["app-web", args, options]);
  return { name, args: changedArgs, options: changedOptions };
}

describe("a transform", () => {
  test("that is absent changes nothing", () => {
    expect(result(undefined, { protect: true })).toEqual({
      name: "app-web",
      args,
      options: { protect: true },
    });
  });

  test("of properties replaces those, and keeps the rest", () => {
    expect(result({ size: 2 }).args).toEqual({ ...args, size: 2 });
    expect(result({ size: undefined }).args).toEqual({ ...args, size: undefined });
  });

  test("that is a function edits arguments and options, and gets the name", () => {
    const seen: string[] = [];
    const changed = result(
      (its, options, name) => {
        its.size = 3;
        its.rules?.push({ id: "second", enabled: false });
        options.protect = false;
        options.ignoreChanges = ["size"];
        seen.push(name);
      },
      { protect: true },
    );
    expect(changed.args.size).toBe(3);
    expect(changed.args.rules?.map(({ id }) => id)).toEqual(["first", "second"]);
    expect(changed.options).toEqual({ protect: false, ignoreChanges: ["size"] });
    expect(seen).toEqual(["app-web"]);
  });

  test("edits copies, so that what other resources share stays as it is", () => {
    const before = structuredClone(args);
    const options = { protect: true };
    result((its, own) => {
      its.name = "other";
      for (const rule of its.rules ?? []) rule.enabled = false;
      own.protect = false;
    }, options);
    expect(args).toEqual(before);
    expect(options).toEqual({ protect: true });
  });

  test("sees outputs themselves, not copies", () => {
    const name = pulumi.output("web");
    const [, changed] = transformed<Args>(
      (its) => expect(its.name).toBe(name) ?? undefined,
      ["a", { name }, {}],
    );
    expect(changed.name).toBe(name);
  });

  test("that edits nothing leaves any plain data equal", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const [, same] = transformed<Record<string, unknown>>(() => undefined, ["a", data, {}]);
        expect(same).toEqual(data);
      }),
    );
  });

  test("is typed by the arguments of its resource", () => {
    type Changes = Exclude<Transform<Args>, (...given: never[]) => unknown>;
    expectTypeOf<Changes>().toEqualTypeOf<Partial<Args>>();
    expectTypeOf<{ size: string }>().not.toExtend<Transform<Args>>();
    expectTypeOf<(args: Args) => Args>().not.toExtend<Transform<Args>>();
  });
});

describe("a scope", () => {
  const scope = new Scope<{ urlNormalization: Args; record: Args }>(
    "edge",
    { protect: true },
    { transform: { record: { size: 9 } } },
  );

  test("names an only child after its key", () => {
    expect(scope.child("urlNormalization", { name: "n" })).toEqual([
      "edge-url-normalization",
      { name: "n" },
      { protect: true },
    ]);
  });

  test("names one of several by its own name, and transforms it by the key of all", () => {
    expect(scope.named("record", "caa", { name: "n" }, { retainOnDelete: true })).toEqual([
      "edge-caa",
      { name: "n", size: 9 },
      { protect: true, retainOnDelete: true },
    ]);
  });

  test("adds options to those that its children share, and keeps the transforms", () => {
    const [, args, options] = scope.with({ version: "1.2.3" }).named("record", "caa", { name: "n" });
    expect(args.size).toBe(9);
    expect(options).toEqual({ protect: true, version: "1.2.3" });
    expect(scope.options).toEqual({ protect: true });
  });
});

describe("an import", () => {
  const imports = (ids: ComponentArgs<{ zone: Args; record: Args }>["import"]) =>
    new Scope<{ zone: Args; record: Args }>("edge", {}, { import: ids });

  test("takes over an only child by its key", () => {
    const scope = imports({ zone: "023e" });
    expect(scope.child("zone", args)[2]).toEqual({ import: "023e" });
    expect(scope.child("record", args)[2]).toEqual({});
    expect(() => scope.checkImports()).not.toThrow();
  });

  test("takes over some of several by the end of their names", () => {
    const scope = imports({ record: { web: "372e" } });
    expect(scope.named("record", "web", args)[2]).toEqual({ import: "372e" });
    expect(scope.with({ protect: true }).named("record", "api", args)[2]).toEqual({ protect: true });
    expect(() => scope.checkImports()).not.toThrow();
  });

  test("can be changed by a transform, which sees it", () => {
    const scope = new Scope<{ zone: Args }>(
      "edge",
      {},
      {
        import: { zone: "023e" },
        transform: {
          zone: (_args, options) => {
            options.ignoreChanges = [String(options.import)];
          },
        },
      },
    );
    expect(scope.child("zone", args)[2]).toEqual({ import: "023e", ignoreChanges: ["023e"] });
  });

  test("is refused where one id stands for several resources", () => {
    const scope = imports({ record: "372e" });
    scope.named("record", "web", args);
    expect(() => scope.named("record", "api", args)).toThrow(
      'import.record of edge has one id, but there are several: write { "web": "…", "api": "…" }.',
    );
  });

  test("is refused where the component makes no such resource", () => {
    const scope = imports({ zone: "023e", record: { www: "372e" } });
    scope.child("zone", args);
    expect(() => scope.checkImports()).toThrow("edge makes no resource for 1 import: record.www.");
  });
});
