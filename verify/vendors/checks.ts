import { listed } from "../../lib/text.ts";
import { type Check, compare } from "../probe.ts";
import { Unknown } from "../unknown.ts";

/** That a vendor says of something exactly what is declared. */
export function same(
  subject: string,
  declared: string | number | boolean,
  found: string | number | boolean | null | undefined,
  setting?: string,
  unit?: string,
): Check {
  const measured = found === null || found === undefined || found === "" ? "missing" : String(found);
  return compare(subject, {
    expected: String(declared),
    measured,
    holds: measured === String(declared),
    ...(setting !== undefined && { setting }),
    ...(unit !== undefined && { unit }),
  });
}

/** The same of what a vendor may leave out: then nothing can be told. */
export function sameIfTold(
  subject: string,
  declared: string | number | boolean,
  found: string | number | boolean | null | undefined,
  setting?: string,
): Check {
  const check = same(subject, declared, found, setting);
  const isTold = found !== null && found !== undefined && found !== "";
  return isTold ? check : { ...check, state: "unknown", reason: "no-data" };
}

/**
 * The same of a word that vendors add to: one that is not known here says nothing.
 *
 * @param others words that are known to say that it is not so
 */
export function sameState(
  subject: string,
  wanted: string,
  found: string | null | undefined,
  others: readonly string[],
): Check {
  const check = same(subject, wanted, found);
  const isKnown = check.measured === wanted || others.includes(check.measured);
  return isKnown ? check : { ...check, state: "unknown", reason: "not-understood" };
}

/**
 * How long ago the newest of some moments was, in milliseconds; undefined where there is none.
 *
 * @throws {Unknown} where it lies ahead: then a clock is wrong, and nothing can be told of an age
 */
export function ageOf(subject: string, moments: readonly number[], now: number): number | undefined {
  const known = moments.filter(Number.isFinite);
  if (known.length === 0) return undefined;
  const age = now - Math.max(...known);
  if (age >= -mostSkewMs) return Math.max(0, age);
  throw new Unknown("no-data", `The ${subject} is dated in the future; check the clocks`);
}

/** What clocks differ by without anybody minding. */
const mostSkewMs = 3_600_000;

/** What is declared and the vendor does not have. */
export function absent(subject: string, expected: string, setting?: string): Check {
  return compare(subject, {
    expected,
    measured: "missing",
    holds: false,
    ...(setting !== undefined && { setting }),
  });
}

/** That two lists have the same members, in whatever order. */
export function sameMembers(
  subject: string,
  declared: readonly string[],
  found: readonly string[],
  setting?: string,
): Check {
  const missing = declared.filter((one) => !found.includes(one));
  const added = found.filter((one) => !declared.includes(one));
  const differences = [
    ...(missing.length > 0 ? [`without ${listed(missing, "and")}`] : []),
    ...(added.length > 0 ? [`also ${listed(added, "and")}`] : []),
  ];
  return compare(subject, {
    expected: listed(declared, "and") || "none",
    measured: differences.join("; ") || listed(declared, "and") || "none",
    holds: differences.length === 0,
    ...(setting !== undefined && { setting }),
  });
}

/** The commit in a form for people; the checks compare the full one. */
export function sameCommit(wanted: string, found: string | undefined): boolean {
  return found?.startsWith(wanted) === true;
}
