import { expect, test } from "vitest";
import { partsOf } from "../../../operations/restore/row-script.ts";

/** The parts of a script that comes in pieces of some characters, those of one kind joined. */
async function parts(script: string, size: number): Promise<[kind: string, text: string][]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < script.length; at += size) yield Buffer.from(script.slice(at, at + size), "latin1");
  }
  const all: [kind: string, text: string][] = [];
  for await (const { kind, bytes } of partsOf(pieces())) {
    const text = bytes.toString("latin1");
    const last = all.at(-1);
    if (last?.[0] === kind && kind !== "copy") last[1] += text;
    else if (text !== "") all.push([kind, text]);
  }
  return all;
}

test("a script is divided at each COPY, whatever the names and rows are, and has no commands of psql", async () => {
  const sequence = `SELECT pg_catalog.setval('public."q''\nCOPY a.b (c) FROM stdin;\n"', 1);`;
  const script = `-- it's\n\\restrict abc\nSET x = 'a;b';\n${sequence}\n-- rows'\nCOPY public.t (a) FROM stdin;\n1'\n\\\\.\nCOPY x (a) FROM stdin;\n\\.\n\n-- no "rows\nCOPY public."a;\nb" ("x"";") FROM stdin;\n\\.\nSELECT 1;\n\\unrestrict abc\n`;
  for (const size of [1, 2, 3, 7, 4096]) {
    expect(await parts(script, size)).toEqual([
      ["statements", `-- it's\nSET x = 'a;b';\n${sequence}\n-- rows'\n`],
      ["copy", "COPY public.t (a) FROM stdin;"],
      ["rows", "\n1'\n\\\\.\nCOPY x (a) FROM stdin;\n\\.\n"],
      ["statements", `\n-- no "rows\n`],
      ["copy", `COPY public."a;\nb" ("x"";") FROM stdin;`],
      ["rows", "\n\\.\n"],
      ["statements", "SELECT 1;\n"],
    ]);
  }
});
