import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { Drill, Evidence } from "../../checklist/evidence.ts";
import { type Connection, connect, type ServerSession } from "../database/connection.ts";
import { describeDatabase, prepareSession } from "../database/describe.ts";
import { majorOf } from "../database/programs.ts";
import { OperationFailure } from "../failure.ts";
import type { Description, Manifest } from "../manifest.ts";
import { differences } from "../restore/compare.ts";
import { type Choice, chooseBackup } from "../store/inventory.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Check, runChecks } from "./checks.ts";
import { fetchBackup } from "./fetch.ts";
import { listContents, restoreParallel } from "./restore.ts";
import { type ScratchServer, startScratchServer } from "./scratch-server.ts";
import { checkTarget } from "./target.ts";

export interface DrillOptions {
  stack: string;
  store: ObjectStore;
  choice: Choice;
  /** age identities, any of which opens the backup. */
  identities: readonly string[];
  /** An empty database to restore into; a scratch server where there is none. */
  target?: Connection | undefined;
  /** Folder in which the scratch server and the decrypted dump are made. */
  scratch?: string | undefined;
  /** Leave the scratch server for a look. */
  keep: boolean;
  /** Processes of pg_restore. */
  jobs: number;
  checks: readonly Check[];
  objectives: { rtoMinutes: number; rpoMinutes: number; graceMinutes: number };
  signal: AbortSignal;
  progress?: ((step: string) => void) | undefined;
}

export interface DrillOutcome {
  evidence: Evidence;
  /** The scratch server that is left, if it was to be kept. */
  kept: ScratchServer | undefined;
}

const minute = 60_000;

/**
 * Restores a backup and compares it with what was backed up: every digest first, then definitions, rows,
 * row-level security and sequences, then the checks of the settings; all of it timed (items 8.4, 8.6, 8.7).
 *
 * @throws {OperationFailure} when nothing could be restored; neither server nor file is left then
 */
export async function drill(options: DrillOptions): Promise<DrillOutcome> {
  const at = new Date();
  const watch = new Stopwatch(options.progress);
  const manifest = await watch.time("choose", () => chooseBackup(options.store, options.choice));
  const place = await (options.target === undefined
    ? scratchPlace(options, manifest, watch)
    : targetPlace(options, options.target, manifest));
  let keep = false;
  try {
    const restored = await restoreAndLook(options, manifest, place, watch);
    keep = options.keep && place.server !== undefined;
    const found: Drill = {
      backup: {
        name: manifest.key,
        takenAt: manifest.takenAt,
        plainBytes: manifest.plain.bytes,
        sealedBytes: manifest.sealed.bytes,
      },
      serverVersion: place.version,
      steps: watch.steps,
      durationMs: watch.total(),
      rtoMinutes: options.objectives.rtoMinutes,
      lossMinutes: Math.max(0, Math.floor((at.getTime() - Date.parse(manifest.takenAt)) / minute)),
      rpoMinutes: options.objectives.rpoMinutes,
      graceMinutes: options.objectives.graceMinutes,
      tables: Object.keys(restored.description.tables).length,
      rows: rowsOf(restored.description),
      checks: restored.checks,
      differences: differences(manifest.description, restored.description),
    };
    return { evidence: evidenceOf(options, found, at), kept: keep ? place.server : undefined };
  } finally {
    await place.leave(keep);
  }
}

/** Where a backup is restored into, and the folder for its dump. */
interface Place {
  connection: Connection;
  version: string;
  folder: string;
  server: ScratchServer | undefined;
  leave(keep: boolean): Promise<void>;
}

async function scratchPlace(options: DrillOptions, manifest: Manifest, watch: Stopwatch): Promise<Place> {
  const server = await watch.time("start the scratch server", () =>
    startScratchServer({ signal: options.signal, parent: options.scratch, encoding: manifest.encoding }),
  );
  const leave = async (keep: boolean): Promise<void> => {
    if (!keep) await server.remove();
  };
  if (majorOf(server.version) < majorOf(manifest.serverVersion)) {
    await leave(false);
    throw new OperationFailure(
      "refused",
      `The scratch server has PostgreSQL ${server.version} and the backup is of ${manifest.serverVersion}: install postgresql-${majorOf(manifest.serverVersion)}`,
    );
  }
  const { connection, version, folder } = server;
  return { connection, version, folder, server, leave };
}

