import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSchemas } from "../../../operations/archive/compare-schemas.ts";
import {
  describeSchemas,
  itemOf,
  prepareSession,
  readSequences,
} from "../../../operations/archive/describe.ts";
import type { Item } from "../../../operations/archive/items.ts";
import { findScope } from "../../../operations/archive/scope.ts";
import {
  listSequences,
  readSequenceValues,
  type SequenceValue,
  unexpected,
} from "../../../operations/archive/sequence-values.ts";
import { Unlocked } from "../../../operations/archive/unlocked.ts";
import { withSession } from "../../../postgres/session.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

const up = (last: number, called = true): SequenceValue => ({ last: `${last}`, called, descending: false });
const down = (last: number, called = true): SequenceValue => ({ ...up(last, called), descending: true });

describe("a restored value", () => {
  test.each<[string, readonly SequenceValue[], SequenceValue]>([
    ["that did not move", [up(7), up(7)], up(7)],
    ["that was not used", [up(1, false), up(1, false)], up(1, false)],
    ["from before the dump", [up(9), up(7)], up(7)],
    ["from during it", [up(9), up(7)], up(8)],
    ["from after it", [up(9), up(7)], up(9)],
    ["that was used for the first time", [up(1), up(1, false)], up(1)],
    ["that counts down", [down(-9), down(-7)], down(-8)],
    ["of a circle", [up(2), up(4), up(2)], up(9)],
    ["after a circle", [up(4), up(4), up(4)], up(1)],
    ["of an earlier version", [up(7)], up(7)],
    ["ahead in an earlier version", [up(7)], up(8)],
  ])("%s is right", (_, listed, found) => {
    expect(unexpected(listed, found)).toBeUndefined();
  });

  test.each<[string, readonly SequenceValue[], SequenceValue, string]>([
    ["behind one that did not move", [up(7), up(7)], up(6), "7"],
    ["ahead of one that did not move", [up(7), up(7)], up(8), "7"],
    ["used where it was not", [up(1, false), up(1, false)], up(1), "1 (unused)"],
    ["not used where it was", [up(1), up(1)], up(1, false), "1"],
    ["behind all of the dump", [up(9), up(7)], up(6), "7 to 9"],
    ["its first, not used", [up(9), up(7)], up(7, false), "7 to 9"],
    ["ahead of all of the dump", [up(9), up(7)], up(10), "7 to 9"],
    ["behind, counting down", [down(-9), down(-7)], down(-6), "-7 to -9"],
    ["ahead, counting down", [down(-9), down(-7)], down(-10), "-7 to -9"],
    ["behind in an earlier version", [up(7)], up(6), "7"],
  ])("%s is a difference", (_, listed, found, instead) => {
    expect(unexpected(listed, found)).toBe(instead);
  });
});

describe("schemas", () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres("sequences");
    await postgres.sql("create sequence s; select setval('s', 7)");
  });

  afterAll(() => postgres.stop());

  test.each<[string, readonly SequenceValue[], string[]]>([
    ["that did not move", [up(7), up(7)], []],
    ["that moved on", [up(9), up(5)], []],
    ["that may have any value", [up(2), up(3), up(2)], []],
    ["that is ahead", [up(6), up(6)], ["public.s is at 7 instead of 6."]],
    ["that is behind", [up(12), up(9)], ["public.s is at 7 instead of 9 to 12."]],
    ["that is not used", [up(7, false), up(7, false)], ["public.s is at 7 instead of 7 (unused)."]],
  ])("are compared by all that is listed of a sequence %s", async (_, values, differences) => {
    const found = await withSession(postgres.connection(), "test", async (session) => {
      await session.run("begin");
      await prepareSession(session);
      const items: Item[] = [];
      for await (const each of describeSchemas(session, ["public"], { isRead: () => false })) {
        items.push(itemOf(each));
      }
      for (const value of values) items.push({ kind: "sequence", name: "public.s", ...value });
      const expected = async function* (): AsyncGenerator<Item> {
        yield* items;
      };
      return compareSchemas(session, { expected, largeObjects: 0, schemas: ["public"] });
    });
    expect(found.differences).toEqual(differences);
  });

  test("of a replica have no value of an unlogged sequence, which it cannot read", async () => {
    await postgres.sql("create database replica");
    await postgres.sql(
      `create unlogged sequence fast; create sequence safe; create schema stand_in;
       create function stand_in.pg_is_in_recovery() returns boolean language sql as 'select true'`,
      "replica",
    );
    const namesUnder = (path: string): Promise<string[]> =>
      withSession(postgres.connection("replica"), "test", async (session) => {
        await prepareSession(session);
        await session.run(`set search_path = ${path}; begin`);
        const names: string[] = [];
        for await (const { item } of readSequences(session, ["public"], { isKnown: () => true })) {
          names.push(item.name);
        }
        return names;
      });
    expect(await namesUnder("pg_catalog")).toEqual(["public.fast", "public.safe"]);
    expect(await namesUnder("stand_in, pg_catalog")).toEqual(["public.safe"]);
  });

  test("have their sequences listed with the values before a dump and after it", async () => {
    await postgres.sql("create database listed");
    const names = ["ahead", "back", "circle", "gone", "still"];
    await postgres.sql(
      `${names.map((name) => `create sequence ${name} maxvalue 3 cycle;`).join("")} alter sequence ahead no cycle; select setval('back', 3), setval('still', 2)`,
      "listed",
    );
    const lines: string[] = [];
    const notes = await withSession(postgres.connection("listed"), "test", async (session) => {
      await session.run("begin transaction isolation level repeatable read, read only");
      await prepareSession(session);
      const reader = new Unlocked(session);
      const scope = await findScope(reader, []);
      const values = await readSequenceValues(reader, scope);
      await postgres.sql(
        "select nextval('ahead'), nextval('circle'), nextval('circle'), setval('back', 1); drop sequence gone",
        "listed",
      );
      return listSequences(reader, scope, values, {
        async write(side, item) {
          if (item.kind === "sequence") lines.push(`${side} ${item.name} ${item.last} ${item.called}`);
        },
      });
    });
    expect(lines).toEqual([
      "own public.ahead 1 true",
      "own public.ahead 1 false",
      "own public.back 3 true",
      "own public.back 1 true",
      "own public.back 3 true",
      "own public.circle 1 false",
      "own public.circle 2 true",
      "own public.circle 1 false",
      // It may have come round to where it was.
      "own public.still 2 true",
      "own public.still 2 true",
      "own public.still 2 true",
      "own public.gone 1 false",
    ]);
    expect(notes).toEqual([
      "These sequences started over or were set back during the backup, which has their values as of some moment of the dump: public.back and public.circle.",
    ]);
  });
});
