import { join } from "node:path";
import type { SigningKey } from "../../evidence/keys.ts";
import { Failure } from "../../lib/failure.ts";
import { describeConnection } from "../../postgres/connection.ts";
import { type Session, withPatientSession } from "../../postgres/session.ts";
import { fetchBackup } from "../archive/fetch.ts";
import { type Choice, chooseBackup } from "../archive/inventory.ts";
import { type Opened, openBackup } from "../archive/listing.ts";
import type { Manifest } from "../archive/manifest.ts";
import { neutralSettings } from "../archive/names.ts";
import { refreshRemote } from "../archive/remote.ts";
import { listContents, listSchemas } from "../archive/restore.ts";
import { makeScratchFolder } from "../archive/scratch-folder.ts";
import {
  type Complete,
  type Narrowed,
  narrow,
  type Selection,
  select,
  type Wanted,
} from "../archive/selection.ts";
import { checkSignature, type Signature, type Trust } from "../archive/signature.ts";
import { backUp } from "../backup/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { adoptMissing } from "./adopt.ts";
import {
  inspectServer,
  inspectTarget,
  type Present,
  refuseForeignOwners,
  refuseUnrestorable,
} from "./inspect.ts";
import { restoreIntoNew } from "./new-database.ts";
import { type Replaced, type ReplaceOptions, replace } from "./replace.ts";

export interface RestoreOptions extends ReplaceOptions {
  stack: string;
  store: ObjectStore;
  choice: Choice;
  /** Whose signature the backup must have. */
  trust: Trust;
  /** Signs the backup of the target. */
  signingKey?: SigningKey | undefined;
  identities: readonly string[];
  /** age public keys that the backup of the target is encrypted to. */
  recipients: readonly string[];
  /** Schemas or tables to restore; everything unless given. */
  wanted?: Wanted | undefined;
  /** Asks for confirmation before anything is changed; returns what the person typed. */
  confirm: (about: { manifest: Manifest; replaces: number; tables: number }) => Promise<string>;
  /** Parallel jobs of a restore into a new database; undefined restores in place. */
  jobs?: number | undefined;
  /** Folder for the decrypted dump. */
  scratch?: string | undefined;
  warn: (message: string) => void;
  progress?: ((step: string) => void) | undefined;
}

export interface RestoreOutcome extends Replaced {
  manifest: Manifest;
  signature: Signature;
  /** Key of the backup of the target; undefined when the target had none of the schemas. */
  before: string | undefined;
  durationMs: number;
}

/**
 * Restores the backed-up schemas into a database in one transaction, or by parallel jobs into a new one. It checks the
 * digests, backs up the target, and commits only if the result matches the manifest. Default privileges that only
 * another role can set are left out and reported.
 *
 * @throws {Failure} which says that nothing was changed, or that this is unknown
 */
export async function restore(options: RestoreOptions): Promise<RestoreOutcome> {
  const { store, signal, progress } = options;
  const started = performance.now();
  progress?.("the store");
  const head = await chooseBackup(store, options.choice, options.warn);
  const signature = await checkSignature(store, head, options.trust);
  const scratch = makeScratchFolder("optropic-restore", options.scratch);
  const folder = scratch.path;
  try {
    const listed = { store, identities: options.identities, file: join(folder, "objects"), signal };
    const backup = await openBackup(listed, head);
    const { outcome, before } = await restoreChosen(options, backup, folder);
    const durationMs = Math.round(performance.now() - started);
    return { manifest: backup.manifest, signature, before, ...outcome, durationMs };
  } finally {
    await scratch.remove();
  }
}

