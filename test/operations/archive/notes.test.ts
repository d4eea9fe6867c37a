import { expect, test } from "vitest";
import { noteCharacters, notesNaming } from "../../../operations/archive/notes.ts";

const sentence = (names: string): string => `These are not in the backup: ${names}.`;

test("a few names are in one note", () => {
  expect(notesNaming([], sentence)).toEqual([]);
  expect(notesNaming(["a", "b", "c"], sentence)).toEqual(["These are not in the backup: a, b and c."]);
});

test("every one of many names is in some note, none of which is too long", () => {
  const names = Array.from({ length: 500 }, (_, index) => `table s.name_${"x".repeat(index % 60)}_${index}`);
  const notes = notesNaming(names, sentence);
  expect(notes.filter((note) => note.length > noteCharacters)).toEqual([]);
  const found = notes.flatMap((note) => note.slice(sentence("").length - 1, -1).split(/, | and /));
  expect(found).toEqual(names);
  // No more notes than it takes.
  expect(notes.length).toBeLessThan((1.2 * names.join(", ").length) / noteCharacters + 1);
});

test("a name that is longer than a note begins one", () => {
  const [note = ""] = notesNaming(["y".repeat(3000)], sentence);
  expect(note).toMatch(/^These are not in the backup: y{1000}…\.$/);
});
