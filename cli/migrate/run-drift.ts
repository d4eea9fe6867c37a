import { counted } from "../../lib/text.ts";
import { startScratchServer } from "../../operations/drill/scratch-server.ts";
import { findDrift } from "../../operations/migrate/drift.ts";
import { versionOf } from "../../postgres/programs.ts";
import { runOperation } from "../operations/operation.ts";
import { readStack } from "../operations/stack.ts";
import { contextOf, requiredDatabase } from "./context.ts";
import type { MigrateFlags } from "./flags.ts";

/** Compares the schema of a database with what its migrations make. */
export function runDrift(flags: MigrateFlags & { scratch?: string }): Promise<void> {
  return runOperation(flags, async (work) => {
    const { settings } = readStack(flags.cwd, flags.stack);
    const { migrations } = contextOf(flags, settings, work);
    const connection = requiredDatabase(process.env);
    work.progress?.("an empty server");
    const server = await startScratchServer({
      signal: work.signal,
      parent: flags.scratch,
      manifest: { ...nothing, serverVersion: await versionOf("postgres") },
    });
    try {
      const differences = await findDrift({
        ...{ connection, empty: server.connection, migrations, signal: work.signal },
      });
      return {
        holds: differences.length === 0,
        document: { differences },
        text:
          differences.length === 0
            ? "The schema matches its migrations."
            : [
                `${counted(differences.length, "difference")}:`,
                ...differences.map((text) => `  ${text}`),
              ].join("\n"),
      };
    } finally {
      await server.remove();
    }
  });
}

/** A server for a database in which nothing is. */
const nothing = {
  database: "empty",
  encoding: "UTF8",
  server: {
    ...{ provider: "c", collate: "C", ctype: "C", locale: null, preload: null },
    ...{ locks: 0, tablespaces: [], searchPath: [] },
  },
  listing: { items: 0, sealed: { bytes: 0, sha256: "" } },
  lockable: 0,
};
