import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { connectionVariables } from "../../components/backups/connection.ts";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { readIdentities } from "../../operations/archive/seal.ts";
import type { StoreKeys } from "../../operations/store/object-store.ts";
import { type Connection, connectionSchema } from "../../postgres/connection.ts";

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
  const given = Object.fromEntries(
    Object.keys(variablesSchema.shape).map((name) => [name, environment[name] || undefined]),
  );
  const result = variablesSchema.safeParse(given);
  if (result.success) return result.data;
  throw malformed(result.error);
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
 * The database that the environment names, by `DATABASE_URL` or by libpq's own variables.
 *
 * @throws {Failure} `refused`
 */
export function readConnection(environment: NodeJS.ProcessEnv): Connection {
  const url = environment.DATABASE_URL;
  return parseConnection(
    url === undefined || url === "" ? environment : { ...environment, ...urlParts(url) },
  );
}

/**
 * The database of a URL that was given as an argument, which holds no password: that comes from
 * `PGPASSWORD` or a file of passwords.
 *
 * @throws {Failure} `refused`
 */
export function targetConnection(url: string, environment: NodeJS.ProcessEnv): Connection {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.password !== "" || parsed.searchParams.has("password")) {
    throw new Failure(
      "refused",
      parsed === null
        ? "--target is not a postgresql:// URL"
        : "--target holds a password, which arguments show to everybody: give it by PGPASSWORD or PGPASSFILE",
    );
  }
  if ([...parsed.searchParams.keys()].some((name) => name !== "sslmode")) {
    throw new Failure("refused", "--target may have the parameter sslmode and no other");
  }
  const { PGPASSWORD: _, ...parts } = urlParts(withPassword(parsed));
  return parseConnection({ ...environment, ...parts });
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

function parseConnection(variables: NodeJS.ProcessEnv): Connection {
  const given = Object.fromEntries(
    Object.keys(connectionSchema.shape).map((name) => [name, variables[name] || undefined]),
  );
  const result = connectionSchema.safeParse(given);
  if (!result.success) throw malformed(result.error);
  // A key that is there and undefined would reach programs as text.
  return {
    ...result.data,
    ...Object.fromEntries(Object.entries(result.data).filter(([, value]) => value !== undefined)),
  };
}

function urlParts(url: string) {
  try {
    return connectionVariables(url);
  } catch (error) {
    throw new Failure("refused", error instanceof Error ? error.message : "The URL cannot be read");
  }
}

/** The reader of URLs asks for a password; what stands here is thrown away. */
function withPassword(url: URL): string {
  const copy = new URL(url);
  copy.password = "none";
  return copy.href;
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

function malformed(error: z.ZodError): Failure {
  const problems = error.issues.map(({ path, message, code }) => {
    const name = path.map(String).join(".");
    return code === "invalid_type" ? `${name} is not set` : `${name} is not ${message}`;
  });
  return new Failure("refused", problems.join("; "));
}
