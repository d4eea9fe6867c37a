import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { removeFolder } from "../../lib/files.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { type Session, withSession } from "../../postgres/session.ts";
import { findSchemas } from "../archive/describe.ts";
import { fetchBackup } from "../archive/fetch.ts";
import { type Choice, chooseBackup } from "../archive/inventory.ts";
import type { Manifest } from "../archive/manifest.ts";
import { withoutSchemas } from "../archive/prepare.ts";
import { listContents } from "../archive/restore.ts";
import { makeScratchFolder } from "../archive/scratch-folder.ts";
import { hasLargeObjects } from "../archive/surroundings.ts";
import { backUp } from "../backup/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type RoleName, readForeignRoles, withoutDefaultPrivileges } from "./default-privileges.ts";
import { type Replaced, type ReplaceOptions, replace } from "./replace.ts";
import { standIn } from "./stand-in.ts";

export interface RestoreOptions extends ReplaceOptions {
  stack: string;
  store: ObjectStore;
  choice: Choice;
  identities: readonly string[];
  /** age public keys that the backup of the target is encrypted to. */
  recipients: readonly string[];
  /** Asks for confirmation before anything is changed; returns what the person typed. */
  confirm: (about: { manifest: Manifest; replaces: number }) => Promise<string>;
  /** Folder for the decrypted dump. */
  scratch?: string | undefined;
  warn: (message: string) => void;
  progress?: ((step: string) => void) | undefined;
}

export interface RestoreOutcome extends Replaced {
  manifest: Manifest;
  /** Key of the backup of the target; undefined when the target had none of the schemas. */
  before: string | undefined;
  durationMs: number;
}

/**
 * Restores the backed-up schemas into a database, in one transaction. It checks the digests, backs up the
 * target, and commits only if the result matches the manifest. Default privileges that only another role can
 * set are left out and reported.
 *
 * @throws {Failure} which says that nothing was changed, or that this is unknown
 */
export async function restore(options: RestoreOptions): Promise<RestoreOutcome> {
  const { store, target, signal, progress } = options;
  const started = performance.now();
  progress?.("the store");
  const manifest = await chooseBackup(store, options.choice, options.warn);
  const present = await findPresent(target, manifest);
  await askFirst(options, manifest, present.schemas.length);
  const folder = makeScratchFolder("optropic-restore", options.scratch);
  try {
    progress?.("the backup, to check its digests");
    const file = join(folder, "dump");
    await fetchBackup({ store, manifest, identities: options.identities, file, signal });
    const contents = join(folder, "contents");
    const listed = withoutSchemas(await listContents(file, signal));
    writeFileSync(contents, withoutDefaultPrivileges(listed, present.foreignRoles), { mode: 0o600 });
    const before = await backUpTarget(options, present);
    progress?.("the restore");
    const result = await replace(options, manifest, { file, contents, foreignRoles: present.foreignRoles });
    return { manifest, before, ...result, durationMs: Math.round(performance.now() - started) };
  } finally {
    removeFolder(folder);
  }
}

/**
 * What the restore replaces in the target, and the roles it cannot act for. Large objects have no schema, so
 * all are replaced.
 */
interface Present {
  schemas: string[];
  largeObjects: boolean;
  foreignRoles: RoleName[];
}

async function findPresent(target: Connection, manifest: Manifest): Promise<Present> {
  return withSession(target, "optropic restore", async (session) => {
    const restored = new Set(manifest.schemas.map(({ name }) => name));
    const schemas = (await findSchemas(session, [])).map(({ name }) => name);
    return {
      schemas: schemas.filter((name) => restored.has(name)),
      largeObjects: await hasLargeObjects(session),
      foreignRoles: await foreignRolesOf(session),
    };
  });
}

/** Roles that the restore cannot act for, even after it granted itself what it may. */
async function foreignRolesOf(session: Session): Promise<RoleName[]> {
  await session.run("begin");
  await standIn(session);
  const roles = await readForeignRoles(session);
  await session.run("rollback");
  return roles;
}

async function askFirst(options: RestoreOptions, manifest: Manifest, replaces: number): Promise<void> {
  const typed = await options.confirm({ manifest, replaces });
  const wanted = describeConnection(options.target);
  if (typed.trim() === wanted) return;
  throw new Failure("refused", `Not confirmed: the answer was not «${wanted}». Nothing was changed`);
}

/** @returns the key of the backup; undefined when there is nothing to lose */
async function backUpTarget(options: RestoreOptions, present: Present): Promise<string | undefined> {
  const { stack, store, recipients, target, warn, signal, progress } = options;
  const { schemas, largeObjects } = present;
  if (schemas.length === 0 && !largeObjects) return undefined;
  progress?.("a backup of the target as it is");
  const purpose = "before-restore";
  const { key } = await backUp({
    stack,
    store,
    recipients,
    connection: target,
    schemas,
    purpose,
    warn,
    signal,
  });
  return key;
}
