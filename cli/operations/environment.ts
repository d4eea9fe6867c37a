import * as z from "zod";
import { readVariables } from "../../lib/environment.ts";
import { Failure } from "../../lib/failure.ts";
import { readText } from "../../lib/files.ts";
import { parseJson } from "../../lib/json.ts";
import { readIdentities } from "../../operations/archive/seal.ts";
import type { StoreKeys } from "../../operations/store/object-store.ts";
import { copiesText, copyKeysText } from "./copies.ts";

/** The longest value of an environment variable that is read, in characters. */
const maximumCharacters = 100_000;
const maximumIdentityBytes = 64 * 1024;

const listText = z
  .string()
  .max(maximumCharacters)
  .transform((text, context) => {
    const result = z.array(z.string().min(1).max(1000)).max(1000).safeParse(parseJson(text));
    if (result.success) return result.data;
    context.addIssue("a JSON list of strings");
    return z.NEVER;
  });

function textOf(characters: number): z.ZodString {
  return z.string().max(characters, `text of at most ${characters} characters`);
}

const webUrl = z.url({ protocol: /^https?$/, error: "a URL" });
const mailAddress = z.email("a mail address").max(254, "a mail address");

const variablesSchema = z.object({
  BACKUP_ENDPOINT: webUrl.optional(),
  BACKUP_REGION: textOf(100).optional(),
  BACKUP_BUCKET: textOf(255).optional(),
  BACKUP_PREFIX: textOf(500).optional(),
  BACKUP_RECIPIENTS: listText.optional(),
  BACKUP_SCHEMAS: listText.optional(),
  BACKUP_JOBS: z
    .string()
    .regex(/^(?:[1-9]|1[0-6])$/, "a number from 1 to 16")
    .transform(Number)
    .optional(),
  BACKUP_LOCK_DAYS: z
    .string()
    .regex(/^\d{1,4}$/, "a number of days up to 3650")
    .transform(Number)
    .refine((days) => days <= 3650, "a number of days up to 3650")
    .optional(),
  BACKUP_PATIENCE_MINUTES: z
    .string()
    .regex(/^\d{1,3}$/, "a number of minutes up to 720")
    .transform(Number)
    .refine((minutes) => minutes <= 720, "a number of minutes up to 720")
    .optional(),
  BACKUP_COPIES: copiesText.optional(),
  BACKUP_COPY_KEYS: copyKeysText.optional(),
  BACKUP_CHECK_IN_URL: webUrl.optional(),
  BACKUP_WEBHOOK_URL: webUrl.optional(),
  BACKUP_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: "a URL such as smtps://mail.example.com:465" })
    .optional(),
  BACKUP_MAIL_FROM: mailAddress.optional(),
  BACKUP_MAIL_TO: textOf(4000)
    .transform((text) => text.split(",").map((address) => address.trim()))
    .pipe(z.array(mailAddress, "addresses, separated by commas").max(20, "at most 20 addresses"))
    .optional(),
  BACKUP_METRICS_FILE: textOf(4096).endsWith(".prom", "a path that ends in .prom").optional(),
  BACKUP_PUSHGATEWAY_URL: webUrl.optional(),
});

export type BackupVariables = z.infer<typeof variablesSchema>;

/**
 * Reads the BACKUP_ variables; an empty one counts as absent.
 *
 * @throws {Failure} `refused`, naming each malformed variable but never its value
 */
export function readBackupVariables(environment: NodeJS.ProcessEnv): BackupVariables {
  return readVariables(variablesSchema, environment);
}

/**
 * Reads the keys of the store from the variables that every S3 client uses.
 *
 * @returns undefined when there are none, so that the SDK looks for a profile, web identity or a role
 * @throws {Failure} `refused`, when one of the two is missing
 */
export function readStoreKeys(environment: NodeJS.ProcessEnv): StoreKeys | undefined {
  const accessKeyId = keyOf(environment, "AWS_ACCESS_KEY_ID");
  const secretAccessKey = keyOf(environment, "AWS_SECRET_ACCESS_KEY");
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    throw new Failure("refused", `${missing} is not set, and the other half of the store's keys is`);
  }
  return { accessKeyId, secretAccessKey, sessionToken: keyOf(environment, "AWS_SESSION_TOKEN") };
}

/**
 * Reads age identities from a file or from `BACKUP_IDENTITY`.
 *
 * @throws {Failure} `refused`, when there is no identity or a line is not one; the message never quotes it
 */
export function readIdentity(file: string | undefined, environment: NodeJS.ProcessEnv): string[] {
  const text =
    file === undefined
      ? (environment.BACKUP_IDENTITY ?? "")
      : readText(`--identity ${file}`, file, { maximumBytes: maximumIdentityBytes });
  const identities = readIdentities(text);
  if (identities.length > 0) return identities;
  throw new Failure(
    "refused",
    file === undefined
      ? "Decrypting a backup needs an age identity: pass a file with --identity or set BACKUP_IDENTITY"
      : `${file} has no age identity`,
  );
}

/** Secret stores may leave spaces or a newline around a value, which no key has. */
function keyOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name]?.trim();
  if (value === undefined || value === "") return undefined;
  if (value.length <= maximumCharacters && !/[^\x21-\x7e]/.test(value)) return value;
  throw new Failure("refused", `${name} is not a key of a store`);
}
