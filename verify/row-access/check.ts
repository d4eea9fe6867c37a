import { reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import { readMatrix } from "./file.ts";
import { changesOf, describeChange } from "./matrix.ts";
import { measureMatrix } from "./measure.ts";

/** Changes that are named one by one. */
const mostNamed = 3;

/**
 * Compares who reaches which rows of a restored database with what was recorded. Nothing is compared where nothing
 * was recorded.
 */
export async function matrixChecks(
  session: Session,
  path: string,
): Promise<{ name: string; holds: boolean; found: string }[]> {
  const recorded = readMatrix(path);
  if (recorded === undefined) return [];
  const name = "each role reaches the recorded rows";
  try {
    const changes = changesOf(recorded, await measureMatrix(session));
    if (changes.length === 0) return [{ name, holds: true, found: "no cell has changed" }];
    const more = changes.length > mostNamed ? `; and ${changes.length - mostNamed} more` : "";
    const named = changes.slice(0, mostNamed).map(describeChange).join("; ");
    return [{ name, holds: false, found: `${counted(changes.length, "change")}: ${named}${more}` }];
  } catch (error) {
    return [{ name, holds: false, found: `error: ${reasonOf(error)}` }];
  }
}
