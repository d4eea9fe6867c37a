import { resolve } from "node:path";
import * as z from "zod";
import { readVariables } from "../../lib/environment.ts";
import { Failure } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { readConnection } from "../../postgres/environment.ts";
import { withSession } from "../../postgres/session.ts";
import { readStackSettings } from "../../project/settings.ts";
import { readMatrix, writeMatrix } from "../../verify/row-access/file.ts";
import { changesOf, dangersOf, describeChange, type Matrix } from "../../verify/row-access/matrix.ts";
import { measureMatrix } from "../../verify/row-access/measure.ts";
import { Unknown } from "../../verify/unknown.ts";
import { type OperationFlags, runOperation } from "./operation.ts";

export interface MatrixFlags extends OperationFlags {
  write: boolean;
}

const variables = z.object({
  MATRIX_DATABASE_URL: z.string().max(10_000, "text of at most 10000 characters").optional(),
});

/** Measures who reaches which rows of a copy, and compares it with the recorded matrix or records it. */
export async function runMatrix(flags: MatrixFlags): Promise<void> {
  await runOperation(flags, async ({ progress, signal }) => {
    const { rowMatrix } = readStackSettings(flags.cwd, flags.stack).verify;
    const path = resolve(flags.cwd, rowMatrix);
    const recorded = flags.write ? undefined : readMatrix(path);
    if (!flags.write && recorded === undefined) {
      throw new Failure("refused", `There is no ${rowMatrix} to compare with; record one with --write`);
    }
    progress?.("who reaches which rows");
    const matrix = await measureCopy(signal);
    const tables = counted(Object.keys(matrix.tables).length, "table");
    if (recorded === undefined) {
      writeMatrix(path, matrix);
      const text = [`Recorded ${tables} in ${rowMatrix}.`, ...dangers(matrix)].join("\n");
      return { holds: true, document: { matrix, changes: [], dangers: dangersOf(matrix) }, text };
    }
    const changes = changesOf(recorded, matrix);
    const named = changes.map((change) => `  ${describeChange(change)}`);
    const text =
      changes.length === 0
        ? `Every cell of ${tables} is as recorded.`
        : [`${counted(changes.length, "cell")} changed since ${rowMatrix}:`, ...named].join("\n");
    return { holds: changes.length === 0, document: { matrix, changes, dangers: dangersOf(matrix) }, text };
  });
}

async function measureCopy(signal: AbortSignal): Promise<Matrix> {
  const { MATRIX_DATABASE_URL: url } = readVariables(variables, process.env);
  if (url === undefined)
    throw new Failure("refused", "MATRIX_DATABASE_URL is not set: set it to the address of a copy");
  const connection = readConnection({ ...process.env, DATABASE_URL: url });
  try {
    return await withSession(connection, "optropic matrix", (session) => measureMatrix(session), signal);
  } catch (error) {
    if (error instanceof Unknown) throw new Failure("refused", error.message);
    throw error;
  }
}

/** What a reader of a new matrix should look at first. */
function dangers(matrix: Matrix): string[] {
  const found = dangersOf(matrix);
  if (found.length === 0) return [];
  return ["Look at these: somebody can write the rows of another user.", ...found.map((each) => `  ${each}`)];
}
