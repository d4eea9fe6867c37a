import * as z from "zod";
import { type BackupCopy, sharedCopies } from "../../config/backup-store.ts";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { listed } from "../../lib/text.ts";
import type { CopyTarget } from "../../operations/backup/copy.ts";
import { ObjectStore, type StoreKeys, type StoreOptions } from "../../operations/store/object-store.ts";

const name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);

const copySchema = z.strictObject({
  name,
  endpoint: z.url({ protocol: /^https?$/ }),
  region: z.string().min(1).max(100),
  bucket: z.string().min(3).max(255),
  required: z.boolean().default(true),
  lockDays: z.int().min(0).max(3650).default(0),
});

const keysSchema = z.record(
  name,
  z.strictObject({
    accessKeyId: z.string().min(1).max(1000),
    secretAccessKey: z.string().min(1).max(1000),
    sessionToken: z.string().max(10_000).optional(),
  }),
);

export const copiesText = jsonText(z.array(copySchema).max(3), "a JSON list of stores");
export const copyKeysText = jsonText(keysSchema, "a JSON object with the keys of each copy by its name");

export interface CopyOptions extends Omit<StoreOptions, "keys" | "lockDays"> {
  /** The names of backups begin alike in every store. */
  prefix: string;
  /** Keys by the names of the copies. */
  keys: Readonly<Record<string, StoreKeys>>;
}

/** Opens a copy's store. Without keys of its own, the SDK looks for some. */
export function openCopy(copy: BackupCopy, { prefix, keys, ...options }: CopyOptions): CopyTarget {
  const { name: own, endpoint, region, bucket, required, lockDays } = copy;
  const given = Object.hasOwn(keys, own) ? keys[own] : undefined;
  const store = new ObjectStore({ endpoint, region, bucket, prefix }, { ...options, keys: given, lockDays });
  return { name: own, required, store };
}

/**
 * The copies, each in a store that neither the backups nor another copy is in: a second copy in the same bucket would be
 * lost with the first.
 *
 * @throws {Failure} `refused`, with the name of a copy that is in none of its own
 */
export function separateCopies(
  main: Pick<BackupCopy, "endpoint" | "bucket">,
  copies: readonly BackupCopy[],
): readonly BackupCopy[] {
  const [shared] = sharedCopies(main, copies);
  if (shared !== undefined) {
    throw new Failure(
      "refused",
      `The copy ${JSON.stringify(shared.copy.name)} has the endpoint and the bucket of the store "${shared.other}": name another bucket in backups.copies, by preference at another vendor`,
    );
  }
  const names = new Set(["main"]);
  for (const copy of copies) {
    if (names.has(copy.name)) {
      throw new Failure("refused", `Two stores of backups have the name ${JSON.stringify(copy.name)}`);
    }
    names.add(copy.name);
  }
  return copies;
}

/**
 * The copy of a name.
 *
 * @throws {Failure} `refused`, with the names that there are
 */
export function copyNamed(copies: readonly BackupCopy[], wanted: string): BackupCopy {
  const found = copies.find((copy) => copy.name === wanted);
  if (found !== undefined) return found;
  const names = ["main", ...copies.map((copy) => copy.name)];
  throw new Failure(
    "refused",
    `There is no store ${JSON.stringify(wanted)}: expected ${listed(names, "or")}`,
  );
}

function jsonText<Schema extends z.ZodType>(schema: Schema, expected: string) {
  return z
    .string()
    .max(100_000, expected)
    .transform((text, context): z.output<Schema> => {
      const result = schema.safeParse(parseJson(text));
      if (result.success) return result.data;
      context.addIssue(expected);
      return z.NEVER;
    });
}
