import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { lastDrill } from "../evidence/drill-record.ts";
import { findProgram } from "../postgres/programs.ts";
import { operationEnvironment, startFolder } from "../test/operations/support/operation.ts";
import { type PostgresServer, startPostgres } from "../test/operations/support/postgres.ts";
import { startStore, type TestStore } from "../test/operations/support/store.ts";

/**
 * Measures backup, drill and restore beside the bare pipelines `pg_dump --format=custom | age` and
 * `pg_restore --jobs=2`, by turns, on a database of some 2 GB in four tables: `node bench/backup.ts [runs] [million rows]`. Needs `age` (Debian: apt-get install age).
 */
const runs = Number(process.argv[2] ?? 3);
const millions = Number(process.argv[3] ?? 14);
const command = join(import.meta.dirname, "..", "cli", "optropic.js");

async function main(): Promise<void> {
  const [cpu] = cpus();
  console.log(
    `Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
  );
  const postgres = await startPostgres("bench");
  const store = await startStore();
  const files = await startFolder();
  try {
    const bytes = await fill(postgres);
    const environment = operationEnvironment(postgres.connection(), store, {
      holder: files.holder,
      // The scratch server runs under an account of its own, which reaches this folder.
      temporary: tmpdir(),
    });
    const memory = join(files.folder, "memory");
    const optropic = (...args: string[]) =>
      timed(() => node([command, ...args], { ...environment, ...measuring(files.folder, memory) }));
    console.log("| case | seconds | MB/s of the database | MB stored | peak memory |");
    console.log("| --- | --- | --- | --- | --- |");
    const row = (name: string, seconds: number, stored: number, kib?: number): void => {
      const cells = [seconds.toFixed(1), (bytes / 1e6 / seconds).toFixed(1), (stored / 1e6).toFixed(0)];
      console.log(
        `| ${[name, ...cells, kib === undefined ? "" : `${(kib / 1024).toFixed(0)} MiB`].join(" | ")} |`,
      );
    };
    const bare: number[] = [];
    const ours: number[] = [];
    const parallel: number[] = [];
    const bareRestores: number[] = [];
    const restores: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const file = join(files.folder, "bare.age");
      bare.push(await timed(() => pipeThroughAge(postgres, files.holder.recipient, file)));
      row("pg_dump, age", bare.at(-1) ?? 0, statSync(file).size);
      ours.push(await optropic("backup"));
      row("optropic backup", ours.at(-1) ?? 0, newestBytes(store), Number(readFileSync(memory, "utf8")));
      parallel.push(await optropic("backup", "--jobs", "2"));
      row(
        "optropic backup --jobs 2",
        parallel.at(-1) ?? 0,
        newestBytes(store),
        Number(readFileSync(memory, "utf8")),
      );
      await postgres.sql("create database bare");
      bareRestores.push(await timed(() => restoreWithAge(postgres, files.holder.file, file)));
      await postgres.sql("drop database bare");
      row("age, pg_restore --jobs=2", bareRestores.at(-1) ?? 0, statSync(file).size);
      rmSync(file);
      const place = `127.0.0.1:${postgres.port}/anew`;
      restores.push(
        await optropic(
          ...["restore", "--identity", files.holder.file, "--jobs", "2", "--confirm", place],
          ...["--target", `postgresql://${postgres.user}@${place}?sslmode=disable`],
        ),
      );
      await postgres.sql("drop database anew");
      row(
        "optropic restore --jobs 2",
        restores.at(-1) ?? 0,
        newestBytes(store),
        Number(readFileSync(memory, "utf8")),
      );
    }
    const evidence = join(files.folder, "evidence");
    const drill = await optropic("drill", "--identity", files.holder.file, "--evidence", evidence);
    row("optropic drill", drill, newestBytes(store), Number(readFileSync(memory, "utf8")));
    const found = lastDrill(evidence, "production")?.drill;
    for (const step of found?.steps ?? [])
      console.log(`| … ${step.name} | ${(step.durationMs / 1000).toFixed(1)} | | | |`);
    console.log(`
The database has ${(bytes / 1e6).toFixed(0)} MB and ${millions} million rows; ${found?.differences.length ?? "?"} differences after the drill.
optropic backup has ${((median(bare) / median(ours)) * 100).toFixed(0)} % of the bare pipeline's throughput, by the medians, and ${((median(bare) / median(parallel)) * 100).toFixed(0)} % with --jobs 2.
optropic restore --jobs 2 needs ${(median(restores) / median(bareRestores)).toFixed(2)} times what age and pg_restore --jobs=2 need.`);
  } finally {
    await store.close();
    await postgres.stop();
    files.remove();
  }
}

