import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { registry } from "../../verify/registry.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { startTargetDatabase, type TargetDatabase } from "../target/database.ts";
import { startTarget, type Target } from "../target/target.ts";
import { everythingFor, inState, verified } from "../target/verified.ts";

const settings: Settings = accept(
  changed(writtenSettings("production"), "edge.rateLimits.api.requests", 150),
);
/** The vendors have a target of their own. */
const probes = registry.filter(({ needs }) => !needs.some((need) => need.startsWith("vendor:")));
const ofTheDatabase = registry.filter(({ needs }) => needs.includes("database"));

let target: Target;
let database: TargetDatabase;
beforeAll(async () => {
  target = await startTarget(settings);
  database = await startTargetDatabase(target.authority);
});
afterAll(() => Promise.all([target.stop(), database.stop()]));

function everything() {
  const given = everythingFor(target, settings);
  return { ...given, environment: { ...given.environment, VERIFY_DATABASE_URL: database.url } };
}

describe("the whole platform, with its database", () => {
  it("passes every probe there is, and shows no credential", async () => {
    target.become();
    const verification = await verified({ ...everything(), probes });
    expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
    expect(verification.probes).toHaveLength(probes.length);
    const shown = [
      JSON.stringify(verification),
      verificationText(verification),
      verificationPage(verification),
    ];
    for (const output of shown) expect(output).not.toContain("canary");
  });

  it("is known by its certificate, whose authority must be trusted", async () => {
    const given = everything();
    const url = database.url.replace(/sslrootcert=[^&]*/, "sslrootcert=system");
    const verification = await verified({
      ...given,
      environment: { VERIFY_DATABASE_URL: url },
      probes: ofTheDatabase.filter(({ name }) => name === "database-encrypted"),
    });
    expect(inState(verification, "does-not-hold")).toEqual(["database-encrypted"]);
  });
});
