import type { Contents, Line } from "./contents.ts";
import { IdSet } from "./id-set.ts";

/**
 * Lines from which on they are dealt out to programs of one job each. pg_restore before version 17 sorts everything that
 * is ready again after each line, so that parallel jobs of its own take time with the square of their number: 127 s
 * of processor time for 20,000 tables.
 */
const many = 1000;

/** Parts for each job, so that a job with small tables takes more of them than one with a large table. */
const partsForEach = 4;

/** Parts that can be run at the same time, and what comes after them. */
export interface Dealt {
  parts: Contents[];
  rest: Contents;
}

/**
 * Deals out the lines with the rows of tables and the values of sequences, which need nothing of each other.
 *
 * @returns undefined where there are few
 */
export function dealRows(contents: Contents, jobs: number): Dealt | undefined {
  let count = 0;
  return deal(contents, jobs, ({ rest }) => {
    if (!rows.test(rest)) return undefined;
    count += 1;
    return count;
  });
}

/**
 * Deals out the lines of indexes and constraints, those of one table to the same part, with the comments on them:
 * pg_restore knows the section of a comment by the line before it. Foreign keys and whatever else needs other tables
 * come after them, and so does an index of what is made behind the rows, such as some views.
 *
 * @returns undefined where there are few
 */
export function dealIndexes(contents: Contents, jobs: number): Dealt | undefined {
  const tables = new IdSet();
  const later = new IdSet();
  let isBehindRows = false;
  let last: { id: string; number: number } | undefined;
  return deal(contents, jobs, ({ id, rest, needs }) => {
    if (rows.test(rest)) {
      isBehindRows = true;
      return undefined;
    }
    // A comment stands behind what it is about.
    if (/^COMMENT /.test(rest) && last !== undefined && needs.includes(last.id)) return last.number;
    last = undefined;
    if (/^TABLE(?! DATA| ATTACH) /.test(rest)) tables.add(id);
    const isDealt = /^(?:INDEX(?! ATTACH)|CONSTRAINT) /.test(rest) && !needs.some((need) => later.has(need));
    if (!isDealt) {
      if (isBehindRows) later.add(id);
      return undefined;
    }
    last = { id, number: Number(needs.find((need) => tables.has(need)) ?? id) };
    return last.number;
  });
}

const rows = /^(?:TABLE DATA|SEQUENCE SET) /;

/** @param numberOf the same for lines of the same part; undefined for a line that comes after the parts */
function deal(
  contents: Contents,
  jobs: number,
  numberOf: (line: Line) => number | undefined,
): Dealt | undefined {
  if (jobs === 1 || !isMany(contents)) return undefined;
  const names = Array.from({ length: jobs * partsForEach }, (_, index) => `${index}`);
  const { rest, ...parts } = contents.sorted(["rest", ...names], (line) => {
    const number = numberOf(line);
    return number === undefined ? "rest" : `${number % names.length}`;
  });
  return rest === undefined ? undefined : { parts: Object.values(parts), rest };
}

function isMany(contents: Contents): boolean {
  return contents.countUpTo(many + 1, ({ rest }) => rest.startsWith("TABLE DATA ")) > many;
}

/**
 * Runs parts by so many jobs at a time. After a failure none is begun, and those that run are waited for.
 *
 * @throws the first failure
 */
export async function runDealt(
  parts: readonly Contents[],
  jobs: number,
  run: (part: Contents) => Promise<void>,
): Promise<void> {
  const open = [...parts];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let part = open.shift(); part !== undefined; part = open.shift()) await run(part);
  };
  const working = Array.from({ length: jobs }, () =>
    work().catch((error: unknown) => {
      failures.push(error);
      open.length = 0;
    }),
  );
  await Promise.all(working);
  if (failures.length > 0) throw failures[0];
}
