import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { readMigrationFiles } from "../../verify/database/migration-files.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { startTargetDatabase, type TargetDatabase } from "../target/database.ts";
import { startTarget, type Target } from "../target/target.ts";
import { everythingFor, inState, verified } from "../target/verified.ts";
import { platformFaults } from "./database-faults.ts";
import { parts } from "./parts.ts";

const settings: Settings = accept(
  changed(writtenSettings("production"), "edge.rateLimits.api.requests", 150),
);
const probes = [...parts.web, ...parts.database];
const ofTheDatabase = parts.database;

let target: Target;
let database: TargetDatabase;
let declared: readonly DeclaredResource[];
beforeAll(async () => {
  target = await startTarget(settings);
  declared = (await previewedProduction()).resources;
  database = await startTargetDatabase(target.authority, declared);
});
afterAll(() => Promise.all([target.stop(), database.stop()]));

function everything() {
  const given = everythingFor(target, settings);
  const { url: VERIFY_DATABASE_URL, poolerUrl: VERIFY_POOLER_URL } = database;
  return {
    ...given,
    declared,
    migrations: readMigrationFiles(database.migrations),
    environment: { ...given.environment, VERIFY_DATABASE_URL, VERIFY_POOLER_URL },
  };
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

  it.each(platformFaults)("%s is found by its probe and no other", async (_, spoil, repair, probe) => {
    const role = `${settings.project.name}_application`;
    const [spoiling, repairing] = [spoil, repair].map((text) => text.replace("ROLE", role));
    await database.sql(spoiling ?? "");
    try {
      expect(inState(await verified({ ...everything(), probes: ofTheDatabase }), "does-not-hold")).toEqual([
        probe,
      ]);
    } finally {
      await database.sql(repairing ?? "");
    }
  });

  it("counts the connections that are left", async () => {
    const most = changed(writtenSettings("production"), "objectives.databaseConnectionsPercent", 1);
    const verification = await verified({ ...everything(), settings: accept(most), probes: ofTheDatabase });
    expect(inState(verification, "does-not-hold")).toEqual(["database-connections-left"]);
  });

  it("knows a pooler by how it shares sessions out", async () => {
    const given = everything();
    const stateWith = async (pool: string, mode: string) => {
      const VERIFY_POOLER_URL = database.poolerUrl.replace("/transaction?", `/${pool}?`);
      const { probes } = await verified({
        ...given,
        settings: accept(changed(writtenSettings("production"), "database.pool.mode", mode)),
        environment: { ...given.environment, VERIFY_POOLER_URL },
        probes: ofTheDatabase.filter(({ name }) => name === "pooler-as-declared"),
      });
      return probes[0]?.state;
    };
    expect(await stateWith("session", "transaction")).toBe("does-not-hold");
    expect(await stateWith("statement", "transaction")).toBe("does-not-hold");
    expect(await stateWith("robin", "transaction")).toBe("holds");
    expect(await stateWith("session", "session")).toBe("holds");
    expect(await stateWith("nowhere", "session")).toBe("unknown");
  });

  it("lets nobody in without TLS by way of the pooler either", async () => {
    const given = everything();
    // Offers no TLS, and needs no password.
    const open = createServer((socket) => {
      socket
        .on("error", () => undefined)
        .on("data", (bytes) => {
          socket.write(bytes.readUInt32BE(4) === 80_877_103 ? "N" : Buffer.from("R\0\0\0\x08\0\0\0\0"));
        });
    });
    await new Promise<void>((resolve) => open.listen(0, "127.0.0.1", resolve));
    const address = open.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port");
    const VERIFY_POOLER_URL = `postgresql://verify:none@127.0.0.1:${address.port}/transaction?sslmode=verify-full`;
    const { probes } = await verified({
      ...given,
      environment: { ...given.environment, VERIFY_POOLER_URL },
      probes: ofTheDatabase.filter(({ name }) => name === "database-encrypted"),
    });
    open.close();
    expect(probes[0]?.checks.map(({ subject, state }) => [subject, state])).toEqual([
      ["localhost without TLS", "holds"],
      ["certificate of localhost", "holds"],
      ["127.0.0.1 (pooler) without TLS", "does-not-hold"],
      ["certificate of 127.0.0.1 (pooler)", "does-not-hold"],
    ]);
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
