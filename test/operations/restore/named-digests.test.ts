import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsInFile, type NamedDigests } from "../../../operations/restore/named-digests.ts";
import { anyCharacter } from "../../lib/any-character.ts";

let folder: string;
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "digests-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const name = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom("constructor", "__proto__", "a\nb", '"'),
);
const digest = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 16, maxLength: 16 });
const entries = fc.uniqueArray(fc.tuple(name, digest), { selector: ([name]) => name });

test("digests in a file are those that were given", async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.array(fc.tuple(name, digest)), async (all, others) => {
      const inMemory = new Map(all);
      const many = await inFile(all);
      for (const [name, digest] of [...all, ...others]) {
        expect(many.has(name)).toBe(inMemory.has(name));
        expect(many.is(name, digest)).toBe(inMemory.get(name) === digest);
      }
      expect([...many.entries()]).toEqual(all);
      // As often as one likes.
      expect([...many.entries()]).toEqual(all);
    }),
    { numRuns: 50 },
  );
});

test("digests of many objects come back from the file, which nobody else reads", async () => {
  const all = Array.from({ length: 20_000 }, (_, index): [string, string] => {
    const name = `table "schema é ${index % 7}".t${index}`;
    return [name, createHash("sha256").update(name).digest("hex").slice(0, 16)];
  });
  const many = await inFile(all);
  expect([...many.entries()]).toEqual(all);
  expect(all.every(([name, digest]) => many.is(name, digest) && !many.is(name, "0".repeat(16)))).toBe(true);
  expect(statSync(join(folder, `${files}`)).mode & 0o777).toBe(0o600);
});

function inFile(all: readonly [string, string][]): Promise<NamedDigests> {
  files += 1;
  return digestsInFile(
    join(folder, `${files}`),
    (async function* () {
      yield* all;
    })(),
  );
}
