import { expect, test } from "vitest";
import { parseQualified, placeOf } from "../../../operations/archive/qualified-names.ts";

test("a name with its schema is read as the server quotes it", () => {
  expect(parseQualified("app.orders")).toEqual({ schema: "app", name: "orders" });
  expect(parseQualified('"Odd ""s"."a.b"')).toEqual({ schema: 'Odd "s', name: "a.b" });
  expect(parseQualified("orders")).toBeUndefined();
  expect(parseQualified("a.b.c")).toBeUndefined();
});

test.each([
  ["schema app", "app", ""],
  ['schema "A b"', "A b", ""],
  ["table app.orders", "app", "orders"],
  ['table "x on y"."a of b.c"', "x on y", '"a of b.c"'],
  ["constraint positive of app.orders", "app", "orders"],
  ['trigger "t on z.q" on app."o of p"', "app", '"o of p"'],
  ["function app.f(timestamp with time zone,other.t)", "app", "f(timestamp with time zone,other.t)"],
  ["operator class app.c USING btree", "app", "c USING btree"],
  ['default privileges of "a in b" in app on r', "app", ""],
  ["text search configuration app.german", "app", "german"],
])("%s is in %s", (object, schema, rest) => {
  expect(placeOf(object)).toMatchObject({ schema, rest });
});
