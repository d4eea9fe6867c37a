import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  busyJobs,
  type Contents,
  divideContents,
  splitAttachments,
  splitPartitionsElsewhere,
} from "../../../operations/archive/contents.ts";
import { dealIndexes, dealRows, runDealt } from "../../../operations/archive/dealt.ts";
import { untangle } from "../../../operations/archive/tangle.ts";
import { splitEventTriggers, splitTriggers } from "../../../operations/archive/triggers.ts";
import { startContents, textsOf } from "../support/contents.ts";

const files = startContents();

afterAll(() => files.remove());

/** Lines of a table of contents, as `pg_restore --list --verbose` prints them, and what each needs. */
function contentsOf(lines: readonly [text: string, needs?: string][]): Contents {
  return files.of(
    lines.flatMap(([text, needs]) => (needs === undefined ? [text] : [text, `;\tdepends on: ${needs}`])),
  );
}

const index = "11; 1259 101 INDEX s part_a_idx postgres";
const attachment = "12; 0 0 INDEX ATTACH s part_a_idx postgres";
const key = "13; 2606 102 FK CONSTRAINT s part fk postgres";
const comment = "14; 0 0 COMMENT s CONSTRAINT fk ON part postgres";

test("indexes of partitions are attached one by one, before the foreign keys that need them", () => {
  const contents = contentsOf([[index], [attachment, "11"], [key, "12"], [comment, "13"]]);
  const { before, attachments, after } = splitAttachments(contents);
  expect(textsOf(before)).toEqual([index]);
  expect(textsOf(attachments)).toEqual([attachment]);
  expect(textsOf(after)).toEqual([key, comment]);
});

test("lists are joined in their order, each line with what it needs", () => {
  const joined = contentsOf([[attachment, "11"]]).joined(contentsOf([[key, "12"]]), contentsOf([[index]]));
  expect(textsOf(joined)).toEqual([attachment, key, index]);
  expect([...joined.lines()].map(({ needs }) => needs)).toEqual([["11"], ["12"], []]);
});

test("no more jobs begin than have rows or indexes of their own in a section", () => {
  const data = ["30; 0 1 TABLE DATA s a o", "31; 0 2 TABLE DATA s b o", "32; 0 0 SEQUENCE SET s c o"];
  const contents = contentsOf([
    [index],
    [attachment],
    [key],
    [comment],
    ...data.map((line): [string] => [line]),
  ]);
  const jobsIn = (section: string): number[] => [1, 2, 3].map((jobs) => busyJobs(contents, section, jobs));
  expect(jobsIn("--section=data")).toEqual([1, 2, 2]);
  expect(jobsIn("--section=post-data")).toEqual([1, 2, 2]);
  expect(busyJobs(contentsOf([[comment]]), "--section=post-data", 4)).toBe(1);
});

test("a partition is attached to a table that is not made once it has its rows and indexes", () => {
  const [table, attached] = ["20; 1259 1 TABLE p old postgres", "21; 0 0 TABLE ATTACH p old postgres"];
  const [own, ofTable] = ["22; 1259 2 INDEX p old_idx postgres", "23; 0 0 INDEX ATTACH p old_idx postgres"];
  const [trigger, about] = [
    "24; 2620 3 TRIGGER p old t postgres",
    "25; 0 0 COMMENT p TRIGGER t ON old postgres",
  ];
  const lines: [string, string?][] = [
    [table],
    [attached, "20 19"],
    [own, "20"],
    [ofTable, "22 20 19"],
    [trigger],
    [about, "24"],
  ];
  const above: [string] = ["19; 1259 4 TABLE a log postgres"];
  const split = (all: typeof lines): string[][] => {
    const { before, attachments, after } = splitPartitionsElsewhere(contentsOf(all));
    return [textsOf(before), textsOf(attachments), textsOf(after)];
  };
  const late = [
    [attached, ofTable],
    [trigger, about],
  ];
  expect(split(lines)).toEqual([[table, own], ...late]);
  const asTheyAre = [above, ...lines].map(([text]) => text);
  expect(split([above, ...lines])).toEqual([asTheyAre, [], []]);
});

const called = "1; 1255 10 FUNCTION s f(integer) postgres";
const about = "2; 0 0 COMMENT s FUNCTION f(integer) postgres";
const calling = "3; 1259 11 TABLE s t postgres";
const other = "4; 1259 12 TABLE s u postgres";

function divided(replaced: ReadonlySet<string>, calls: boolean) {
  const all = contentsOf([[called], [about, "1"], [calling, "1"], [other, "1"]]);
  return divideContents(all, replaced, calls).map((part) => ({
    replaced: part.replaced,
    about: textsOf(part.about),
    contents: textsOf(part.contents),
  }));
}

test("a table that calls a function is made after the function got its search path", () => {
  expect(divided(new Set(), true)).toEqual([
    { replaced: [], about: [], contents: [called, about] },
    { replaced: [], about: [], contents: [calling, other] },
  ]);
  expect(divided(new Set(), false)).toHaveLength(1);
});

