import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../../operations/drill/rehearse.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";
import { databases } from "./support/generator.ts";
import { readIndependently, readingDifferences, settled } from "./support/reader.ts";

/** More databases than the suite has time for are tried with this variable, each time others. */
const { GENERATED_DATABASES } = process.env;
const run =
  GENERATED_DATABASES === undefined
    ? { numRuns: 1, seed: 20261128 }
    : { numRuns: Number(GENERATED_DATABASES) };

let cycle: Cycle;
let number = 0;

beforeAll(async () => {
  cycle = await startCycle({ wal_level: "logical" });
  for (const server of [cycle.source, await cycle.other()]) await server.sql("create role generated_owner");
});

afterAll(() => cycle.close());

test(
  "a database of any kind comes back by the drill and by both restores",
  async () => {
    await fc.assert(fc.asyncProperty(databases, comesBack), { ...run, endOnFailure: true });
  },
  Math.max(60_000, run.numRuns * 60_000),
);

async function comesBack(statements: string): Promise<void> {
  number += 1;
  const name = `generated_${number}`;
  await cycle.source.sql(`create database ${name}`);
  await cycle.source.sql(statements, name);
  const connection = cycle.source.connection(name);
  const before = settled(await readIndependently(connection));
  const differencesTo = async (database: string): Promise<string[]> =>
    readingDifferences(before, settled(await readIndependently(cycle.source.connection(database))));
  expect((await cycle.backUp(connection)).notes).toEqual([]);
  const { problems, drill } = await cycle.drill(rehearse);
  expect(problems).toEqual([]);
  expect(drill?.notes).toEqual([
    "The backup is unsigned: nothing shows who made it.",
    "The drill tried a restore in place as the role postgres of --target, where the roles of the source have no rights.",
  ]);
  const { differences } = await cycle.restore(cycle.source.connection(`${name}_anew`), { jobs: 2 });
  expect(differences).toEqual([]);
  expect(await differencesTo(`${name}_anew`)).toEqual([]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await differencesTo(name)).toEqual([]);
  await cycle.source.sql(`drop database ${name} with (force)`);
  await cycle.source.sql(`drop database ${name}_anew with (force)`);
}
