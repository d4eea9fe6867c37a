import { counted } from "../../lib/text.ts";
import { type History, readHistory } from "../../operations/migrate/history.ts";
import { withSession } from "../../postgres/session.ts";
import { runOperation } from "../operations/operation.ts";
import { readStack } from "../operations/stack.ts";
import { contextOf, requiredDatabase } from "./context.ts";
import type { MigrateFlags } from "./flags.ts";

/** Says which migrations a database has, lacks, and has from other files. */
export function runStatus(flags: MigrateFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const { settings } = readStack(flags.cwd, flags.stack);
    const { migrations } = contextOf(flags, settings, work);
    const history = await withSession(
      requiredDatabase(process.env),
      "optropic migrate",
      (session) => readHistory(session, migrations),
      work.signal,
    );
    const { applied, pending, failed, changed, missing, late } = history;
    const names = pending.map(({ name }) => name);
    return {
      holds: isClean(history),
      document: { applied, pending: names, failed, changed, missing, late },
      text: [
        `${counted(applied.length, "migration")} applied, ${pending.length} pending.`,
        ...names.map((name) => `  pending: ${name}`),
        ...failed.map(({ name, log }) =>
          `✗ failed and not resolved: ${name} ${log.split("\n")[0] ?? ""}`.trimEnd(),
        ),
        ...changed.map((name) => `✗ changed after it was applied: ${name}`),
        ...missing.map((name) => `✗ applied, and not in the folder: ${name}`),
        ...late.map((name) => `! older than what is applied already: ${name}`),
      ].join("\n"),
    };
  });
}

function isClean({ pending, failed, changed, missing }: History): boolean {
  return [pending, failed, changed, missing].every(({ length }) => length === 0);
}
