import { describe, expect, it } from "vitest";
import { readStackOutputs, stackReferenceOutputs } from "../../preview/engine/stack-reference.ts";
import { unknown } from "../../preview/engine/values.ts";

describe("--stack-output", () => {
  it("gives a stack's outputs, each JSON where it can be read so", () => {
    const stacks = readStackOutputs([
      "acme/net/prod:subnet=10.0.0.0/24",
      "acme/net/prod:ports=[80]",
      "prod:a=b=c:d",
    ]);
    expect(Object.fromEntries(stacks)).toEqual({
      "acme/net/prod": { subnet: "10.0.0.0/24", ports: [80] },
      prod: { a: "b=c:d" },
    });
  });

  it.each(["", "prod", "prod:a", ":a=1", "prod:=1", "pr od:a=1"])("%j is refused", (entry) => {
    expect(() => readStackOutputs([entry])).toThrow(/is not stack:output=value/);
  });
});

describe("a reference to another stack", () => {
  const stacks = readStackOutputs(["net/prod:a=1", "acme/other/prod:a=2"]);

  it("finds it by its full name, or without organization or project", () => {
    expect(stackReferenceOutputs({ name: "acme/net/prod" }, stacks).outputs).toMatchObject({ a: 1 });
    expect(stackReferenceOutputs({ name: "acme/other/prod" }, stacks).outputs).toMatchObject({ a: 2 });
    expect(stackReferenceOutputs({ name: "net/prod" }, stacks)).toEqual({
      name: "net/prod",
      outputs: { a: 1, "(others)": unknown },
      secretOutputNames: [],
    });
  });

  it("is unknown where it is not given", () => {
    expect(stackReferenceOutputs({ name: "other/prod" }, stacks)).toEqual({
      name: "other/prod",
      outputs: unknown,
      secretOutputNames: unknown,
    });
  });

  it("is refused with more than a name, and without one", () => {
    expect(() => stackReferenceOutputs({ name: "prod", more: 1 }, stacks)).toThrow('unknown property "more"');
    expect(() => stackReferenceOutputs({}, stacks)).toThrow('no property "name"');
  });
});
