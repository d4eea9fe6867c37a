import { vendorName } from "./naming.ts";
import type { Settings } from "./settings.ts";

/** Where a stack's backups are, as S3 addresses it. */
export interface BackupStore {
  /** URL of the store, without the bucket. */
  readonly endpoint: string;
  /** Region for which requests are signed. */
  readonly region: string;
  readonly bucket: string;
  /** Beginning of the name of each backup; after it they sort by time. */
  readonly prefix: string;
}

/** The store of a stack's backups, all of which the settings say. */
export function backupStore(
  settings: Pick<Settings, "accounts" | "stage" | "project" | "backups">,
): BackupStore {
  const { s3 } = settings.backups;
  const bucket = vendorName(settings.project, settings.stage, "backups");
  const prefix = "postgres/";
  return s3 === undefined
    ? { endpoint: r2Endpoint(settings), region: "auto", bucket, prefix }
    : { endpoint: s3.endpoint, region: s3.region, bucket: s3.bucket ?? bucket, prefix };
}

/** Another store that each backup is copied to. */
export interface BackupCopy {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Whether a backup without this copy has failed. */
  readonly required: boolean;
  /** Days of object lock for each object; 0 for none. */
  readonly lockDays: number;
}

/** The copies that the settings declare. */
export function backupCopies({ copies, retentionDays }: Settings["backups"]): BackupCopy[] {
  return copies.map(({ lock, ...copy }) => ({ ...copy, lockDays: lock ? retentionDays : 0 }));
}

/** Source: https://developers.cloudflare.com/r2/reference/data-location/ */
function r2Endpoint({ accounts, backups }: Pick<Settings, "accounts" | "backups">): string {
  const { cloudflare } = accounts;
  const host = backups.jurisdiction === "default" ? cloudflare : `${cloudflare}.${backups.jurisdiction}`;
  return `https://${host}.r2.cloudflarestorage.com`;
}
