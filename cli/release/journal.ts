import { resolve } from "node:path";
import type { Journal } from "../../operations/release/journal.ts";
import { BucketJournal } from "../../operations/release/journal-bucket.ts";
import { FileJournal } from "../../operations/release/journal-file.ts";
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
  const backups = openStore(context, { warn });
  const { address } = backups;
  backups.close();
  const store = new ObjectStore(
    { ...address, prefix: `releases/${stack}/${name}/` },
    { keys: readStoreKeys(process.env), patienceMs: 60_000, warn },
  );
  return { journal: new BucketJournal(store), close: () => store.close() };
}
