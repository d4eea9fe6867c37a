import type { Settings } from "../../config/settings.ts";
import type { Work } from "../../lib/command.ts";
import { sameCommit } from "../../lib/commit.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { InvalidJournal } from "../../operations/release/journal.ts";
import { type ReleaseState, stateOf, stepOf } from "../../operations/release/state.ts";
import { journalNames, openJournal } from "./journal.ts";

interface Flags {
  rehearse: boolean;
  /** The file of the journal, where it is not the bucket. */
  journal?: string | undefined;
  to?: string | undefined;
}

interface Place {
  cwd: string;
  stack: string;
  settings: Settings;
}

/**
 * Name of the journal of a rollback: that of the last one of this release, which is gone on with unless it was
 * finished, or nothing was done yet and a person now names another commit.
 *
 * @throws {Failure} `refused`, after 100 of them, and where the hosts are on their way to another commit
 */
export async function rollbackName(flags: Flags, place: Place, work: Work): Promise<string> {
  const nameOf = (number: number): string =>
    `${flags.rehearse ? "rehearsal" : "rollback"}-${place.settings.release}-${number}`;
  for (let number = 1; number <= 100; number += 1) {
    const name = nameOf(number);
    const state = await readable(name, flags, place, work);
    if (state === undefined) continue;
    if (state.size === 0) return name;
    const isLast = (await readable(nameOf(number + 1), flags, place, work))?.size === 0;
    if (isLast && !isOver(state, flags) && !isOther(state, name, flags.to)) return name;
  }
  throw new Failure("refused", `${place.settings.release} was rolled back 100 times`);
}

/**
 * What a journal says; undefined where it has entries that cannot be read, such as those of another version of this
 * program, which must not keep anybody from rolling back.
 *
 * @throws {Failure} where the place of the journals does not answer
 */
async function readable(
  name: string,
  flags: Pick<Flags, "journal">,
  place: Place,
  work: Work,
): Promise<ReleaseState | undefined> {
  try {
    return await stateOfJournal(name, flags, place, work);
  } catch (error) {
    if (!(error instanceof InvalidJournal)) throw hinted(error, flags, place);
    work.warn(`Skipped the journal ${name}: ${error.message}`);
    return undefined;
  }
}

/** A bucket that is away, or a file that is damaged, must not keep anybody from going back. */
function hinted(error: unknown, { journal }: Pick<Flags, "journal">, { settings }: Place): unknown {
  const isBucket = journal === undefined && settings.rollout.journal === "bucket";
  const hint = `to go on without ${isBucket ? "the bucket" : "that file"}, pass --journal ${isBucket ? "FILE" : "with a new FILE"}, here and to --finish`;
  return new Failure("failed", `The journals cannot be read: ${reasonOf(error)}; ${hint}`);
}

function isOver(state: ReleaseState, { rehearse }: Flags): boolean {
  const isFinished = stepOf(state, "restore").ended?.state === "successful";
  return isFinished || (rehearse && stepOf(state, "rehearsed").ended !== undefined);
}

/** Whether a person names another commit than the one that was chosen. */
function isOther(state: ReleaseState, name: string, to: string | undefined): boolean {
  if (to === undefined) return false;
  const note = stepOf(state, "targets").actions.get("choose")?.note ?? {};
  const chosen = Object.entries(note).flatMap(([key, value]) => (key.endsWith(".commit") ? [value] : []));
  if (chosen.length === 0 || chosen.every((commit) => sameCommit(commit, to))) return false;
  if (stepOf(state, "hold").actions.size === 0) return true;
  throw new Failure(
    "refused",
    `${name} is already going back to ${chosen[0]?.slice(0, 12)}: let it end without --to, run optropic rollback --finish, and then roll back with --to`,
  );
}

/** Names of the rollbacks that switched something off and did not restore it yet, the newest first. */
export async function openRollbacks(flags: Flags, place: Place, work: Work): Promise<string[]> {
  const { cwd, stack } = place;
  const prefix = flags.rehearse ? "rehearsal-" : "rollback-";
  const names = await journalNames({ cwd, stack, journal: flags.journal, prefix }, work.warn);
  const states = await Promise.all(
    names.map(async (name) => ({ name, state: await readable(name, flags, place, work) })),
  );
  return states
    .flatMap(({ name, state }) => (state === undefined ? [] : [{ name, state }]))
    .filter(
      ({ state }) =>
        stepOf(state, "automation").succeededAt !== undefined &&
        stepOf(state, "restore").ended?.state !== "successful",
    )
    .toSorted((one, other) => ((one.state.opened?.at ?? "") > (other.state.opened?.at ?? "") ? -1 : 1))
    .map(({ name }) => name);
}

/**
 * The commit that the release of the settings is bringing out, where it has begun to: some hosts may serve it and
 * others not yet. A journal that cannot be read must not keep anybody from rolling back.
 */
export async function comingOut(
  flags: Pick<Flags, "journal">,
  place: Place,
  work: Work,
): Promise<string | undefined> {
  try {
    const state = await stateOfJournal(place.settings.release, flags, place, work);
    const { actions, succeededAt } = stepOf(state, "production-promote");
    const isComing = actions.size > 0 && succeededAt === undefined && state.closed === undefined;
    return isComing ? state.opened?.commit : undefined;
  } catch (error) {
    work.warn(`What the release is bringing out is not known: ${reasonOf(error)}`);
    return undefined;
  }
}

async function stateOfJournal(
  name: string,
  { journal }: Pick<Flags, "journal">,
  { cwd, stack }: Place,
  { warn }: Work,
): Promise<ReleaseState> {
  const opened = openJournal({ cwd, stack, journal, name }, warn);
  try {
    return stateOf(await opened.journal.read());
  } finally {
    opened.close();
  }
}
