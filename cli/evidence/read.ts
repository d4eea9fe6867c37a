import { readFileSync, statSync } from "node:fs";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** The largest file that is read, in bytes: k6's summary of many routes is the largest of them. */
const maximumBytes = 8 * 1024 * 1024;

/** @throws {Failure} `refused`, for a file that cannot be read or is too large */
export function readInput(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > maximumBytes) throw new Error(`it has ${size} bytes, and the limit is ${maximumBytes}`);
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure("refused", `Cannot read ${file}: ${reasonOf(error)}`);
  }
}
