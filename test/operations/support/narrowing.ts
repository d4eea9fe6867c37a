import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { Contents, type Line } from "../../../operations/archive/contents.ts";
import { IdSet } from "../../../operations/archive/id-set.ts";
import type { Item } from "../../../operations/archive/items.ts";
import type { Listing, Section, Sections } from "../../../operations/archive/sections.ts";
import { narrow, select } from "../../../operations/archive/selection.ts";
import { manifestWith } from "./manifest.ts";

// Takes one table of a backup of many, as a thread, since that can have a limit to its memory.

const { file, tables, letters, isNew } = z
  .object({ file: z.string(), tables: z.number(), letters: z.number(), isNew: z.boolean() })
  .parse(workerData);

const numbers = Array.from({ length: tables }, (_, index) => index + 1);

/** A name that is not in memory before it is asked for. */
const nameOf = (number: number): string => `t${number}_${"x".repeat(letters)}`;

function linesOf(number: number): Line[] {
  const name = nameOf(number);
  const rests: [entry: string, rest: string, needs: string[]][] = [
    [`1259 ${number}`, `TABLE public ${name} owner`, []],
    [`0 ${number}`, `TABLE DATA public ${name} owner`, [`${4 * number}`]],
    [`2606 ${number}`, `CONSTRAINT public ${name} ${number}_key owner`, [`${4 * number}`]],
    [`1259 ${tables + number}`, `VIEW public v_${name} owner`, [`${4 * number}`]],
  ];
  return rests.map(([entry, rest, needs], index) => {
    const id = `${4 * number + index}`;
    return { text: `${id}; ${entry} ${rest}`, id, entry, rest, needs };
  });
}

function* items(): Generator<Item> {
  const definition = "0".repeat(16);
  const rls = { enabled: false, forced: false, policies: 0 };
  for (const number of numbers) {
    const name = nameOf(number);
    yield { kind: "object", name: `table public.${name}`, definition };
    yield { kind: "table", name: `public.${name}`, rows: 1, rls };
    yield { kind: "object", name: `constraint "${number}_key" of public.${name}`, definition };
    yield { kind: "object", name: `view public.v_${name}`, definition };
  }
}

const parts: { [S in Section]?: () => Iterable<Sections[S]> } = { own: items };
const listing: Listing = {
  async *items(section) {
    yield* parts[section]?.() ?? [];
  },
};

const contents = new Contents(file).made((write) => {
  for (const number of numbers) for (const line of linesOf(number)) write(line);
});
const all = new IdSet();
for (const { id } of contents.lines()) all.add(id);
const manifest = manifestWith({ whole: true, needsRoles: ["owner"] });
const wanted = { schemas: [], tables: [nameOf(tables)] };
const { selection } = await select(manifest, listing, wanted);
const details = { settings: [], properties: null, carried: [], pathOperators: [], unmetKeys: [] };
const narrowed = await narrow({ manifest, contents, details, listing }, selection, {
  list: async () => all,
  isNew,
});
const kept: string[] = [];
for await (const { kind } of narrowed.listing.items("own")) kept.push(kind);
const dependents: string[] = [];
for await (const { entry } of narrowed.listing.items("dependent")) dependents.push(entry);
parentPort?.postMessage({
  tables: narrowed.tables.length,
  lines: [...narrowed.contents.lines()].map(({ id }) => Number(id) - 4 * tables),
  kept,
  dependents: dependents.map((entry) => Number(entry.split(" ")[1]) - tables),
  leftOut: narrowed.leftOut.map((sentence) => sentence.replaceAll(/_x+/g, "")),
});
