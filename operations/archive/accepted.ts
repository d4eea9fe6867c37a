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
  const counted: string[] = [];
  const found: AcceptedDifference[] = [];
  for (const difference of differences) {
    const entry = accepted.find(({ name }) => isAbout(difference, name));
    if (entry === undefined) counted.push(difference);
    else found.push({ difference, reason: entry.reason });
  }
  return { counted, accepted: found };
}

/** What the settings accept and nothing needed, one sentence each: such an entry would hide a loss to come. */
export function unusedNotes(accepted: readonly Accepted[], found: readonly AcceptedDifference[]): string[] {
  return accepted
    .filter(({ name }) => !found.some(({ difference }) => isAbout(difference, name)))
    .map(({ name }) => `backups.drill.accept names ${name}, which does not differ: remove it.`);
}

/** The accepted differences for people, each with its reason. */
export function acceptedSentences(found: readonly AcceptedDifference[]): string[] {
  return found.map(({ difference, reason }) => `Accepted: ${difference} (${reason})`);
}

const verbs = ["is", "has", "was"];

function isAbout(difference: string, name: string): boolean {
  return ["", "The "].some((article) =>
    verbs.some((verb) => difference.startsWith(`${article}${name} ${verb} `)),
  );
}
