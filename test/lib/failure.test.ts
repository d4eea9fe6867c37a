import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure, reasonOf } from "../../lib/failure.ts";

describe("the reason of a failure", () => {
  it.each([
    ["an error's message", new TypeError("no such column"), "no such column"],
    ["a failure's message", new Failure("refused", "Set FOO"), "Set FOO"],
    ["the first of several", new AggregateError([new Error("refused"), new Error("late")]), "refused"],
    [
      "the message before those it wraps",
      new AggregateError([new Error("refused")], "none answered"),
      "none answered",
    ],
    ["the name of an error that says nothing", new RangeError(), "RangeError"],
    ["the name of a wrapper around nothing", new AggregateError([]), "AggregateError"],
    ["a text that was thrown", "stop", "stop"],
    ["nothing", undefined, "undefined"],
    ["an object that no text can be made of", Object.create(null), "an unknown error"],
  ])("is %s", (_, thrown, reason) => {
    expect(reasonOf(thrown)).toBe(reason);
  });

  it("is a text, whatever was thrown", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withDate: true }), (thrown) => {
        expect(reasonOf(thrown)).toBeTypeOf("string");
      }),
    );
  });
});

it("a failure has a kind, no place at first, and keeps its cause", () => {
  const cause = new Error("ENOENT");
  const failure = new Failure("project", "There is no Pulumi.yaml", { cause });
  expect(failure).toMatchObject({ name: "Failure", kind: "project", problems: [], cause });
  expect(failure).toBeInstanceOf(Error);
});
