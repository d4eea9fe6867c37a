import type { DrillFinding } from "../../../evidence/drill.ts";
import { databaseStatement } from "../../../operations/archive/database.ts";
import type { Manifest } from "../../../operations/archive/manifest.ts";
import { backUp } from "../../../operations/backup/run.ts";
import type { rehearse } from "../../../operations/drill/rehearse.ts";
import { drill } from "../../../operations/drill/run.ts";
import { type RestoreOutcome, restore } from "../../../operations/restore/run.ts";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { type Connection, describeConnection } from "../../../postgres/connection.ts";
import { type Holder, startFolder } from "./operation.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { startStore, type TestStore } from "./store.ts";

/** A server with databases to back up, another to restore into, and a store, all used within this process. */
export interface Cycle {
  source: PostgresServer;
  /** Another server, for drills, started when it is first asked for. */
  other(): Promise<PostgresServer>;
  store: TestStore;
  holder: Holder;
  backUp(
    connection: Connection,
    schemas?: readonly string[],
    changes?: Partial<Parameters<typeof backUp>[0]>,
  ): Promise<Manifest>;
  /** Restores the newest backup into an empty database of the other server, and compares. */
  drill(rehearsed?: typeof rehearse): Promise<DrillFinding>;
  restore(target: Connection, changes?: Partial<Parameters<typeof restore>[0]>): Promise<RestoreOutcome>;
  close(): Promise<void>;
}

/** @param settings of both servers */
export async function startCycle(settings: Readonly<Record<string, string>> = {}): Promise<Cycle> {
  const password = "canary-cycle-71";
  const store = await startStore();
  const source = await startLocal(password, settings);
  let started: Promise<PostgresServer> | undefined;
  const other = (): Promise<PostgresServer> => {
    started ??= startLocal(password, settings);
    return started;
  };
  const files = await startFolder();
  const warn = (): void => undefined;
  const { signal } = new AbortController();
  let backups = 0;
  let drills = 0;
  let newest: Manifest | undefined;
  let address = store.address;
  const open = (): ObjectStore => new ObjectStore(address, { keys: store.keys, patienceMs: 0 });
  return {
    source,
    other,
    store,
    holder: files.holder,
    async backUp(connection, schemas = [], changes = {}) {
      // Each has a prefix of its own, so that the newest backup is the one just taken.
      backups += 1;
      address = { ...store.address, prefix: `cycle-${backups}/` };
      const recipients = [files.holder.recipient];
      newest = await backUp({
        stack: "production",
        connection,
        schemas,
        recipients,
        store: open(),
        warn,
        signal,
        ...changes,
      });
      return newest;
    },
    async drill(rehearsed) {
      if (newest === undefined) throw new Error("There is no backup");
      drills += 1;
      // What a program could take for a connection string.
      const name = `dbname='drill ${drills}" \\`;
      const server = await other();
      await server.sql(`${databaseStatement({ ...newest, database: name })} ${byFiles}`);
      const { evidence } = await drill({
        ...common(files.holder, open()),
        stack: "production",
        target: server.connection(name),
        keep: false,
        rehearse: rehearsed,
        jobs: 2,
        checks: [],
        objectives: { rtoMinutes: 60, rpoMinutes: 60, graceMinutes: 60 },
        at: new Date(),
        warn,
        signal,
      });
      return evidence;
    },
    async restore(target, changes = {}) {
      return restore({
        ...common(files.holder, open()),
        stack: "production",
        target,
        recipients: [files.holder.recipient],
        confirm: async () => describeConnection(target),
        createRoles: false,
        noOwner: false,
        acceptDifferences: false,
        warn,
        signal,
        ...changes,
      });
    },
    async close() {
      await Promise.all([source.stop(), started?.then((server) => server.stop()), store.close()]);
      files.remove();
    },
  };
}

/** How a server makes a database at less than half of what it costs through its write-ahead log. */
export const byFiles = "strategy file_copy";

/** A server whose connections go by its socket. */
async function startLocal(
  password: string,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresServer> {
  const server = await startPostgres(password, settings);
  return { ...server, connection: server.local };
}

function common({ identity }: Holder, store: ObjectStore) {
  return {
    store,
    identities: [identity],
    choice: {},
    trust: { keys: [], acceptUnsigned: false, stack: "production" },
  };
}
