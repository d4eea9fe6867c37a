import type { Command } from "commander";
import { keepHeapSmall } from "../lib/memory.ts";
import { runOptropic } from "./program.ts";

/** The subcommands in the order of the help. Each is loaded by itself, since all together take half a second. */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["preview", async () => (await import("./preview.ts")).previewCommand()],
  ["backup", async () => (await import("./backup.ts")).backupCommand()],
  ["backups", async () => (await import("./backups.ts")).backupsCommand()],
  ["drill", async () => (await import("./drill.ts")).drillCommand()],
  ["restore", async () => (await import("./restore.ts")).restoreCommand()],
  ["report", async () => (await import("./report.ts")).reportCommand()],
  ["status", async () => (await import("./report.ts")).statusCommand()],
  ["decide", async () => (await import("./report.ts")).decideCommand()],
  ["evidence", async () => (await import("./evidence.ts")).evidenceCommand()],
  ["attest", async () => (await import("./attest.ts")).attestCommand()],
  ["verify", async () => (await import("./verify.ts")).verifyCommand()],
  ["migrate", async () => (await import("./migrate.ts")).migrateCommand()],
  ["release", async () => (await import("./release.ts")).releaseCommand()],
  ["rollback", async () => (await import("./rollback.ts")).rollbackCommand()],
  ["matrix", async () => (await import("./matrix.ts")).matrixCommand()],
  ["watch", async () => (await import("./watch.ts")).watchCommand()],
  ["judge", async () => (await import("./judge.ts")).judgeCommand()],
  ["init", async () => (await import("./init.ts")).initCommand()],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand()],
  ["import", async () => (await import("./import.ts")).importCommand()],
  ["export", async () => (await import("./export.ts")).exportCommand()],
]);

/** Subcommands that stream what does not fit into memory. */
const streaming: ReadonlySet<string> = new Set(["backup", "backups", "drill", "restore"]);

/** Runs the `optropic` command. */
export async function main(args: readonly string[]): Promise<void> {
  const named = commands.get(args[0] ?? "");
  // Before modules are loaded, for which the heap would grow.
  if (streaming.has(args[0] ?? "")) keepHeapSmall();
  await runOptropic(args, named === undefined ? await allCommands() : [await named()]);
}

/** Every subcommand. */
export function allCommands(): Promise<Command[]> {
  return Promise.all([...commands.values()].map((load) => load()));
}
