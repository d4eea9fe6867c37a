import { expect, test } from "vitest";
import { remembered } from "../../../policies/values/remembered.ts";

test("an answer is found once for each text, also one of undefined, and always for a text that is long", () => {
  const asked: string[] = [];
  const lengthOf = remembered((text) => {
    asked.push(text);
    return text === "" ? undefined : text.length;
  });
  const long = "x".repeat(20_001);
  for (const text of ["", "a", "", "a", "ab", long, long]) {
    expect(lengthOf(text)).toBe(text === "" ? undefined : text.length);
  }
  expect(asked).toEqual(["", "a", "ab", long, long]);
});

test("what is kept is bounded", () => {
  let found = 0;
  const answer = remembered(() => {
    found += 1;
    return found;
  });
  const first = answer("0");
  for (let text = 0; text < 2_000; text += 1) answer(String(text));
  expect(answer("0")).toBe(first);
  answer("one more");
  expect(answer("0")).not.toBe(first);
});
