import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { readMigrationFiles } from "../../verify/database/migration-files.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import { registry } from "../../verify/registry.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { startTargetDatabase, type TargetDatabase } from "../target/database.ts";
import { startTarget, type Target } from "../target/target.ts";
import { everythingFor, inState, verified } from "../target/verified.ts";

const settings: Settings = accept(
  changed(writtenSettings("production"), "edge.rateLimits.api.requests", 150),
);
/** The vendors have a target of their own. */
/** What compares the outputs of stacks asks no platform: test/verify/secrets.test.ts. */
const probes = registry.filter(
  ({ needs }) => !needs.some((need) => need === "outputs" || need.startsWith("vendor:")),
);
const ofTheDatabase = registry.filter(({ needs }) => needs.includes("database"));

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

/** Rewrites the server's own list of who may connect how. */
function connectionsBy(kind: "host" | "hostssl"): string {
  const line = `${kind} all all 127.0.0.1/32 scram-sha-256`;
  return `
    do $do$ begin execute format('copy (select %L) to %L', '${line}', current_setting('hba_file')); end $do$;
    select pg_reload_conf(), pg_sleep(0.1)`;
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

  it.each<[string, string, string, string]>([
    [
      "a role with more power",
      "alter role ROLE createrole",
      "alter role ROLE nocreaterole",
      "database-roles",
    ],
    ["a membership", "grant pg_read_all_data to ROLE", "revoke pg_read_all_data from ROLE", "database-roles"],
    [
      "an application that owns its tables",
      "alter table public.event owner to ROLE",
      "alter table public.event owner to postgres",
      "database-roles",
    ],
    [
      "a role that nobody declared",
      "create role backdoor login bypassrls",
      "drop role backdoor",
      "database-roles",
    ],
    ["a plaintext connection", connectionsBy("host"), connectionsBy("hostssl"), "database-encrypted"],
    [
      "a table that is read in full",
      "create table public.big as select n from generate_series(1, 20000) n; alter table public.big enable row level security; create policy own on public.big to authenticated using (n = 0); do $do$ begin for turn in 1..100 loop perform count(*) from public.big; end loop; end $do$",
      "drop table public.big",
      "database-performance",
    ],
    [
      "an index that nobody reads",
      "create index event_body on public.event (length(body))",
      "drop index public.event_body",
      "database-performance",
    ],
    [
      "a table of dead rows",
      "create table public.dead with (autovacuum_enabled = off) as select n from generate_series(1, 20000) n; alter table public.dead enable row level security; create policy own on public.dead to authenticated using (n = 0); delete from public.dead where n > 1",
      "drop table public.dead",
      "database-performance",
    ],
  ])("%s is found by its probe and no other", async (_, spoil, repair, probe) => {
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