test("a line that something stands for is left out, and what is said of its object comes after that", () => {
  expect(divided(new Set(["1255 10"]), false)).toEqual([
    { replaced: [], about: [], contents: [] },
    { replaced: ["1255 10"], about: [about], contents: [calling, other] },
  ]);
});

test("of lines that something stands for, all that need nothing of each other's are in one place", () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
  const lines = numbers.flatMap((number): [string, string?][] => [
    [`${number}1; 1259 ${number}1 TABLE s t${number} o`],
    [`${number}2; 0 0 COMMENT s TABLE t${number} o`, `${number}1`],
    [`${number}3; 1259 ${number}3 SEQUENCE s i${number} o`],
    [`${number}4; 0 0 SEQUENCE OWNED BY s i${number} o`, `${number}3 ${number}1`],
  ]);
  const view: [string, string] = ["900; 1259 900 VIEW s v o", "74"];
  const further: [string, string] = ["901; 1259 901 TABLE s u o", "900"];
  const last: [string, string] = ["902; 1259 902 VIEW s w o", "901"];
  const replaced = new Set([...numbers.map((number) => `1259 ${number}1`), "1259 901"]);
  const parts = divideContents(contentsOf([...lines, view, further, last]), replaced, false);
  const ending = (digit: number) =>
    lines.map(([text]) => text).filter((text) => RegExp(`^\\d+${digit};`).test(text));
  expect(parts.map((part) => [part.replaced, textsOf(part.about), textsOf(part.contents)])).toEqual([
    [[], [], ending(3)],
    [
      numbers.map((number) => `1259 ${number}1`),
      [lines[1]?.[0]],
      [
        ...lines
          .slice(2)
          .map(([text]) => text)
          .filter((text) => /^\d+[24];/.test(text)),
        view[0],
      ],
    ],
    [["1259 901"], [], [last[0]]],
  ]);
});

test("a part keeps what its lines need, in a file of its own, however long the lines are", () => {
  const long = `20; 1259 200 TABLE s ${"ü".repeat(200_000)} postgres`;
  const contents = contentsOf([[long, "1 2"], [index], [key, "20"]]);
  const [keys, others] = contents.divided(({ rest }) => rest.startsWith("FK "));
  expect([...others.lines()].map(({ text, needs }) => [text, needs])).toEqual([
    [long, ["1", "2"]],
    [index, []],
  ]);
  expect([...contents.backwards()]).toEqual([...contents.lines()].toReversed());
  expect([...contents.joined(contents, contents).backwards()].map(({ id }) => id)).toEqual([
    "13",
    "11",
    "20",
    "13",
    "11",
    "20",
    "13",
    "11",
    "20",
  ]);
  expect(readFileSync(keys.file, "utf8")).toBe(`${key}\n;\tdepends on: 20\n`);
  expect(keys.filtered(() => false).isEmpty).toBe(true);
  expect(keys.isEmpty).toBe(false);
});

const withTriggers = [
  "3400; 2620 16500 TRIGGER app ev t postgres",
  "3401; 2620 16502 TRIGGER app ev_24_0 t postgres",
  "3402; 0 0 COMMENT app TRIGGER t ON ev postgres",
  "3407; 0 0 COMMENT Odd schema TRIGGER ev t 1 postgres",
  "3403; 3466 16510 EVENT TRIGGER - guard postgres",
  "3404; 0 0 COMMENT - EVENT TRIGGER guard postgres",
  "3405; 1259 16511 INDEX app TRIGGER_index postgres",
  "3406; 1259 16512 TABLE app TRIGGER postgres",
].map((line): [string] => [line]);

function numbersOf(contents: Contents): string[] {
  return [...contents.lines()].map(({ id }) => id);
}

test("contents are divided into triggers and all else", () => {
  const { others, triggers } = splitTriggers(contentsOf(withTriggers));
  expect(numbersOf(triggers)).toEqual(["3400", "3401", "3402", "3407"]);
  expect(numbersOf(others)).toEqual(["3403", "3404", "3405", "3406"]);
});

test("contents are divided into event triggers and all else", () => {
  const { others, eventTriggers } = splitEventTriggers(contentsOf(withTriggers));
  expect(numbersOf(eventTriggers)).toEqual(["3403", "3404"]);
  expect(numbersOf(others)).toEqual(["3400", "3401", "3402", "3407", "3405", "3406"]);
});

