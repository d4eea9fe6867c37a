import { resolve } from "node:path";
import type { Journal } from "../../operations/release/journal.ts";
import { BucketJournal } from "../../operations/release/journal-bucket.ts";
import { FileJournal, journalNamesIn } from "../../operations/release/journal-file.ts";
import { ObjectStore } from "../../operations/store/object-store.ts";
import { readStoreKeys } from "../operations/environment.ts";
import { openStore, readStack } from "../operations/stack.ts";

export interface JournalChoice {
  cwd: string;
  stack: string;
  /** The file, where the settings ask for one. */
  journal?: string | undefined;
  /** A release or a rollback, such as `3.0.0`. */
  name: string;
}

/** Opens the journal that the settings ask for. A file stays beside the project and is not for Git. */
export function openJournal(
  { cwd, stack, journal, name }: JournalChoice,
  warn: (message: string) => void,
): { journal: Journal; close: () => void } {
  const context = readStack(cwd, stack);
  if (context.settings.rollout.journal === "file" || journal !== undefined) {
    const path = resolve(cwd, journal ?? ".cache/releases.sqlite");
    const file = new FileJournal(path, `${stack}/${name}`);
    return { journal: file, close: () => file.close() };
  }
  const store = storeAt(context, `releases/${stack}/${name}/`, warn);
  return { journal: new BucketJournal(store), close: () => store.close() };
}

/** Names of the journals that a stack has, of one kind, such as those that begin with `rollback-`. */
export async function journalNames(
  { cwd, stack, journal, prefix }: Omit<JournalChoice, "name"> & { prefix: string },
  warn: (message: string) => void,
): Promise<string[]> {
  const context = readStack(cwd, stack);
  if (context.settings.rollout.journal === "file" || journal !== undefined) {
    const path = resolve(cwd, journal ?? ".cache/releases.sqlite");
    return journalNamesIn(path, `${stack}/${prefix}`).map((name) => name.slice(stack.length + 1));
  }
  const folder = `releases/${stack}/`;
  const store = storeAt(context, `${folder}${prefix}`, warn);
  try {
    const names = (await store.list()).map(({ key }) => key.slice(folder.length).split("/")[0] ?? "");
    return [...new Set(names)];
  } finally {
    store.close();
  }
}

function storeAt(
  context: ReturnType<typeof readStack>,
  prefix: string,
  warn: (message: string) => void,
): ObjectStore {
  const backups = openStore(context, { warn });
  const { address } = backups;
  backups.close();
  return new ObjectStore(
    { ...address, prefix },
    { keys: readStoreKeys(process.env), patienceMs: 60_000, warn },
  );
}
