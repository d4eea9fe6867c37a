/** A difference that the settings accept: of what object, and why. */
export interface Accepted {
  /** Name of the object as a drill's difference begins with it, such as `view public.report`. */
  name: string;
  reason: string;
}

/** A difference that was found and is accepted, one sentence, and why. */
export interface AcceptedDifference {
  difference: string;
  reason: string;
}

/** Divides differences into those that count and those that the settings accept by the name of their object. */
export function divideAccepted(
  differences: readonly string[],
  accepted: readonly Accepted[],
): { counted: string[]; accepted: AcceptedDifference[] } {
  const byName = new Map([...accepted].reverse().map((entry) => [entry.name, entry]));
  const counted: string[] = [];
  const found: AcceptedDifference[] = [];
  for (const difference of differences) {
    const entry = namesIn(difference).flatMap((name) => byName.get(name) ?? [])[0];
    if (entry === undefined) counted.push(difference);
    else found.push({ difference, reason: entry.reason });
  }
  return { counted, accepted: found };
}

/** What the settings accept and nothing needed, one sentence each: such an entry would hide a loss to come. */
export function unusedNotes(accepted: readonly Accepted[], found: readonly AcceptedDifference[]): string[] {
  const names = new Set(found.flatMap(({ difference }) => namesIn(difference)));
  return accepted
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => `backups.drill.accept names ${name}, which does not differ: remove it.`);
}

/** The accepted differences for people, each with its reason. */
export function acceptedSentences(found: readonly AcceptedDifference[]): string[] {
  return found.map(({ difference, reason }) => `Accepted: ${difference} (${reason})`);
}

/**
 * What a drill and a restore into a new database cannot have, as the backup says: foreign keys that refer to what it does
 * not have.
 */
export function knownDifferences({ unmetKeys }: { unmetKeys: readonly string[] }): Accepted[] {
  const reason = "the key refers to rows that are not in the backup, which says so";
  return unmetKeys.map((name) => ({ name, reason }));
}

/** The names of objects that a difference may begin with. */
function namesIn(difference: string): string[] {
  return [...difference.matchAll(/ (?=(?:is|has|was) )/g)].flatMap(({ index }) => {
    const name = difference.slice(0, index);
    return name.startsWith("The ") ? [name, name.slice(4)] : [name];
  });
}
