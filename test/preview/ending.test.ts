import { expect, it } from "vitest";
import { endingOf } from "../../preview/ending.ts";

it("says why a program ended: by its errors, else by what it printed, its status and what to do", () => {
  const ending = { errors: [], printed: "", status: 1, stackTraces: false };
  expect(endingOf({ ...ending, errors: ["Error: no"], printed: "noise" })).toBe("Error: no");
  expect(endingOf({ ...ending, printed: "noise\n", status: 7 })).toBe("noise\nit ended with status 7");
  expect(endingOf({ ...ending, status: 0 })).toMatch(/process\.exit\(\)/);
  const printed = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  expect(endingOf({ ...ending, printed, status: 134 })).toMatch(/status 134\n.*--max-old-space-size/);
});

it("shows of a stack trace the first line alone, unless all are wanted", () => {
  const errors = ["Error: no\n    at one (a.js:1:1)\n    at two (b.js:2:2)"];
  const ending = { errors, printed: "", status: 1 };
  expect(endingOf({ ...ending, stackTraces: false })).toBe("Error: no\n    at one (a.js:1:1)");
  expect(endingOf({ ...ending, stackTraces: true })).toBe(errors[0]);
});