/** @returns what was restored, and the key of the backup of the target */
async function restoreChosen(
  options: RestoreOptions,
  { manifest: complete, details, listing }: Opened,
  folder: string,
): Promise<{ outcome: Replaced; before: string | undefined }> {
  const { store, target, signal, progress, wanted, jobs } = options;
  const isPart = wanted !== undefined && wanted.schemas.length + wanted.tables.length > 0;
  const selected = isPart ? await select(complete, listing, wanted) : undefined;
  const { selection, manifest } = selected ?? { selection: undefined, manifest: complete };
  const present =
    jobs === undefined
      ? await inspectTarget(target, manifest, selection?.tables)
      : await inspectServer(target, manifest);
  refuseUnrestorable(options, manifest, present);
  await askFirst(options, {
    manifest,
    replaces: present.schemas.length,
    tables: selection?.tables.length ?? 0,
  });
  progress?.("the backup, to check its digests");
  const file = join(folder, "dump");
  await fetchBackup({ store, manifest: complete, identities: options.identities, file, signal });
  const contents = await listContents(file, complete, signal);
  const whole = { manifest: complete, contents, details, listing };
  const part = selection && (await narrowed(whole, selection, { file, ...options }));
  if (jobs !== undefined) refuseForeignOwners(options, part?.contents ?? contents, present);
  const before = await backUpTarget(options, present, selection);
  progress?.("the restore");
  const { foreignRoles, tablespaces } = present;
  const missing = jobs === undefined && part === undefined ? present.missingCompanions : [];
  const { notes, ...adopted } = await adoptMissing({ manifest, listing }, missing);
  const subject = part ?? { ...adopted, contents, details };
  const files = {
    file,
    contents: subject.contents,
    complete: contents,
    details: subject.details,
    listing: subject.listing,
    foreignRoles,
    tablespaces,
    part,
  };
  const result = await (jobs === undefined
    ? replace(options, subject.manifest, files)
    : restoreIntoNew({ ...options, jobs }, subject.manifest, files));
  const empty = await refreshAfterwards(options, subject.manifest);
  const differences = [...result.differences, ...empty, ...notes, ...(part?.leftOut ?? [])];
  return { outcome: { ...result, differences }, before };
}

/** Fills what other servers have, once the target is committed: they may be this one, and wait for its locks. */
async function refreshAfterwards(
  { target, signal }: RestoreOptions,
  { remote }: Manifest,
): Promise<string[]> {
  if (Object.keys(remote).length === 0) return [];
  const refresh = async (session: Session): Promise<string[]> => {
    await session.run(neutralSettings);
    return refreshRemote(session, remote);
  };
  return withPatientSession(target, "optropic restore", refresh, signal);
}

/** The part of a dump that a selection is. */
async function narrowed(
  backup: Complete,
  selection: Selection,
  { file, jobs, signal }: { file: string; jobs?: number | undefined; signal: AbortSignal },
): Promise<Narrowed> {
  const list = (schema: string) => listSchemas(file, [schema], backup.manifest, signal);
  return narrow(backup, selection, { list, isNew: jobs !== undefined });
}

async function askFirst(
  options: RestoreOptions,
  about: Parameters<RestoreOptions["confirm"]>[0],
): Promise<void> {
  const typed = await options.confirm(about);
  const wanted = describeConnection(options.target);
  // The name of a database may begin or end with a space.
  if (typed === wanted || typed.trim() === wanted.trim()) return;
  throw new Failure("refused", `Not confirmed: the answer was not «${wanted}». Nothing was changed`);
}

/** @returns the key of the backup; undefined when there is nothing to lose */
async function backUpTarget(
  options: RestoreOptions,
  present: Present,
  selection: Selection | undefined,
): Promise<string | undefined> {
  const { stack, store, recipients, signingKey, target, lockTimeoutMs, warn, signal, progress } = options;
  const { schemas, largeObjects } = present;
  if (schemas.length === 0 && !largeObjects) return undefined;
  progress?.("a backup of the target as it is");
  const purpose = "before-restore";
  const { key } = await backUp({
    stack,
    store,
    recipients,
    signingKey,
    connection: target,
    schemas,
    purpose,
    replaces: selection === undefined || selection.schemas.length > 0 ? "schemas" : "tables",
    lockTimeoutMs,
    warn,
    signal,
  });
  return key;
}
