import { expect, it } from "vitest";
import { endingOf } from "../../preview/ending.ts";

const ending = { errors: [], warnings: [], printed: "", status: 1, stackTraces: false };

it("says why a program ended: by its errors, else by what it printed, its status and what to do", () => {
  expect(endingOf({ ...ending, errors: ["Error: no"], printed: "noise" })).toBe("Error: no");
  expect(endingOf({ ...ending, printed: "noise\n", status: 7 })).toBe(
    "noise\nthe program ended with status 7",
  );
  expect(endingOf({ ...ending, status: 0 })).toMatch(/process\.exit\(\)/);
  const printed = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  expect(endingOf({ ...ending, printed, status: 134 })).toMatch(/status 134\n.*--max-old-space-size/);
});

it("names what was not known before, which the error often comes from", () => {
  const warnings = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `${name} is not known offline`);
  expect(endingOf({ ...ending, errors: ["Error: no"], warnings: warnings.slice(0, 1) })).toBe(
    "Error: no\nwarning: a is not known offline",
  );
  expect(endingOf({ ...ending, errors: ["Error: no"], warnings })).toMatch(
    /e is not.*\nand 2 more warnings$/,
  );
});

it("says what stands for an encrypted setting where the program cannot use that", () => {
  const error = "Configuration 'shop:size' value '[secret]' is not a valid number";
  expect(endingOf({ ...ending, errors: [error] })).toMatch(/^Config.*\n\[secret\] stands for .*--config/);
  expect(endingOf({ ...ending, errors: ["Error: no"], printed: error })).toBe("Error: no");
});

it("shows the first errors, where one mistake breaks every resource", () => {
  const errors = Array.from({ length: 22 }, (_, index) => `Error: ${index}`);
  expect(endingOf({ ...ending, errors })).toMatch(/^Error: 0\n(?:.*\n)*Error: 19\nand 2 more errors$/);
  expect(endingOf({ ...ending, errors: errors.slice(0, 20) })).toMatch(/Error: 19$/);
});

it("shows of a stack trace the first line alone, unless all are wanted", () => {
  const errors = ["Error: no\n    at one (a.js:1:1)\n    at two (b.js:2:2)"];
  expect(endingOf({ ...ending, errors })).toBe("Error: no\n    at one (a.js:1:1)");
  expect(endingOf({ ...ending, errors, stackTraces: true })).toBe(errors[0]);
});

it("leaves out the properties that Node.js prints behind a stack trace, but for the cause", () => {
  const properties = "  resource: T {\n    __name: 'a',\n  },\n  code: 'E'\n}";
  const one = `Error: no\n    at one (a.js:1:1) {\n${properties}`;
  const two = `Error: no\n    at one (a.js:1:1)\n    at two (b.js:2:2) {\n${properties}`;
  const inner = "  [cause]: Error: refused\n      at net (c.js:1:1) {\n    code: 'E'\n  }\n}";
  const caused = `Error: no\n    at one (a.js:1:1) {\n${inner}\nand after`;
  expect(endingOf({ ...ending, errors: [one] })).toBe("Error: no\n    at one (a.js:1:1)");
  expect(endingOf({ ...ending, errors: [two] })).toBe("Error: no\n    at one (a.js:1:1)");
  expect(endingOf({ ...ending, errors: [caused] })).toBe(
    "Error: no\n    at one (a.js:1:1)\n  [cause]: Error: refused\nand after",
  );
  expect(endingOf({ ...ending, errors: ["Error: no\n    at one (a.js:1:1) {\n  cut"] })).toBe(
    "Error: no\n    at one (a.js:1:1) {\n  cut",
  );
});
