import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Drill, Evidence } from "../../checklist/evidence.ts";
import { removeFolder } from "../../lib/files.ts";
import type { Connection } from "../../postgres/connection.ts";
import { connect, type ServerSession } from "../../postgres/session.ts";
import { differences } from "../archive/compare.ts";
import { describeDatabase, prepareSession } from "../archive/describe.ts";
import { fetchBackup } from "../archive/fetch.ts";
import { type Choice, chooseBackup } from "../archive/inventory.ts";
import type { Description, Manifest } from "../archive/manifest.ts";
import { listContents, restoreParallel } from "../archive/restore.ts";
import { makeScratchFolder } from "../archive/scratch-folder.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Check, runChecks } from "./checks.ts";
import { evidenceOf } from "./findings.ts";
import { findPlace, type Place } from "./place.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { Stopwatch } from "./stopwatch.ts";

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
  /** When it begins. */
  at: Date;
  /** Takes what is no reason to fail. */
  warn: (message: string) => void;
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
 * No server is started before the digests are found to be right.
 *
 * @throws {Failure} when nothing could be restored; neither server nor file is left then
 */
export async function drill(options: DrillOptions): Promise<DrillOutcome> {
  const { store, choice, identities, signal, warn } = options;
  const watch = new Stopwatch(options.progress);
  const manifest = await watch.time("choose", () => chooseBackup(store, choice, warn));
  const makePlace = await findPlace(options, manifest);
  const folder = makeScratchFolder("optropic-drill", options.scratch);
  const file = join(folder, "dump");
  try {
    const contents = await watch.time("fetch, decrypt and check the digests", async () => {
      await fetchBackup({ store, manifest, identities, file, signal });
      return listContents(file, signal);
    });
    const place = await (options.target === undefined
      ? watch.time("start the scratch server", makePlace)
      : makePlace());
    return await drillIn(place, options, { manifest, file, contents, watch });
  } finally {
    removeFolder(folder);
  }
}

/** What is drilled, and how long it took so far. */
interface Subject {
  manifest: Manifest;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents. */
  contents: string;
  watch: Stopwatch;
}

async function drillIn(place: Place, options: DrillOptions, subject: Subject): Promise<DrillOutcome> {
  let kept: ScratchServer | undefined;
  try {
    const restored = await restoreAndLook(place, options, subject);
    const evidence = evidenceOf(options, figuresOf(place, options, subject, restored));
    if (options.keep) kept = place.server;
    return { evidence, kept };
  } finally {
    if (kept === undefined) await place.server?.remove();
  }
}

interface Restored {
  description: Description;
  checks: Drill["checks"];
}

async function restoreAndLook(
  { connection, server }: Place,
  { jobs, signal, checks }: DrillOptions,
  { manifest, file, contents, watch }: Subject,
): Promise<Restored> {
  const session = await connect(connection, "optropic drill");
  // Ends a statement that runs.
  const hangUp = (): void => void session.end();
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    signal.throwIfAborted();
    const fullRoles = server !== undefined;
    await watch.time("restore", () =>
      restoreParallel({ session, connection, manifest, file, contents, jobs, fullRoles, signal }),
    );
    // The comparison may need the room.
    rmSync(file);
    const description = await watch.time("compare", () => look(session, manifest));
    return { description, checks: await watch.time("check", () => runChecks(session, checks)) };
  } catch (error) {
    // What was raised from outside is said in the words of who raised it.
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

function figuresOf(
  place: Place,
  { objectives, at }: DrillOptions,
  { manifest, watch }: Subject,
  { description, checks }: Restored,
): Drill {
  const tables = Object.values(description.tables);
  return {
    backup: {
      name: manifest.key,
      takenAt: manifest.takenAt,
      plainBytes: manifest.plain.bytes,
      sealedBytes: manifest.sealed.bytes,
    },
    serverVersion: place.version,
    steps: watch.steps,
    durationMs: watch.total(),
    rtoMinutes: objectives.rtoMinutes,
    rpoMinutes: objectives.rpoMinutes,
    graceMinutes: objectives.graceMinutes,
    lossMinutes: Math.max(0, Math.floor((at.getTime() - Date.parse(manifest.takenAt)) / minute)),
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    checks,
    differences: differences(manifest.description, description),
  };
}
