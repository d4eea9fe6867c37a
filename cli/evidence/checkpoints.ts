import { type Checkpoint, maximumCheckpointBytes, readCheckpoint } from "../../evidence/checkpoint.ts";
import type { VerifyingKey } from "../../evidence/keys.ts";
import { Failure } from "../../lib/failure.ts";
import { readText } from "../../lib/files.ts";
import type { BucketStore } from "../../operations/store/evidence-bucket.ts";
import { projectNameOf } from "../../project/project.ts";
import { git } from "./git.ts";
import { isBucket, openBucket } from "./place.ts";

/** A checkpoint, where it was found, and whose signature it has. */
export interface FoundCheckpoint {
  name: string;
  checkpoint: Checkpoint;
  signed: ReturnType<typeof readCheckpoint>["signed"];
}

/**
 * Reads checkpoints: a file, `tag:NAME` for an annotated tag of Git, or a bucket for the newest ones in it.
 *
 * @throws {Failure} `refused` for what cannot be read, `failed` for what is no checkpoint
 */
export async function readCheckpoints(
  places: readonly string[],
  { cwd, stack, trusted }: { cwd: string; stack: string; trusted: readonly VerifyingKey[] },
): Promise<FoundCheckpoint[]> {
  const texts: { name: string; text: string }[] = [];
  for (const place of places) {
    if (isBucket(place)) texts.push(...(await inBucket(cwd, place, stack)));
    else if (place.startsWith("tag:")) texts.push({ name: place, text: await ofTag(cwd, place.slice(4)) });
    else
      texts.push({
        name: place,
        text: readText(`--checkpoint ${place}`, place, { maximumBytes: maximumCheckpointBytes }),
      });
  }
  return texts.map(({ name, text }) => ({ name, ...readCheckpoint(text, trusted) }));
}

/** What a checkpoint of a stack's evidence says that it is of. */
export function originOf(cwd: string, stack: string): string {
  return `${projectNameOf(cwd)}/${stack}`;
}

/**
 * The checkpoints that a bucket has already; none in a new one.
 *
 * @throws {Failure} `failed` for an object that is no checkpoint
 */
export async function checkpointsIn(
  store: BucketStore,
  trusted: readonly VerifyingKey[],
): Promise<FoundCheckpoint[]> {
  const { anchored } = await import("../../operations/store/evidence-bucket.ts");
  return (await anchored(store)).map(({ name, text }) => ({ name, ...readCheckpoint(text, trusted) }));
}

/** Tags a commit with a checkpoint. An annotated tag is an object of its own, which a push carries elsewhere. */
export async function tagCheckpoint(cwd: string, name: string, file: string): Promise<void> {
  if (!/^[\w][\w./-]{0,100}$/.test(name)) {
    throw new Failure("refused", `${JSON.stringify(name)} is not a name for a tag of Git`);
  }
  const made = await git(cwd, ["tag", "--annotate", "--cleanup=verbatim", `--file=${file}`, "--", name]);
  if (made === undefined) {
    throw new Failure(
      "failed",
      `Git cannot make the tag ${name}: it exists already, or this folder is not a Git repository`,
    );
  }
}

async function inBucket(
  cwd: string,
  place: string,
  stack: string,
): Promise<{ name: string; text: string }[]> {
  const { anchored } = await import("../../operations/store/evidence-bucket.ts");
  const store = await openBucket(cwd, place, stack, "checkpoints");
  try {
    const found = await anchored(store);
    if (found.length > 0) return found;
    throw new Failure("refused", `There is no checkpoint of ${stack} in ${place}`);
  } finally {
    store.close();
  }
}

async function ofTag(cwd: string, name: string): Promise<string> {
  const text = await git(cwd, ["for-each-ref", "--format=%(contents)", "--count=1", `refs/tags/${name}`]);
  if (text === undefined || text === "") throw new Failure("refused", `Git has no annotated tag ${name}`);
  // What Git signed stands behind the note. Without a signature of its own, its last empty line was trimmed away.
  const [note = ""] = text.split(/^-----BEGIN (?:PGP SIGNATURE|SSH SIGNATURE|SIGNED MESSAGE)-----$/m);
  return `${note.trimEnd()}\n\n`;
}
