import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { registry } from "../../verify/registry.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { type Fault, faults } from "../target/faults.ts";
import { startTarget, type Target } from "../target/target.ts";
import { everythingFor, inState, verified } from "../target/verified.ts";

const settings: Settings = accept(
  changed(writtenSettings("production"), "edge.rateLimits.api.requests", 150),
);
let target: Target;
beforeAll(async () => {
  target = await startTarget(settings);
});
afterAll(() => target.stop());

/** Which probe finds each fault. */
const finders: Readonly<Record<Fault, string>> = {
  "no-https-redirect": "http-redirected",
  "temporary-redirect": "http-redirected",
  "redirect-elsewhere": "http-redirected",
  "hsts-missing": "strict-transport",
  "hsts-short": "strict-transport",
  "hsts-without-subdomains": "strict-transport",
  "hsts-without-preload": "strict-transport",
};

describe("a healthy platform", () => {
  it("passes every probe", async () => {
    target.become();
    const verification = await verified(everythingFor(target, settings));
    expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
    expect(verification.probes.map(({ name }) => name)).toEqual(registry.map(({ name }) => name));
    for (const { checks, digest } of verification.probes) {
      expect(checks.length).toBeGreaterThan(0);
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
  });
});

describe("a platform with one fault", () => {
  it.each(faults)("%s fails its probe and no other", async (fault) => {
    target.become(fault);
    const verification = await verified(everythingFor(target, settings));
    expect(inState(verification, "does-not-hold")).toEqual([finders[fault]]);
    expect(inState(verification, "error")).toEqual([]);
  });
});
