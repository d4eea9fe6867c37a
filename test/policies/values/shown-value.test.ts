import { expect, test } from "vitest";
import { shownValue } from "../../../policies/values/shown-value.ts";

test.each([
  "development",
  "",
  "production ",
  "https://optropic.example ",
  "*",
  "0",
  "^https://.*\\.example$",
])("%j is shown", (text) => {
  expect(shownValue(text)).toBe(JSON.stringify(text));
});

test.each([
  "c4nary-c4nary-c4nary",
  "postgresql://app:pw@db.example.com/x",
  "https://hooks.example/T00000000abcd",
  "k3yK3yk3Yk3yK3yk3Y",
  "abcdefghijklmnopqrstuvwxyzabcdef",
  `x ${"0123456789abcdef"} y`,
])("%j is not", (text) => {
  expect(shownValue(text)).toBe("a value that is not shown");
});
