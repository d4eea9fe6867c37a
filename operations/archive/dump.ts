import { Child } from "../../lib/child.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";

export interface DumpOptions {
  connection: Connection;
  /** Schemas to dump; empty for the complete database. */
  schemas: readonly string[];
  largeObjects: boolean;
  /** Name of a snapshot that another session exported and holds open. */
  snapshot: string;
  signal: AbortSignal;
}

/**
 * Streams a dump in pg_dump's custom format, compressed by pg_dump. The stream ends without an error only
 * when the dump is complete.
 */
export async function* dump(options: DumpOptions): AsyncGenerator<Uint8Array> {
  const env = programEnvironment(options.connection, "optropic backup");
  const child = new Child({
    label: "pg_dump",
    launch: launchOf("pg_dump", dumpArguments(options), env),
    signal: options.signal,
  });
  child.stdin.end();
  try {
    yield* child.stdout;
    await child.success();
  } finally {
    await child.stop("SIGKILL");
  }
}

/** Arguments hold names only, since every user of the machine can read them. */
function dumpArguments({ schemas, largeObjects, snapshot }: DumpOptions): string[] {
  return [
    "--format=custom",
    "--no-password",
    "--lock-wait-timeout=60s",
    `--snapshot=${snapshot}`,
    // With schemas named, pg_dump leaves out what is in none; `--large-objects` since version 16, both names stay.
    ...(largeObjects && schemas.length > 0 ? ["--blobs"] : []),
    ...schemas.map((schema) => `--schema="${schema.replaceAll('"', '""')}"`),
    ...(schemas.length > 0 ? ["--strict-names"] : []),
  ];
}
