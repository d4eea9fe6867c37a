import type { BackupsSettings } from "./backups.ts";
import { type NamedProject, vendorName } from "./naming.ts";

/** The settings that say where backups are. */
interface StoreSettings {
  readonly accounts: { readonly cloudflare: string };
  readonly stage: "production" | "staging";
  readonly project: NamedProject;
  readonly backups: Pick<BackupsSettings, "s3" | "jurisdiction">;
}

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
export function backupStore(settings: StoreSettings): BackupStore {
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
export function backupCopies({
  copies,
  retentionDays,
}: Pick<BackupsSettings, "copies" | "retentionDays">): BackupCopy[] {
  return copies.map(({ lock, ...copy }) => ({ ...copy, lockDays: lock ? retentionDays : 0 }));
}

/** A place in a store of backups. */
type Place = Pick<BackupStore, "endpoint" | "bucket">;

/**
 * The copies that are in the store of the backups or of an earlier copy, where they would be lost with it: each with the
 * name of that store.
 */
export function sharedCopies<Copy extends Place & { readonly name: string }>(
  main: Place,
  copies: readonly Copy[],
): { index: number; copy: Copy; other: string }[] {
  const places = new Map([[placeOf(main), "main"]]);
  return copies.flatMap((copy, index) => {
    const other = places.get(placeOf(copy));
    if (other === undefined) places.set(placeOf(copy), copy.name);
    return other === undefined ? [] : [{ index, copy, other }];
  });
}

function placeOf({ endpoint, bucket }: Place): string {
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}/${bucket}`;
}

/** Source: https://developers.cloudflare.com/r2/reference/data-location/ */
function r2Endpoint({ accounts, backups }: Pick<StoreSettings, "accounts" | "backups">): string {
  const { cloudflare } = accounts;
  const host = backups.jurisdiction === "default" ? cloudflare : `${cloudflare}.${backups.jurisdiction}`;
  return `https://${host}.r2.cloudflarestorage.com`;
}