test("very many lines are dealt out, those of one table together, and what needs other lines comes after them", async () => {
  const tables = Array.from({ length: 1001 }, (_, index) => index + 1);
  const definitions = tables.map((id): [string] => [`${id}; 1259 ${id} TABLE s t${id} postgres`]);
  const rows = tables.map((id): [string] => [`${id + 2000}; 0 ${id} TABLE DATA s t${id} postgres`]);
  const [view, ofView] = [
    "9001; 1259 1 MATERIALIZED VIEW s v postgres",
    "9002; 1259 2 INDEX s of_v postgres",
  ];
  const indexes = tables.flatMap((id): [string, string][] => [
    // It needs a function, too.
    [`${id + 4000}; 1259 ${id} INDEX s t${id}_idx postgres`, `${9100 + (id % 3)} ${id}`],
    [`${id + 6000}; 2606 ${id} CONSTRAINT s t${id} t${id}_pkey postgres`, `${id}`],
  ]);
  const about: [string, string] = ["9003; 0 0 COMMENT s INDEX t7_idx postgres", "4007"];
  indexes.splice(indexes.findIndex(([text]) => text.startsWith("4007;")) + 1, 0, about);
  const lines: [string, string?][] = [
    ...definitions,
    ...rows,
    [view, "1"],
    [ofView, "9001"],
    ...indexes,
    [key, "6001"],
    [comment, "13"],
  ];
  const all = contentsOf(lines);
  expect(dealRows(contentsOf(rows.slice(1)), 2)).toBeUndefined();
  expect(dealRows(all, 1)).toBeUndefined();
  const dealt = dealIndexes(all, 2);
  expect(dealt?.parts.flatMap(textsOf).toSorted()).toEqual(indexes.map(([text]) => text).toSorted());
  for (const part of dealt?.parts ?? []) {
    const of = (kind: string) =>
      textsOf(part).flatMap((text) =>
        text.includes(`${kind} s`) && !text.includes("COMMENT") ? [/ t(\d+)/.exec(text)?.[1]] : [],
      );
    expect(of("INDEX")).toEqual(of("CONSTRAINT"));
  }
  const commented = dealt?.parts.map(textsOf).find((texts) => texts.includes(about[0])) ?? [];
  expect(commented[commented.indexOf(about[0]) - 1]).toContain(" t7_idx ");
  const rest = dealt === undefined ? [] : textsOf(dealt.rest);
  expect(rest.slice(definitions.length + rows.length)).toEqual([view, ofView, key, comment]);
  expect(dealRows(all, 2)?.parts.flatMap(textsOf)).toHaveLength(1001);
});

test("of parts that are run together the first failure is thrown, once those that run have ended", async () => {
  const parts = Array.from({ length: 8 }, () => contentsOf([]));
  const begun: Contents[] = [];
  const ended: Contents[] = [];
  const running = runDealt(parts, 2, async (part) => {
    begun.push(part);
    await Promise.resolve();
    if (part === parts[2]) throw new Error("canary");
    ended.push(part);
  });
  await expect(running).rejects.toThrow("canary");
  expect(begun.length - ended.length).toBe(1);
  expect(begun.length).toBeLessThan(parts.length);
});

describe("definitions behind rows", () => {
  /** As pg_dump 17 and 18 list them. */
  const inOrder = [
    "1; 0 0 ENCODING - ENCODING ",
    "2; 1259 10 TABLE public t postgres",
    "3; 0 0 BLOB METADATA - 16400..16402 postgres",
    "4; 0 10 TABLE DATA public t postgres",
    "5; 0 0 BLOBS - 16400..16402 postgres",
    "6; 0 0 STATISTICS DATA public t postgres",
    "7; 2606 11 CONSTRAINT public t t_pkey postgres",
    "8; 2606 12 CONSTRAINT public t t_a_not_null postgres",
    "9; 1259 13 INDEX public t_a postgres",
    "10; 0 0 STATISTICS DATA public t_a postgres",
    "11; 826 14 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES postgres",
  ];
  const tangled = [
    ...inOrder.slice(0, 7),
    "12; 1255 15 FUNCTION public g() postgres",
    ";\tdepends on: 7",
    "13; 1247 16 DOMAIN public d postgres",
    ";\tdepends on: 12",
    "14; 0 0 COMMENT public DOMAIN d postgres",
    ";\tdepends on: 13",
    "15; 1259 17 TABLE public u postgres",
    "16; 0 17 TABLE DATA public u postgres",
    "17; 2606 18 CONSTRAINT public u u_pkey postgres",
    ...inOrder.slice(8),
  ];

  test("of newer versions stay where they are", async () => {
    const contents = files.of(inOrder);
    const make = vi.fn();
    expect(await untangle(contents, new Set(), make)).toEqual({ main: contents, after: [] });
    expect(make).not.toHaveBeenCalled();
  });

  test("are made with what they need, all together or in any order that works", async () => {
    const tried: string[][] = [];
    const { main, after } = await untangle(files.of(tangled), new Set(), async (lines) => {
      tried.push(numbersOf(lines));
      return tried.length > 2;
    });
    expect(tried.slice(0, 2)).toEqual([["7", "12", "13", "15"], ["7"]]);
    expect(tried.slice(2)).toEqual([["12"], ["13"], ["15"], ["7"]]);
    expect(numbersOf(main)).toEqual("1 2 3 4 5 6 16 17 9 10 11".split(" "));
    expect(after.map(({ part, isRows }) => [isRows, ...numbersOf(part)])).toEqual([[false, "14"]]);
  });

  test("come in the order of the dump where they cannot be made before, rows apart", async () => {
    const { main, after } = await untangle(files.of(tangled), new Set(), async () => false);
    expect(numbersOf(main)).toEqual("1 2 3 4 5 17 9 10 11".split(" "));
    expect(after.map(({ part, isRows }) => [isRows, ...numbersOf(part)])).toEqual([
      [false, "6", "7", "12", "13", "14", "15"],
      [true, "16"],
    ]);
  });
});
