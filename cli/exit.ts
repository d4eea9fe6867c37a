import { jsonLine } from "../lib/json.ts";

/** Exit statuses of every subcommand. */
export const exitStatus = { holds: 0, doesNotHold: 1, couldNotTell: 2 } as const;

/** Prints one JSON document. */
export function printJson(document: unknown): void {
  process.stdout.write(jsonLine(document));
}
