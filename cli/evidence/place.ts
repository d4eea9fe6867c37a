import { statSync } from "node:fs";
import { resolve } from "node:path";
import { backupStore } from "../../config/backup-store.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import type { EvidenceStore } from "../../evidence/store.ts";
import { Failure } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readStackSettings } from "../../project/settings.ts";
import { defaultFolder } from "./options.ts";

/** Whether a place of evidence is a bucket and no folder. */
export function isBucket(place: string): boolean {
  return place.startsWith("s3:");
}

/** A folder as a path from the root, a bucket as it is. */
export function placeIn(cwd: string, place: string): string {
  return isBucket(place) ? place : resolve(cwd, place);
}

/**
 * Opens the evidence of a stack: a folder, `s3:` for the bucket of the stack's backups, or `s3://BUCKET/PREFIX` at the
 * same endpoint.
 *
 * @throws {Failure} `refused`, for a bucket that is not named so, and for malformed variables
 */
export async function openEvidence(cwd: string, place: string, stack: string): Promise<EvidenceStore> {
  if (!isBucket(place)) return new EvidenceFolder(resolve(cwd, place), stack);
  const { EvidenceBucket } = await import("../../operations/store/evidence-bucket.ts");
  return new EvidenceBucket(await openBucket(cwd, place, stack, "records"), stack);
}

/**
 * A folder that somebody names to be read must be there. The default one is made by the first record.
 *
 * @throws {Failure} `refused`, for one that is not
 */
export function refuseMissing(cwd: string, place: string): void {
  if (isBucket(place) || place === defaultFolder) return;
  try {
    statSync(resolve(cwd, place));
  } catch (error) {
    throw cannotRead(`--evidence ${place}`, error);
  }
}

/** Opens a bucket's folder of a stack's records or checkpoints. */
export async function openBucket(cwd: string, place: string, stack: string, part: "records" | "checkpoints") {
  const [, bucket, prefix = ""] =
    /^s3:(?:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/([\w./-]{0,200}))?)?$/.exec(place) ?? [];
  if (place !== "s3:" && bucket === undefined) {
    throw new Failure("refused", `${JSON.stringify(place)} is not a bucket: write s3: or s3://BUCKET/PREFIX`);
  }
  const [{ readBackupVariables, readStoreKeys }, { ObjectStore }] = await Promise.all([
    import("../operations/environment.ts"),
    import("../../operations/store/object-store.ts"),
  ]);
  const settings = readStackSettings(cwd, stack);
  const variables = readBackupVariables(process.env);
  const declared = backupStore(settings);
  const { provider, retentionDays } = settings.backups;
  const folder = bucket === undefined ? "evidence/" : prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
  return new ObjectStore(
    {
      endpoint: variables.BACKUP_ENDPOINT ?? declared.endpoint,
      region: variables.BACKUP_REGION ?? declared.region,
      bucket: bucket ?? variables.BACKUP_BUCKET ?? declared.bucket,
      prefix: `${folder}${part}/${stack}/`,
    },
    {
      keys: readStoreKeys(process.env),
      // As for backups: R2 locks by a rule of the bucket, S3 each object.
      lockDays: variables.BACKUP_LOCK_DAYS ?? (provider === "s3" ? retentionDays : 0),
      patienceMs: (variables.BACKUP_PATIENCE_MINUTES ?? 1) * 60_000,
    },
  );
}
