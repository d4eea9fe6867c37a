import { expect, test } from "vitest";
import { alertValues } from "../../../policies/api-values.ts";
import { fixFor } from "../../../policies/framework/vendor-fixes.ts";
import { alwaysHttps } from "../../../policies/security-https.ts";
import { type Fixture, stackOf } from "../fixture.ts";

const fixAt = (...types: readonly string[]) => {
  const fixtures: Fixture[] = types.map((type, index) => ({ type, name: `it-${index}`, props: {} }));
  return fixFor(alwaysHttps, stackOf(fixtures));
};

test.each([
  ["aws:cloudfront/distribution:Distribution", "redirect-to-https"],
  ["vercel:index/project:Project", "redirects HTTP by itself"],
])("the fix is for the vendor in use: %s", (type, words) => {
  expect(fixAt(type)).toContain(words);
  expect(fixAt(type)).not.toMatch(/cloudflare/i);
});

test("where Cloudflare is in use, or nothing yet, the fix is for it", () => {
  expect(fixAt("aws:cloudfront/distribution:Distribution", "cloudflare:index/zone:Zone")).toMatch(
    /cloudflare/,
  );
  expect(fixAt()).toMatch(/cloudflare/);
});

test("the fix for a value of an alert is of no vendor that the stack lacks", () => {
  expect(`${alertValues.title} ${alertValues.fix}`).not.toMatch(/grafana/i);
});
