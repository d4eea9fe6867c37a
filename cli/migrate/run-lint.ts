import { Failure } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { readHistory } from "../../operations/migrate/history.ts";
import { dangersIn, type Linted } from "../../operations/migrate/lint.ts";
import { withSession } from "../../postgres/session.ts";
import { runOperation } from "../operations/operation.ts";
import { readStack } from "../operations/stack.ts";
import { contextOf, databaseOf, linter, serverVersion } from "./context.ts";
import type { MigrateFlags } from "./flags.ts";

/** Of a database that is not asked: Supabase's newest. */
const assumedVersion = "17.0";

/** Lints what is pending. */
export function runLint(flags: MigrateFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const { settings } = readStack(flags.cwd, flags.stack);
    const context = contextOf(flags, settings, work);
    if (context.migrations.length === 0) {
      throw new Failure(
        "refused",
        `There are no migrations in ${context.folder}, so nothing was linted: name their folder with --folder`,
      );
    }
    const connection = databaseOf(process.env);
    const linted =
      connection === undefined
        ? await linter(context, assumedVersion, work.signal)(context.migrations)
        : await withSession(
            connection,
            "optropic migrate",
            async (session) => {
              const { pending } = await readHistory(session, context.migrations);
              return linter(context, await serverVersion(session), work.signal)(pending);
            },
            work.signal,
          );
    const dangers = dangersIn(linted);
    return {
      holds: dangers.length === 0,
      document: {
        migrations: linted.map(({ migration, phase, wrapping, changes, findings }) => ({
          ...{ name: migration.name, phase, wrapping, changes, findings },
        })),
      },
      text: [
        ...linted.flatMap(linesOf),
        `${counted(linted.length, "migration")}, ${counted(dangers.length, "danger")}.`,
      ].join("\n"),
    };
  });
}

const marks = { danger: "✗", contract: "!", advice: "·" } as const;

function linesOf({ migration, phase, findings }: Linted): string[] {
  return [
    `${migration.name} (${phase})`,
    ...findings.flatMap(({ line, rule, kind, message, help, statement, waiver }) => [
      `  ${waiver === undefined ? marks[kind] : "~"} ${line} ${rule}: ${message}`,
      `      ${statement}`,
      ...(help === undefined ? [] : [`      → ${help}`]),
      ...(waiver === undefined
        ? []
        : [`      waived until ${waiver.until} by ${waiver.approvedBy}: ${waiver.reason}`]),
    ]),
  ];
}
