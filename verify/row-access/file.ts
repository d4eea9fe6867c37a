import { readFileSync, statSync } from "node:fs";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { writeAtomic } from "../../lib/files.ts";
import { parseJson } from "../../lib/json.ts";
import { type Matrix, matrixSchema } from "./matrix.ts";

const maximumBytes = 8 * 1024 * 1024;

/**
 * Reads the recorded matrix; undefined where there is none yet.
 *
 * @throws {Failure} `refused`, for a file that is not one
 */
export function readMatrix(path: string): Matrix | undefined {
  let text: string;
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maximumBytes) {
      throw new Error("it is larger than 8 MiB");
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Failure("refused", `Cannot read the matrix in ${path}: ${reasonOf(error)}`);
  }
  const result = matrixSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  throw new Failure("refused", `${path} is not a matrix of row-level security: write it again with --write`);
}

/** Writes the matrix with one cell a line, so that a change of it can be reviewed. */
export function writeMatrix(path: string, { version, tables }: Matrix): void {
  const sorted = Object.fromEntries(Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1)));
  try {
    writeAtomic(path, `${JSON.stringify({ version, tables: sorted }, undefined, 2)}\n`);
  } catch (error) {
    throw new Failure("output", `Cannot write the matrix to ${path}: ${reasonOf(error)}`);
  }
}
