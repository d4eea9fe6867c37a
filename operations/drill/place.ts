import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { majorOf, versionOf } from "../../postgres/programs.ts";
import { withPatientSession } from "../../postgres/session.ts";
import type { Head } from "../archive/manifest.ts";
import { serverNames } from "../archive/names.ts";
import { type ScratchServer, startScratchServer } from "./scratch-server.ts";
import { checkTarget } from "./target.ts";

/** The database that a backup is restored into. */
export interface Place {
  connection: Connection;
  /** Version of its server, such as 17.4. */
  version: string;
  /** The scratch server, if the drill started one. */
  server: ScratchServer | undefined;
}

export interface PlaceOptions {
  target?: Connection | undefined;
  scratch?: string | undefined;
  signal: AbortSignal;
}

/**
 * Checks, before a backup is downloaded, that it can be restored somewhere.
 *
 * @returns a function that prepares the place
 * @throws {Failure} `refused`, when PostgreSQL is too old or the target must not be used
 */
export async function findPlace(options: PlaceOptions, manifest: Head): Promise<() => Promise<Place>> {
  const { target, scratch: parent, signal } = options;
  if (target !== undefined) {
    const version = await lookAtTarget(target, manifest);
    return async () => ({ connection: target, version, server: undefined });
  }
  const needed = majorOf(manifest.serverVersion);
  const version = await versionOf("postgres", needed);
  if (majorOf(version) < needed) {
    throw new Failure(
      "refused",
      `The backup needs PostgreSQL ${needed} or newer; this machine has ${majorOf(version)}: install postgresql-${needed}`,
    );
  }
  return async () => {
    const server = await startScratchServer({ signal, parent, manifest });
    return { connection: server.connection, version, server };
  };
}

/** @returns the version of the server */
async function lookAtTarget(target: Connection, manifest: Head): Promise<string> {
  refuseKnownPooler(target);
  return withPatientSession(target, "optropic drill", async (session) => {
    await refuseTransactionPooler(session, target);
    await session.run(serverNames);
    await checkTarget(session, target, manifest);
    const [row] = await session.rows("select current_setting('server_version') as version");
    const { version } = z.object({ version: z.string() }).parse(row);
    const needed = majorOf(manifest.serverVersion);
    if (majorOf(version) >= needed) return version;
    throw new Failure(
      "refused",
      `The backup needs PostgreSQL ${needed} or newer; ${describeConnection(target)} has ${majorOf(version)}: name another server`,
    );
  });
}
