import type { Command } from "commander";
import { cwdOption, operationCommand } from "./operations/operation.ts";
import type { MatrixFlags } from "./operations/run-matrix.ts";

/** `optropic matrix`: who reaches which rows of the database. */
export function matrixCommand(): Command {
  return operationCommand("matrix", {
    description:
      "Tries to read, add, change and delete rows of every exposed table as a stranger and as two users, and compares the result with the recorded matrix. MATRIX_DATABASE_URL must lead to a copy of the database, such as one that a drill restored with --keep. Everything happens in one transaction that is rolled back.",
    example: "MATRIX_DATABASE_URL=postgresql://postgres@127.0.0.1:5433/copy optropic matrix --write",
  })
    .addOption(cwdOption())
    .option("--write", "record what is found instead of comparing it", false)
    .action(async (flags: MatrixFlags) => {
      const { runMatrix } = await import("./operations/run-matrix.ts");
      await runMatrix(flags);
    });
}