async function targetPlace(options: DrillOptions, target: Connection, manifest: Manifest): Promise<Place> {
  const session = await connect(target, "optropic drill");
  try {
    await checkTarget(session, target, manifest);
    const [row] = await session.rows("select current_setting('server_version') as version");
    const { version } = z.object({ version: z.string() }).parse(row);
    const folder = await mkdtemp(join(options.scratch ?? tmpdir(), "optropic-drill-"));
    const leave = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
    return { connection: target, version, folder, server: undefined, leave };
  } finally {
    await session.end();
  }
}

async function restoreAndLook(
  options: DrillOptions,
  manifest: Manifest,
  place: Place,
  watch: Stopwatch,
): Promise<{ description: Description; checks: Drill["checks"] }> {
  const { store, identities, jobs, signal } = options;
  const { connection } = place;
  const file = join(place.folder, "dump");
  await watch.time("fetch, decrypt and check the digests", async () => {
    await fetchBackup({ store, manifest, identities, file, signal });
    await listContents(file, signal);
  });
  const session = await connect(connection, "optropic drill");
  const hangUp = (): void => void session.end();
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    const fullRoles = place.server !== undefined;
    await watch.time("restore", () =>
      restoreParallel({ session, connection, manifest, file, jobs, fullRoles, signal }),
    );
    rmSync(file);
    const description = await watch.time("compare", () => look(session, manifest));
    const checks = await watch.time("check", () => runChecks(session, options.checks));
    return { description, checks };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", hangUp);
    await session.end();
  }
}

async function look(session: ServerSession, { schemas }: Manifest): Promise<Description> {
  await prepareSession(session);
  return describeDatabase(
    session,
    schemas.map(({ name }) => name),
  );
}

function rowsOf({ tables }: Description): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}

function evidenceOf(options: DrillOptions, found: Drill, at: Date): Evidence {
  const problems = problemsOf(found, isNewest(options.choice));
  const seconds = (found.durationMs / 1000).toFixed(1);
  const summary = `The backup of ${found.backup.takenAt} was restored in ${seconds} s: ${found.tables} tables, ${found.rows} rows, ${
    problems.length === 0 ? "all as it was" : `${problems.length} problems`
  }.`;
  return {
    version: 1,
    control: "probe",
    source: "drill",
    items: ["8.4", "8.6", "8.7"],
    stack: options.stack,
    at: at.toISOString(),
    holds: problems.length === 0,
    summary,
    problems,
    drill: found,
  };
}

/** An older backup that was asked for is as old as it is: only the newest is held to the objective. */
function isNewest({ name, at }: Choice): boolean {
  return name === undefined && at === undefined;
}

function problemsOf(found: Drill, newest: boolean): string[] {
  const late = found.durationMs > found.rtoMinutes * minute;
  const old = newest && found.lossMinutes > found.rpoMinutes + found.graceMinutes;
  return [
    ...found.differences,
    ...found.checks
      .filter(({ holds }) => !holds)
      .map(({ name, found: answer }) => `The check «${name}» found ${answer}.`),
    ...(late
      ? [`The drill took longer than the recovery time objective of ${found.rtoMinutes} minutes.`]
      : []),
    ...(old
      ? [
          `The newest backup is ${found.lossMinutes} minutes old, more than the recovery point objective of ${found.rpoMinutes} and the ${found.graceMinutes} that a backup may be on its way.`,
        ]
      : []),
  ];
}

/** Times steps, in milliseconds. */
class Stopwatch {
  readonly steps: Drill["steps"] = [];
  #started = performance.now();
  #progress: ((step: string) => void) | undefined;

  constructor(progress: ((step: string) => void) | undefined) {
    this.#progress = progress;
  }

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#progress?.(name);
    const started = performance.now();
    const result = await work();
    this.steps.push({ name, durationMs: Math.round(performance.now() - started) });
    return result;
  }

  total(): number {
    return Math.round(performance.now() - this.#started);
  }
}
