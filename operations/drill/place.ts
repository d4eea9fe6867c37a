import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { majorOf, versionOf } from "../../postgres/programs.ts";
import { connect } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";
import { type ScratchServer, startScratchServer } from "./scratch-server.ts";
import { checkTarget } from "./target.ts";

/** A database that a backup is restored into. */
export interface Place {
  connection: Connection;
  /** Version of its server, such as 17.4. */
  version: string;
  /** The server, where it was started for the drill. */
  server: ScratchServer | undefined;
}

export interface PlaceOptions {
  target?: Connection | undefined;
  scratch?: string | undefined;
  signal: AbortSignal;
}

/**
 * Finds out whether there can be a place for a backup, before it is fetched; what is answered makes it.
 *
 * @throws {Failure} `refused`, where PostgreSQL is too old or the target is not to be touched
 */
export async function findPlace(options: PlaceOptions, manifest: Manifest): Promise<() => Promise<Place>> {
  const { target, scratch: parent, signal } = options;
  if (target !== undefined) {
    const version = await lookAtTarget(target, manifest);
    return async () => ({ connection: target, version, server: undefined });
  }
  const version = await versionOf("postgres");
  if (majorOf(version) < majorOf(manifest.serverVersion)) {
    throw new Failure(
      "refused",
      `This machine has PostgreSQL ${version} and the backup is of ${manifest.serverVersion}: install postgresql-${majorOf(manifest.serverVersion)}`,
    );
  }
  return async () => {
    const server = await startScratchServer({ signal, parent, encoding: manifest.encoding });
    return { connection: server.connection, version, server };
  };
}

/** @returns the version of its server */
async function lookAtTarget(target: Connection, manifest: Manifest): Promise<string> {
  const session = await connect(target, "optropic drill");
  try {
    await checkTarget(session, target, manifest);
    const [row] = await session.rows("select current_setting('server_version') as version");
    const { version } = z.object({ version: z.string() }).parse(row);
    if (majorOf(version) >= majorOf(manifest.serverVersion)) return version;
    throw new Failure(
      "refused",
      `${describeConnection(target)} has PostgreSQL ${version} and the backup is of ${manifest.serverVersion}: name a server of that version`,
    );
  } finally {
    await session.end();
  }
}