/** @returns the size of the database, in bytes */
async function fill(postgres: PostgresServer): Promise<number> {
  const rows = (millions * 1_000_000) / tables;
  for (let table = 0; table < tables; table += 1) {
    await postgres.sql(`
      create table event${table} as
        select i as id, md5(i::text) || md5((i + 1)::text) as token, md5((i * 7)::text) as session,
               i % 1000 as account, now() - i * interval '1 second' as at
          from generate_series(${table * rows + 1}, ${(table + 1) * rows}) i;
      create index on event${table} (id);
      alter table event${table} enable row level security`);
  }
  return Number(await postgres.sql("select pg_database_size(current_database())"));
}

/** A parallel job dumps a table, so that there must be several. */
const tables = 4;

/** As a person would do it: pg_restore needs a file for more than one job. */
async function restoreWithAge(postgres: PostgresServer, identity: string, file: string): Promise<void> {
  const plain = `${file}.plain`;
  const age = spawn("age", ["--decrypt", "--identity", identity], { stdio: ["pipe", "pipe", "inherit"] });
  await Promise.all([
    pipeline(createReadStream(file), age.stdin),
    pipeline(age.stdout, createWriteStream(plain)),
  ]);
  const env = { ...process.env, ...postgres.connection("bare") };
  const args = ["--dbname=bare", "--jobs=2", "--exit-on-error", plain];
  const restore = spawn(findProgram("pg_restore"), args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const [status] = await once(restore, "close");
  rmSync(plain);
  if (status !== 0) throw new Error(`pg_restore ended with ${status}`);
}

async function pipeThroughAge(postgres: PostgresServer, recipient: string, file: string): Promise<void> {
  const env = { ...process.env, ...postgres.connection() };
  const dump = spawn(findProgram("pg_dump"), ["--format=custom"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // As a shell does it: the two share a pipe, and nothing of ours is between them.
  const age = spawn("age", ["--recipient", recipient], { stdio: [dump.stdout, "pipe", "inherit"] });
  dump.stdout.destroy();
  await pipeline(age.stdout, createWriteStream(file));
}

/**
 * Variables that make a process of Node.js say how much memory it had at most, in KiB. The kernel's own count
 * of it in `getrusage` begins with that of the process that started it.
 */
function measuring(folder: string, file: string): Record<string, string> {
  const module = join(folder, "memory.mjs");
  writeFileSync(
    module,
    `import { readFileSync, writeFileSync } from "node:fs";
     process.on("exit", () => {
       const [, kib] = /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
       writeFileSync(${JSON.stringify(file)}, kib);
     });`,
  );
  return { NODE_OPTIONS: `--import=${module}` };
}

function node(args: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    // The checks of the drill ask for tables that are not there, so its status is 1.
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject).once("close", (code) => {
      if (code === 0 || code === 1) resolve();
      else reject(new Error(`${args.join(" ")} ended with ${code}`));
    });
  });
}

function newestBytes(store: TestStore): number {
  const newest = store.keysOf().findLast((key) => key.endsWith(".dump.age"));
  return newest === undefined ? 0 : store.size(newest);
}

/** @returns seconds */
async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await main();
