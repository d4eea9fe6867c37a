import { expect, test } from "vitest";
import { DumpWarnings } from "../../../operations/archive/dump-warnings.ts";

const circle = `pg_dump: warning: there are circular foreign-key constraints among these tables:
pg_dump: detail: a
pg_dump: detail: b
pg_dump: hint: You might not be able to restore the dump without using --disable-triggers or temporarily dropping the constraints.
pg_dump: hint: Consider using a full dump instead of a --data-only dump to avoid this problem.`;

test("what pg_dump warns of is a sentence each, with what it is about and without advice for a restore by hand", () => {
  const printed = `pg_dump: last built-in OID is 16383
pg_dump: detail: of no warning
${circle}
pg_dump: dumping contents of table "public.a"
pg_dump: warning: archive items not in correct section order
pg_dump: warning: archive items not in correct section order
WARNING:  of the server`;
  expect(read(printed).sentences).toEqual([
    "pg_dump warned: there are circular foreign-key constraints among these tables: a, b.",
    "pg_dump warned: archive items not in correct section order.",
  ]);
});

test("many and long warnings are cut short, and counted", () => {
  const long = `pg_dump: warning: loop:\n${"pg_dump: detail: TABLE t\n".repeat(10_000)}`;
  const { sentences } = read(
    `${long}${Array.from({ length: 200 }, (_, index) => `pg_dump: warning: of ${index}`).join("\n")}`,
  );
  expect(sentences).toHaveLength(101);
  expect(sentences.at(-1)).toBe("pg_dump warned 101 more times.");
  expect(Math.max(...sentences.map(({ length }) => length))).toBeLessThan(1100);
});

function read(printed: string): DumpWarnings {
  const warnings = new DumpWarnings();
  for (const line of printed.split("\n")) warnings.take(line);
  return warnings;
}
