import { Child } from "../../lib/child.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { type Argument, argumentIn, launchOf } from "../../postgres/programs.ts";
import type { DumpWarnings } from "./dump-warnings.ts";
import { patternsFor, type Scope } from "./scope.ts";

export interface DumpOptions {
  connection: Connection;
  /** Name of the sessions. */
  name: string;
  scope: Scope;
  /** Name of a snapshot that another session exported and holds open. */
  snapshot: string;
  /** Major version of the server. */
  serverMajor: number;
  /** Encoding of the database: it may give its clients another one, which does not have every character. */
  encoding: string;
  /** For how long the dump waits for a lock, in milliseconds. */
  lockTimeoutMs: number;
  /** Takes what pg_dump warns of. */
  warnings: DumpWarnings;
  signal: AbortSignal;
}

/**
 * Streams a dump in pg_dump's custom format, compressed by pg_dump. The stream ends without an error only
 * when the dump is complete.
 */
export async function* dump(options: DumpOptions): AsyncGenerator<Uint8Array> {
  const env = programEnvironment(options.connection, options.name);
  const child = new Child({
    label: "pg_dump",
    launch: launchOf("pg_dump", ["--format=custom", ...dumpArguments(options)], env, options.serverMajor),
    signal: options.signal,
    keepsError(line) {
      options.warnings.take(line);
      return true;
    },
  });
  child.stdin.end();
  try {
    yield* child.stdout;
    await child.success();
  } finally {
    await child.stop("SIGKILL");
  }
}

/**
 * Arguments hold names only, since every user of the machine can read them. Schemas are left out rather than
 * named: with schemas named, pg_dump leaves out everything that is in none, such as casts, event triggers,
 * publications, the privileges of extensions, and large objects.
 */
export function dumpArguments({
  scope,
  snapshot,
  encoding,
  lockTimeoutMs,
}: Pick<DumpOptions, "scope" | "snapshot" | "encoding" | "lockTimeoutMs">): Argument[] {
  const named = (option: string, patterns: readonly string[]): Argument[] =>
    patterns.map((pattern) => argumentIn(encoding, `${option}=${pattern}`));
  return [
    "--no-password",
    `--encoding=${encoding}`,
    `--lock-wait-timeout=${lockTimeoutMs}`,
    `--snapshot=${snapshot}`,
    ...named("--exclude-schema", patternsFor(scope.excluded)),
    ...named("--exclude-table-data", scope.withoutRows),
    ...named("--exclude-table", scope.withoutTables),
  ];
}
