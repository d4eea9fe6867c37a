import { type BackupCopy, backupCopies, backupStore } from "../../config/backup-store.ts";
import type { Settings } from "../../config/settings.ts";
import { ObjectStore, type StoreAddress } from "../../operations/store/object-store.ts";
import { readConnection } from "../../postgres/environment.ts";
import { readStackSettings } from "../../project/settings.ts";
import { type CopyOptions, copyNamed, openCopy, separateCopies } from "./copies.ts";
import { type BackupVariables, readBackupVariables, readStoreKeys } from "./environment.ts";
import { type BackupSubject, patienceOf } from "./job.ts";
import { reportersOf } from "./reporters.ts";
import { readSigner, readTrusted } from "./trust.ts";

/** A stack's settings and the environment, as the database operations use them. */
export interface StackContext {
  settings: Settings;
  variables: BackupVariables;
}

/**
 * Reads the settings of a stack, and the environment variables that override some of them.
 *
 * @throws {Failure} of the kind that a preview has for a project that cannot be read, else `refused`
 */
export function readStack(cwd: string, stack: string): StackContext {
  return { settings: readStackSettings(cwd, stack), variables: readBackupVariables(process.env) };
}

/** What a backup of the stack needs. */
export function subjectOf(cwd: string, stack: string, warn: (message: string) => void): BackupSubject {
  const context = readStack(cwd, stack);
  const { backups } = context.settings;
  return {
    connection: readConnection(process.env),
    schemas: context.variables.BACKUP_SCHEMAS ?? backups.schemas,
    jobs: context.variables.BACKUP_JOBS ?? backups.jobs,
    recipients: recipientsOf(context),
    signingKey: readSigner(process.env),
    trusted: readTrusted(context.settings.evidence.publicKeys, process.env),
    store: openStore(context, { warn }),
    copies: copiesOf(context).map((copy) => openCopy(copy, copyOptions(context, { warn }))),
    reporters: reportersOf(context.variables, stack),
  };
}

interface Opening {
  /** Aborts reads. */
  signal?: AbortSignal;
  warn: (message: string) => void;
}

/** The stores that have each backup too. */
function copiesOf(context: StackContext): readonly BackupCopy[] {
  const { settings, variables } = context;
  return separateCopies(addressOf(context), variables.BACKUP_COPIES ?? backupCopies(settings.backups));
}

function copyOptions({ settings, variables }: StackContext, opening: Opening): CopyOptions {
  return {
    ...opening,
    prefix: variables.BACKUP_PREFIX ?? backupStore(settings).prefix,
    keys: variables.BACKUP_COPY_KEYS ?? {},
    patienceMs: patienceOf(variables),
  };
}

/** Name of the store that is not a copy. */
export const mainStore = "main";

/**
 * Opens a store of a stack's backups with the keys from the environment: the main one or the copy of a name.
 *
 * @throws {Failure} `refused`, when there is no such copy
 */
export function openStore(context: StackContext, opening: Opening, name: string = mainStore): ObjectStore {
  if (name !== mainStore) {
    return openCopy(copyNamed(copiesOf(context), name), copyOptions(context, opening)).store;
  }
  const { settings, variables } = context;
  const { signal, warn } = opening;
  const declaredLock = settings.backups.provider === "s3" ? settings.backups.retentionDays : 0;
  const lockDays = variables.BACKUP_LOCK_DAYS ?? declaredLock;
  return new ObjectStore(addressOf(context), {
    keys: readStoreKeys(process.env),
    lockDays,
    signal,
    patienceMs: patienceOf(variables),
    warn,
  });
}

/** Where the backups are before they are copied. */
function addressOf({ settings, variables }: StackContext): StoreAddress {
  const declared = backupStore(settings);
  return {
    endpoint: variables.BACKUP_ENDPOINT ?? declared.endpoint,
    region: variables.BACKUP_REGION ?? declared.region,
    bucket: variables.BACKUP_BUCKET ?? declared.bucket,
    prefix: variables.BACKUP_PREFIX ?? declared.prefix,
  };
}

/** The age public keys that backups of the stack are encrypted to. */
export function recipientsOf({ settings, variables }: StackContext): readonly string[] {
  return variables.BACKUP_RECIPIENTS ?? settings.backups.recipients;
}
