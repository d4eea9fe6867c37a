import { join } from "node:path";
import type { Drill, DrillFinding } from "../../evidence/drill.ts";
import { Failure } from "../../lib/failure.ts";
import { shortened } from "../../lib/text.ts";
import type { Connection } from "../../postgres/connection.ts";
import { type ServerSession, withPatientSession } from "../../postgres/session.ts";
import {
  type Accepted,
  type AcceptedDifference,
  divideAccepted,
  knownDifferences,
  unusedNotes,
} from "../archive/accepted.ts";
import type { Contents } from "../archive/contents.ts";
import { restoreProperties } from "../archive/database-properties.ts";
import type { Details } from "../archive/details.ts";
import { fetchBackup } from "../archive/fetch.ts";
import { type Choice, chooseBackup } from "../archive/inventory.ts";
import { openBackup } from "../archive/listing.ts";
import type { Manifest } from "../archive/manifest.ts";
import { listContents, restoreParallel, standingBack } from "../archive/restore.ts";
import { makeScratchFolder } from "../archive/scratch-folder.ts";
import type { Listing } from "../archive/sections.ts";
import { checkSignature, describeSignature, type Signature, type Trust } from "../archive/signature.ts";
import { type Verified, verify } from "../archive/verify.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Check, runChecks } from "./checks.ts";
import { evidenceOf, firstOf, mostSentences } from "./findings.ts";
import { findPlace, type Place } from "./place.ts";
import type { rehearse } from "./rehearse.ts";
import { explained, type ScratchServer } from "./scratch-server.ts";
import { Stopwatch } from "./stopwatch.ts";

export interface DrillOptions {
  stack: string;
  store: ObjectStore;
  choice: Choice;
  /** Whose signature the backup must have. */
  trust: Trust;
  /** age identities, at least one of which decrypts the backup. */
  identities: readonly string[];
  /** An empty database to restore into. Default: a scratch server. */
  target?: Connection | undefined;
  /** Folder for the scratch server and the decrypted dump. */
  scratch?: string | undefined;
  /** Keep the scratch server running afterwards. */
  keep: boolean;
  /** Parallel jobs of pg_restore. */
  jobs: number;
  /** The role that restores at the source. Default: the one that took the backup, where it can restore. */
  role?: string | undefined;
  checks: readonly Check[];
  /** What may differ, by the settings. */
  accepted?: readonly Accepted[] | undefined;
  /** More checks of the restored database, besides those of the settings. */
  inspect?: ((session: ServerSession) => Promise<Drill["checks"]>) | undefined;
  objectives: { rtoMinutes: number; rpoMinutes: number; graceMinutes: number };
  /** When the drill begins. */
  at: Date;
  /** Called with each warning. */
  warn: (message: string) => void;
  /** Tries a restore in place in the restored database, as the role that restores. Default: not tried. */
  rehearse?: typeof rehearse | undefined;
  signal: AbortSignal;
  progress?: ((step: string) => void) | undefined;
}

export interface DrillOutcome {
  evidence: DrillFinding;
  /** Every difference and note, of which evidence takes a limited number and length. */
  all: { differences: readonly string[]; notes: readonly string[] };
  /** The scratch server, if it was kept. */
  kept: ScratchServer | undefined;
}

const minute = 60_000;

/**
 * Restores a backup and compares the result with the manifest: first the digests, then definitions, row
 * counts, row-level security and sequences, then the checks of the settings. Every step is timed (items 8.4,
 * 8.6, 8.7). A server is started only after the digests match.
 *
 * @throws {Failure} when nothing could be restored; no server and no file is left behind
 */
export async function drill(options: DrillOptions): Promise<DrillOutcome> {
  const { store, choice, identities, signal, warn } = options;
  const watch = new Stopwatch(options.progress);
  const { head, signature } = await watch.time("choose and check the signature", async () => {
    const chosen = await chooseBackup(store, choice, warn);
    return { head: chosen, signature: await checkSignature(store, chosen, options.trust) };
  });
  const makePlace = await findPlace(options, head);
  const folder = makeScratchFolder("optropic-drill", options.scratch);
  const file = join(folder.path, "dump");
  try {
    const opened = await watch.time("fetch, decrypt and check the digests", async () => {
      const listed = { store, identities, file: join(folder.path, "objects"), signal };
      const backup = await openBackup(listed, head);
      checkRole(options, backup.manifest);
      await fetchBackup({ store, manifest: head, identities, file, signal });
      return { ...backup, contents: await listContents(file, head, signal) };
    });
    const place = await (options.target === undefined
      ? watch.time("start the scratch server", makePlace)
      : makePlace());
    return await drillIn(place, options, { signature, file, ...opened, watch });
  } finally {
    await folder.remove();
  }
}

/** @throws {Failure} `refused`, when the role of the settings is missing or may not log in */
function checkRole({ role }: DrillOptions, { roles, key }: Manifest): void {
  if (role === undefined) return;
  const found = roles.find(({ name }) => name === role);
  if (found?.login === true) return;
  const problem = found === undefined ? `the server of ${key} did not have` : "may not log in";
  throw new Failure(
    "refused",
    `backups.drill.role names ${role}, which ${problem}: name the role that restores`,
  );
}

