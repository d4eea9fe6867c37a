import { Failure } from "../../lib/failure.ts";
import { cannotWrite, codeOf } from "../../lib/file-reasons.ts";
import { readText, writeAtomic } from "../../lib/files.ts";
import { parseJson } from "../../lib/json.ts";
import { type Matrix, matrixSchema } from "./matrix.ts";

const maximumBytes = 8 * 1024 * 1024;

/**
 * Reads the recorded matrix; undefined where there is none yet.
 *
 * @throws {Failure} `refused`, for a file that is not one
 */
export function readMatrix(path: string): Matrix | undefined {
  const text = textIfThere(path);
  if (text === undefined) return undefined;
  const result = matrixSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  throw new Failure("refused", `${path} is not a matrix of row-level security: write it again with --write`);
}

function textIfThere(path: string): string | undefined {
  try {
    return readText(`the matrix in ${path}`, path, { maximumBytes });
  } catch (error) {
    if (error instanceof Failure && codeOf(error.cause) === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes the matrix with one cell a line, so that a change of it can be reviewed. */
export function writeMatrix(path: string, { version, tables }: Matrix): void {
  const sorted = Object.fromEntries(Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1)));
  try {
    writeAtomic(path, `${JSON.stringify({ version, tables: sorted }, undefined, 2)}\n`);
  } catch (error) {
    throw cannotWrite(`the matrix to ${path}`, error);
  }
}
