import { listed } from "../../lib/text.ts";
import { type Check, compare } from "../probe.ts";

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