/** The backup under test, and the time so far. */
interface Subject {
  manifest: Manifest;
  signature: Signature;
  details: Details;
  /** What the backup has. */
  listing: Listing;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents. */
  contents: Contents;
  watch: Stopwatch;
}

async function drillIn(place: Place, options: DrillOptions, subject: Subject): Promise<DrillOutcome> {
  let kept: ScratchServer | undefined;
  try {
    const restored = await restoreAndLook(place, options, subject);
    const evidence = evidenceOf(options, figuresOf(place, options, subject, restored));
    if (options.keep) {
      await place.server?.keep();
      kept = place.server;
    }
    const { differences, notes } = restored;
    return { evidence, all: { differences, notes }, kept };
  } catch (error) {
    options.signal.throwIfAborted();
    throw place.server === undefined ? error : explained(error, place.server);
  } finally {
    if (kept === undefined) await place.server?.remove();
  }
}

interface Restored extends Pick<Verified, "figures" | "differences" | "accepted" | "refused"> {
  notes: string[];
  checks: Drill["checks"];
  /** From the start of the drill to the last check, in milliseconds. */
  durationMs: number;
  /** The role as which restores were rehearsed. */
  rehearsedAs?: string | undefined;
}

async function restoreAndLook(
  { connection, server }: Place,
  { jobs, role, signal, checks, accepted: acceptable = [], inspect, rehearse }: DrillOptions,
  { manifest, signature, details, listing, file, contents, watch }: Subject,
): Promise<Restored> {
  const roles = server === undefined ? "powerless" : "full";
  const known = [...acceptable, ...knownDifferences(details)];
  const work = async (session: ServerSession): Promise<Restored> => {
    const outcome = await watch.time("restore", () =>
      restoreParallel({
        session,
        connection,
        manifest,
        details,
        listing,
        file,
        contents,
        jobs,
        roles,
        tablespaces: false,
        signal,
      }),
    );
    const { restored, notes } = outcome;
    const look = async (): Promise<Restored> => {
      const compared = await watch.time("compare", async () => {
        await session.run("begin");
        const found = await verify(session, manifest, restored, known);
        await session.run("rollback");
        // A scratch server has the roles of the source, and nobody else's database.
        const { properties } = details;
        const kept =
          properties === null || server === undefined ? [] : await restoreProperties(session, properties);
        const all = divideAccepted(kept, acceptable);
        return {
          ...found,
          differences: [...found.differences, ...all.counted],
          accepted: [...found.accepted, ...all.accepted],
        };
      });
      const answers = await watch.time("check", async () => [
        ...(await runChecks(session, checks)),
        ...((await inspect?.(session)) ?? []),
      ]);
      return {
        ...compared,
        notes: [
          ...(signature.state === "signed" ? [] : [describeSignature(signature)]),
          ...manifest.notes,
          ...(server?.notes ?? []),
          ...notes,
          ...compared.refused,
        ],
        checks: answers,
        durationMs: watch.total(),
      };
    };
    return standingBack(outcome, look);
  };
  const done = await withPatientSession(connection, "optropic drill", work, signal);
  const isTried = rehearse !== undefined && done.differences.length === 0;
  const restoreMs = watch.steps.find(({ name }) => name === "restore")?.durationMs ?? 0;
  const rehearsal = { connection, isOwn: server !== undefined, role, jobs, restoreMs };
  // It comes after the recovery, whose duration is held to the objective, and is no part of it.
  const rehearsed = isTried
    ? await watch.time("rehearse a restore in place", () =>
        rehearse({ ...rehearsal, accepted: known, signal }, manifest, {
          file,
          contents,
          details,
          listing,
        }),
      )
    : { notes: [], differences: [], role: undefined };
  const { counted, accepted: besides } = divideAccepted(rehearsed.differences, acceptable);
  const accepted = [...done.accepted, ...besides];
  return {
    ...done,
    differences: [...done.differences, ...counted],
    accepted,
    rehearsedAs: rehearsed.role,
    notes: [...done.notes, ...rehearsed.notes, ...unusedNotes(acceptable, accepted)],
  };
}

function shortenedDifference({ difference, reason }: AcceptedDifference): AcceptedDifference {
  return { difference: shortened(difference, 499), reason };
}

function figuresOf(
  place: Place,
  { objectives, at }: DrillOptions,
  { manifest, watch }: Subject,
  { figures, differences, accepted, notes, checks, durationMs, rehearsedAs }: Restored,
): Drill {
  return {
    backup: {
      name: manifest.key,
      takenAt: manifest.takenAt,
      plainBytes: manifest.plain.bytes,
      sealedBytes: manifest.sealed.bytes,
    },
    serverVersion: place.version,
    steps: watch.steps,
    durationMs,
    rtoMinutes: objectives.rtoMinutes,
    rpoMinutes: objectives.rpoMinutes,
    graceMinutes: objectives.graceMinutes,
    lossMinutes: Math.max(0, Math.floor((at.getTime() - Date.parse(manifest.takenAt)) / minute)),
    ...figures,
    checks,
    differences: firstOf(differences, "difference"),
    ...(accepted.length > 0 && { accepted: accepted.slice(0, mostSentences).map(shortenedDifference) }),
    ...(rehearsedAs !== undefined && { rehearsedAs: shortened(rehearsedAs, 999) }),
    notes: firstOf(notes, "note").map((note) => shortened(note, 999)),
  };
}
