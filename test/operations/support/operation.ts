import type { ChildProcess } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Connection } from "../../../postgres/connection.ts";
import { type Ended, start } from "../../cli/command.ts";
import { runHereWith } from "../../cli/here.ts";
import { makeFolder } from "./memory.ts";
import type { TestStore } from "./store.ts";

/** A key holder, with the file that holds the key. */
export interface Holder {
  identity: string;
  recipient: string;
  file: string;
}

/** A folder of its own for files of a test, with key holders in it. */
export async function startFolder(): Promise<{
  folder: string;
  holder: Holder;
  stranger: Holder;
  remove(): void;
}> {
  const folder = makeFolder("operations-");
  // A server runs as another account where the tests run as root.
  chmodSync(folder, 0o755);
  const holder = async (name: string): Promise<Holder> => {
    const identity = await generateX25519Identity();
    const file = join(folder, `${name}.txt`);
    writeFileSync(file, `# ${name}\n${identity}\n`, { mode: 0o600 });
    return { identity, recipient: await identityToRecipient(identity), file };
  };
  const [own, stranger] = [await holder("holder"), await holder("stranger")];
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { folder, holder: own, stranger, remove };
}

/**
 * The environment of an operation: the database, the store and nothing else of what this process has, but for
 * the path and a folder for temporary files in which a test can look for what was left.
 */
export function operationEnvironment(
  connection: Connection | undefined,
  store: TestStore,
  { holder, temporary }: { holder: Holder; temporary: string },
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: temporary,
    TMPDIR: temporary,
    NO_COLOR: "1",
    ...connection,
    ...store.environment,
    BACKUP_RECIPIENTS: JSON.stringify([holder.recipient]),
    BACKUP_SCHEMAS: "[]",
    // No outage is waited out.
    BACKUP_PATIENCE_MINUTES: "0",
  };
}

/** Starts `optropic` as a process, with an environment and no other. */
export function startOperation(args: readonly string[], environment: Record<string, string>): ChildProcess {
  const cleared = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
  return start(args, { ...cleared, ...environment });
}

/** Runs `optropic` in this process, with an environment and no other. */
export function runOperation(args: readonly string[], environment: Record<string, string>): Promise<Ended> {
  return runHereWith(args, environment);
}
