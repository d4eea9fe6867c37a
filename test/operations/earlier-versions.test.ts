import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drill } from "../../operations/drill/run.ts";
import { restore } from "../../operations/restore/run.ts";
import { ObjectStore } from "../../operations/store/object-store.ts";
import { describeConnection } from "../../postgres/connection.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";
import { startStore, type TestStore } from "./support/store.ts";

/** Backups as earlier versions stored them, which this key decrypts; nothing else is encrypted to it. */
const folder = new URL("../fixtures/backups/", import.meta.url).pathname;
const identity = "AGE-SECRET-KEY-10FWHXE4A9VD3WRXPKQFE45Z40ETANVZU58DQ6L5JFL2TRZZMFEQSL0PP7N";
const recipient = "age1jqpr6u4qzac6zrv3cpaay46vepm439twppanx9p308f033pnugdqaf6dn0";

let postgres: PostgresServer;
let stored: TestStore;
let store: ObjectStore;

beforeAll(async () => {
  [postgres, stored] = await Promise.all([startPostgres("canary-earlier-71"), startStore()]);
  store = new ObjectStore({ ...stored.address, prefix: "postgres/" }, { keys: stored.keys, patienceMs: 0 });
  for (const name of readdirSync(join(folder, "version-3"))) {
    const path = stored.path(`postgres/${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, readFileSync(join(folder, "version-3", name)));
  }
});

afterAll(() => Promise.all([postgres.stop(), stored.close()]));

const { signal } = new AbortController();

function common() {
  return {
    store,
    identities: [identity],
    choice: {},
    trust: { keys: [], acceptUnsigned: false, stack: "production" },
    stack: "production",
    warn: (message: string) => expect(message).toBe(""),
    signal,
  };
}

test("a backup of version 3 passes its drill", async () => {
  const { evidence } = await drill({
    ...common(),
    keep: false,
    jobs: 2,
    checks: [],
    objectives: { rtoMinutes: 60, rpoMinutes: 60, graceMinutes: 60 },
    choice: { name: readdirSync(join(folder, "version-3"))[0] },
    at: new Date(),
  });
  expect(evidence.problems).toEqual([]);
  expect(evidence.drill).toMatchObject({ tables: 1, rows: 30, differences: [] });
});

test("a backup of version 3 is restored, with what it has beside its schemas", async () => {
  const target = postgres.connection("third");
  const { differences, manifest } = await restore({
    ...common(),
    target,
    recipients: [recipient],
    confirm: async () => describeConnection(target),
    createRoles: true,
    noOwner: false,
    acceptDifferences: false,
    jobs: 2,
  });
  expect(differences).toEqual([]);
  expect(manifest.schemas).toEqual([
    { name: "app", owner: "keeper" },
    { name: "public", owner: "pg_database_owner" },
  ]);
  const found = await postgres.sql(
    `select json_build_array(
       (select count(*) from app.orders), (select count(*) from app.recent), (select last_value from app.counter),
       (select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()),
       (select obj_description(oid, 'pg_extension') from pg_extension where extname = 'hstore'),
       (select pg_get_expr(prqual, prrelid) from pg_publication_rel), (select usename from pg_user_mappings),
       (select evtname from pg_event_trigger), (select count(*) from pg_default_acl), (select count(*) from pg_largeobject_metadata),
       (select count(*) from pg_cast where castsource = 'app.orders'::regtype),
       has_database_privilege('reader', current_database(), 'temporary with grant option'),
       pg_has_role('teller', 'keeper', 'usage with grant option'))`,
    "third",
  );
  expect(JSON.parse(found)).toEqual([
    30,
    10,
    7,
    "third",
    "ours",
    "(id > 3)",
    "reader",
    "watch",
    1,
    1,
    1,
    true,
    true,
  ]);
});
