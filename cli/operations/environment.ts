import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { readVariables } from "../../lib/environment.ts";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { readIdentities } from "../../operations/archive/seal.ts";
import type { StoreKeys } from "../../operations/store/object-store.ts";

/** What a variable of the environment may hold, in characters. */
const maximumCharacters = 100_000;
const maximumIdentityBytes = 64 * 1024;

const listText = z
  .string()
  .max(maximumCharacters)
  .transform((text, context) => {
    const result = z.array(z.string().min(1).max(1000)).max(1000).safeParse(parseJson(text));
    if (result.success) return result.data;
    context.addIssue("a JSON list of texts");
    return z.NEVER;
  });

function textOf(characters: number): z.ZodString {
  return z.string().max(characters, `a text of at most ${characters} characters`);
}

const variablesSchema = z.object({
  BACKUP_ENDPOINT: z.url({ protocol: /^https?$/, error: "a URL" }).optional(),
  BACKUP_REGION: textOf(100).optional(),
  BACKUP_BUCKET: textOf(255).optional(),
  BACKUP_PREFIX: textOf(500).optional(),
  BACKUP_RECIPIENTS: listText.optional(),
  BACKUP_SCHEMAS: listText.optional(),
  BACKUP_LOCK_DAYS: z
    .string()
    .regex(/^\d{1,4}$/, "a number of days up to 3650")
    .transform(Number)
    .refine((days) => days <= 3650, "a number of days up to 3650")
    .optional(),
  BACKUP_CHECK_IN_URL: z.url({ protocol: /^https?$/, error: "a URL" }).optional(),
});

export type BackupVariables = z.infer<typeof variablesSchema>;

/**
 * What the environment says of backups; an empty variable says nothing.
 *
 * @throws {Failure} `refused`, with the variables that are malformed and never their values
 */
export function readBackupVariables(environment: NodeJS.ProcessEnv): BackupVariables {
  return readVariables(variablesSchema, environment);
}

/**
 * The keys of the store, by the names that every S3 client knows.
 *
 * @throws {Failure} `refused`
 */
export function readStoreKeys(environment: NodeJS.ProcessEnv): StoreKeys {
  return {
    accessKeyId: required(environment, "AWS_ACCESS_KEY_ID"),
    secretAccessKey: required(environment, "AWS_SECRET_ACCESS_KEY"),
  };
}

/**
 * age identities, of a file or of `BACKUP_IDENTITY`.
 *
 * @throws {Failure} `refused`, when there is none or a line is none, without what it holds
 */
export function readIdentity(file: string | undefined, environment: NodeJS.ProcessEnv): string[] {
  const text = file === undefined ? (environment.BACKUP_IDENTITY ?? "") : readSmallFile(file);
  const identities = readIdentities(text);
  if (identities.length > 0) return identities;
  const where =
    file === undefined ? "name a file with --identity, or set BACKUP_IDENTITY" : `${file} has none`;
  throw new Failure("refused", `An age identity is needed to open backups: ${where}`);
}

function readSmallFile(file: string): string {
  try {
    if (statSync(file).size <= maximumIdentityBytes) return readFileSync(file, "utf8");
  } catch {
    throw new Failure("refused", `${file} cannot be read`);
  }
  throw new Failure("refused", `${file} is too large for a file of identities`);
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== "" && value.length <= maximumCharacters) return value;
  throw new Failure("refused", `${name} is not set`);
}
