import { expect, test } from "vitest";
import { sameCommit } from "../../lib/commit.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

test.each([
  [commit, commit, true],
  [commit.slice(0, 7), commit, true],
  [commit, commit.slice(0, 7), true],
  [commit.slice(0, 6), commit, false],
  ["", commit, false],
  [undefined, commit, false],
  [`${commit.slice(0, 12)}f`, commit, false],
])("%s is %s: %s", (one, other, is) => {
  expect(sameCommit(one, other)).toBe(is);
});
