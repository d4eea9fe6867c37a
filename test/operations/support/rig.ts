import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseDocument } from "yaml";
import type { Check } from "../../../operations/drill/checks.ts";
import type { Connection } from "../../../postgres/connection.ts";
import type { Ended } from "../../cli/command.ts";
import { operationEnvironment, runOperation, startFolder, startOperation } from "./operation.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { quickPrograms } from "./programs.ts";
import { startStore, type TestStore } from "./store.ts";

/** Secrets that a rig is made of; each has the word canary in it, and an identity says what it is. */
export const canary = /canary|AGE-SECRET-KEY/;

/** A server, a store, a key holder and a folder: what operations need, and where a test looks for what is left. */
export interface Rig {
  postgres: PostgresServer;
  store: TestStore;
  files: Awaited<ReturnType<typeof startFolder>>;
  /** Folder for temporary files of the operations, and for evidence. */
  temporary: string;
  evidence: string;
  /** Names that were made in the folder for temporary files since the last call. */
  made(): string[];
  /** Files and processes that operations have left. */
  left(): string[];
  /** Starts `optropic` as a process, with a database, a prefix of the store and other variables. */
  start(args: readonly string[], given?: Given): ChildProcess;
  /** Runs it in this process, which costs less. */
  run(args: readonly string[], given?: Given): Promise<Ended>;
  /** Backs a database up below a prefix, and answers the key. */
  backup(database: string, prefix: string, changes?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

export interface Given {
  connection?: Connection;
  prefix?: string;
  changes?: Record<string, string>;
}

/** @param quick whether scratch servers are made of what `initdb` made once */
export async function startRig({ quick = false } = {}): Promise<Rig> {
  const [postgres, store, files] = await Promise.all([
    startPostgres("canary-password-5f2d"),
    startStore("canary-secret-key-91ab"),
    startFolder(),
  ]);
  const temporary = join(files.folder, "temporary");
  mkdirSync(temporary, { mode: 0o755 });
  const programs: Record<string, string> = quick
    ? { POSTGRES_BIN: await quickPrograms(join(files.folder, "programs")) }
    : {};
  const names = new Set<string>();
  const watcher: FSWatcher = watch(temporary, (_, name) => name !== null && names.add(name));
  const environment = ({ connection, prefix, changes }: Given = {}): Record<string, string> => ({
    ...operationEnvironment(connection, store, { holder: files.holder, temporary }),
    BACKUP_PREFIX: prefix ?? store.address.prefix,
    ...programs,
    ...changes,
  });
  const run = (args: readonly string[], given?: Given): Promise<Ended> =>
    runOperation(args, environment(given));
  return {
    postgres,
    store,
    files,
    temporary,
    evidence: join(files.folder, "evidence"),
    made() {
      const made = [...names];
      names.clear();
      return made;
    },
    left() {
      const running = processes().filter(({ title }) => title.includes(temporary));
      return [...readdirSync(temporary), ...running.map(({ title }) => title)];
    },
    start: (args, given) => startOperation(args, environment(given)),
    run,
    async backup(database, prefix, changes = {}) {
      const connection = postgres.connection(database);
      const { status, stdout, stderr } = await run(["backup", "--json"], { connection, prefix, changes });
      if (status !== 0) throw new Error(`The backup ended with ${status}: ${stderr}`);
      return JSON.parse(stdout).backup.key;
    },
    async close() {
      watcher.close();
      await Promise.all([postgres.stop(), store.close()]);
      files.remove();
    },
  };
}

/** A project whose production settings have other checks of the drill, and settings of its own; undefined removes one. */
export function makeProject(
  folder: string,
  checks: readonly Check[],
  settings: Readonly<Record<string, number | string | undefined>> = {},
): string {
  const root = join(import.meta.dirname, "..", "..", "..");
  const document = parseDocument(readFileSync(join(root, "Pulumi.production.yaml"), "utf8"));
  document.setIn(["config", "optropic:backups", "drill", "checks"], checks);
  for (const [name, value] of Object.entries(settings)) {
    const path = ["config", ...name.split("/")];
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), readFileSync(join(root, "Pulumi.yaml")));
  writeFileSync(join(folder, "Pulumi.production.yaml"), String(document));
  return folder;
}

export interface Process {
  id: number;
  /** Arguments, or what a server's process calls itself. */
  title: string;
}

/** Processes of the machine, as anybody may see them. */
export function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ id: Number(name), title: titleOf(name) }));
}

/** Processes that a process, by default this one, started and that still run. */
export function childrenOf({ pid }: { pid?: number | undefined } = process): Process[] {
  return childIdsOf(`${pid}`).map((id) => ({ id: Number(id), title: titleOf(id) }));
}

/** Sessions of a server, which are the processes that it started, with what each calls itself. */
export function sessionsOf(data: string): Process[] {
  try {
    const [server = ""] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    return childIdsOf(server).map((id) => ({ id: Number(id), title: titleOf(id) }));
  } catch {
    return [];
  }
}

function titleOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

/** Titles of a process and of all that it starts, while it runs; other tests have processes of their own. */
export async function titlesWhile(child: ChildProcess): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const look = (): undefined => {
    for (const id of familyOf(`${child.pid}`)) seen.add(titleOf(id));
  };
  // Some run for a few milliseconds.
  await whileRunning(once(child, "exit"), look, 1).catch(() => undefined);
  return seen;
}

/** Ids of a process and of those that come from it. */
function familyOf(id: string): string[] {
  try {
    return [id, ...childIdsOf(id).flatMap(familyOf)];
  } catch {
    return [id];
  }
}

/** Ids of the processes that a process started, of which the kernel has a list for each thread. */
function childIdsOf(id: string): string[] {
  return readdirSync(`/proc/${id}/task`)
    .flatMap((task) => readFileSync(`/proc/${id}/task/${task}/children`, "utf8").split(" "))
    .filter((each) => each !== "");
}

/** Looks until something is there, as long as a run has not ended, and leaves the processor to it in between. */
export async function whileRunning<T>(
  end: Promise<unknown>,
  look: () => T | undefined,
  pauseMs = 10,
): Promise<T> {
  let hasEnded = false;
  const over = (): void => {
    hasEnded = true;
  };
  end.then(over, over);
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (hasEnded) throw new Error("It ended before it came to that");
    await delay(pauseMs);
  }
}
