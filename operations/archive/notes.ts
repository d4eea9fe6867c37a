import { listed, shortened } from "../../lib/text.ts";

/** Most characters of a note in a manifest. */
export const noteCharacters = 2000;

/**
 * Sentences that name every one of many objects: as few as a manifest has room for, since each takes a limited number of
 * characters.
 *
 * @param sentence says it of some names
 */
export function notesNaming(names: readonly string[], sentence: (names: string) => string): string[] {
  const notes: string[] = [];
  let some: string[] = [];
  // What joins two names has at most five characters.
  let room = 0;
  for (const name of names.map((text) => shortened(text, noteCharacters / 2))) {
    if (some.length > 0 && name.length + 5 > room) {
      notes.push(sentence(listed(some, "and")));
      some = [];
    }
    if (some.length === 0) room = noteCharacters - sentence("").length;
    some.push(name);
    room -= name.length + 5;
  }
  if (some.length > 0) notes.push(sentence(listed(some, "and")));
  return notes;
}
