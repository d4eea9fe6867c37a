import { Failure } from "../../lib/failure.ts";
import type { BackupOptions } from "../../operations/backup/run.ts";
import { ObjectStore } from "../../operations/store/object-store.ts";
import { readConnection } from "../../postgres/environment.ts";
import { openCopy } from "./copies.ts";
import { type BackupVariables, readBackupVariables, readStoreKeys } from "./environment.ts";
import { reportersOf } from "./reporters.ts";
import { readSigner, readTrusted } from "./trust.ts";

const minute = 60_000;

/** How long an outage of the store is waited out, in milliseconds. */
export function patienceOf({ BACKUP_PATIENCE_MINUTES: minutes }: BackupVariables): number | undefined {
  return minutes === undefined ? undefined : minutes * minute;
}

/** What a backup is made of, apart from how it is run. */
export type BackupSubject = Omit<BackupOptions, "stack" | "signal" | "progress" | "warn">;

/**
 * Reads what a backup needs from the environment, as the scheduled job has it.
 *
 * @returns undefined when the environment does not name a store, as on a laptop
 * @throws {Failure} `refused`, when a part is missing
 */
export function jobOptions(
  environment: NodeJS.ProcessEnv,
  stack: string,
  warn: (message: string) => void,
): BackupSubject | undefined {
  const variables = readBackupVariables(environment);
  const { BACKUP_ENDPOINT: endpoint, BACKUP_BUCKET: bucket, BACKUP_RECIPIENTS: recipients } = variables;
  if (endpoint === undefined || bucket === undefined || recipients === undefined) return undefined;
  if (recipients.length === 0) throw new Failure("refused", "BACKUP_RECIPIENTS has no public key");
  const address = {
    endpoint,
    bucket,
    region: variables.BACKUP_REGION ?? "auto",
    prefix: variables.BACKUP_PREFIX ?? "postgres/",
  };
  return {
    connection: readConnection(environment),
    schemas: variables.BACKUP_SCHEMAS ?? [],
    jobs: variables.BACKUP_JOBS,
    recipients,
    signingKey: readSigner(environment),
    trusted: readTrusted([], environment),
    store: new ObjectStore(address, {
      keys: readStoreKeys(environment),
      lockDays: variables.BACKUP_LOCK_DAYS,
      patienceMs: patienceOf(variables),
      warn,
    }),
    copies: (variables.BACKUP_COPIES ?? []).map((copy) =>
      openCopy(copy, {
        prefix: address.prefix,
        keys: variables.BACKUP_COPY_KEYS ?? {},
        patienceMs: patienceOf(variables),
        warn,
      }),
    ),
    reporters: reportersOf(variables, stack),
  };
}
