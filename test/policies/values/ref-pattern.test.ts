import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesRef } from "../../../policies/values/ref-pattern.ts";

const release = "refs/heads/release/v3.0.0";

describe("a pattern of refs", () => {
  test.each([
    "refs/heads/release/*",
    "refs/heads/release/v3.0.0",
    "refs/heads/release/v?.?.?",
    "refs/heads/**/*",
    "refs/heads/release/**",
    "refs/**/v*",
    "**/*",
    "refs/heads/release/**/v3*0",
  ])("%s covers a release branch", (pattern) => {
    expect(matchesRef(pattern, release)).toBe(true);
  });

  test.each([
    "refs/heads/*",
    "refs/heads/release*",
    "refs/heads/**",
    "release/*",
    "refs/heads/release/",
    "refs/heads/release/*/",
    "refs/heads/release/v3?0?0?",
    "refs/tags/release/*",
    "",
    "*",
    `refs/heads/${"*".repeat(600)}/v3.0.0`,
  ])("%s does not", (pattern) => {
    expect(matchesRef(pattern, release)).toBe(false);
  });

  const part = fc.stringMatching(/^[\w.*?-]{1,8}$/);
  const parts = fc.array(part, { minLength: 1, maxLength: 5 });

  test("of no sign of its own covers itself alone", () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const [pattern, name] = [one, other].map((list) => list.join("/").replaceAll(/[*?]/g, "x"));
        expect(matchesRef(pattern ?? "", name ?? "")).toBe(pattern === name);
      }),
    );
  });

  test("covers what an expression that says the same covers", () => {
    fc.assert(
      fc.property(
        parts,
        fc.array(fc.stringMatching(/^[\w.-]{1,8}$/), { minLength: 1, maxLength: 5 }),
        (list, name) => {
          const pattern = list.map((one) => one.replaceAll(/\*+/g, "*")).join("/");
          const expression = pattern
            .replaceAll(/[.-]/g, "\\$&")
            .replaceAll("*", "[^/]*")
            .replaceAll("?", "[^/]");
          expect(matchesRef(pattern, name.join("/"))).toBe(
            new RegExp(`^${expression}$`).test(name.join("/")),
          );
        },
      ),
    );
  });

  test("of many stars is judged in the size of its table", () => {
    const stars = `${"*a".repeat(120)}b/${"**/".repeat(60)}x`;
    expect(matchesRef(stars, `${"a".repeat(250)}/${"y/".repeat(100)}z`)).toBe(false);
  });
});
