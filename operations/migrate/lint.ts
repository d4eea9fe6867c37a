import { createdBefore, isCertainlyNew, mayExist } from "./created.ts";
import type { Migration } from "./folder.ts";
import { inShort, parseScript, type Statement } from "./parse.ts";
import { type Change, labelOf, type Phase } from "./phase.ts";
import { isOfNew, rules } from "./rules.ts";
import { newValueUsed } from "./rules-script.ts";
import { squawk } from "./squawk.ts";
import { type Wrapping, wrappingOf } from "./transaction.ts";

/** What the lint says of one statement. */
export interface LintFinding {
  migration: string;
  line: number;
  rule: string;
  /**
   * - `danger`: a lock, a rewrite or a loss, which refuses in production unless it is waived.
   * - `contract`: code that knows only the schema before may fail; judged by what that code reads.
   * - `advice`: worth a look.
   */
  kind: "danger" | "contract" | "advice";
  message: string;
  help: string | undefined;
  statement: string;
  waiver?: Pick<MigrationWaiver, "until" | "reason" | "approvedBy">;
}

/** What is accepted of a migration: which rule, why, who approved it and until when. */
export interface MigrationWaiver {
  rule: string;
  /** The name of a migration, or `*`. */
  migration: string;
  reason: string;
  approvedBy: string;
  until: string;
}

/** A migration as it was understood. */
export interface Linted {
  migration: Migration;
  statements: Statement[];
  wrapping: Wrapping;
  phase: Phase;
  changes: Change[];
  findings: LintFinding[];
}

export interface LintOptions {
  /** Version of the server, such as 17.4. */
  version: string;
  /** Those that count today. */
  waivers?: readonly MigrationWaiver[];
  signal: AbortSignal;
}

/** The waiver that covers a rule for a migration. */
export function waiverOf(
  waivers: readonly MigrationWaiver[],
  rule: string,
  migration: string,
): MigrationWaiver | undefined {
  return waivers.find(
    (each) => each.rule === rule && (each.migration === "*" || each.migration === migration),
  );
}

/** Tables that are new at a statement. */
type New = ReadonlySet<string>;

/** Rules of squawk that are about code that knows the schema before, not about locks. */
const contracting: ReadonlySet<string> = new Set([
  ...["ban-drop-column", "ban-drop-table", "ban-drop-not-null", "renaming-column", "renaming-table"],
]);

/** Rules of squawk about the parts that a table of these migrations may have without harm. */
const ofFile: ReadonlySet<string> = new Set([
  ...["transaction-nesting", "ban-uncommitted-transaction", "syntax-error", "ban-drop-database"],
]);

/**
 * Lints migrations in the order in which they are applied, with squawk and with rules of this project.
 *
 * @throws {Failure} `refused`, for what is no SQL; `failed`, when squawk does not run
 */
export async function lint(migrations: readonly Migration[], options: LintOptions): Promise<Linted[]> {
  const parsed: { migration: Migration; statements: Statement[]; wrapping: Wrapping; created: New[] }[] = [];
  for (const migration of migrations) {
    const statements = await parseScript(`${migration.name}/migration.sql`, migration.sql);
    const created = createdBefore(statements, parsed.at(-1)?.created.at(-1));
    parsed.push({ migration, statements, wrapping: wrappingOf(statements), created });
  }
  const squawked = await squawk(
    parsed.map(({ migration, statements, wrapping }) => ({
      sql: withoutMaybes(migration.sql, statements),
      inTransaction: wrapping === "one",
    })),
    options,
  );
  return parsed.map(({ migration, statements, wrapping, created }, index) => {
    const news = new Set(
      statements.filter(({ node }, at) => isCertainlyNew(node) || isOfNew(node, created[at] ?? new Set())),
    );
    const isNew = (statement: Statement): boolean => news.has(statement);
    const own = ownFindings(migration.name, statements, wrapping, isNew);
    const others = (squawked[index] ?? []).flatMap(
      ({ rule, line, lastLine, message, help }): LintFinding[] => {
        // Several statements may share a line; only if each is about a new table, the finding is.
        const near = statements.filter((each) => each.line <= lastLine && each.lastLine >= line);
        if (near.length > 0 && near.every(isNew) && !ofFile.has(rule)) return [];
        const statement = near.find((each) => !isNew(each)) ?? near[0];
        return [
          {
            migration: migration.name,
            line,
            rule,
            kind: contracting.has(rule) ? "contract" : "danger",
            message,
            help,
            statement: statement === undefined ? "" : inShort(statement),
          },
        ];
      },
    );
    const { phase, changes } = labelOf(statements, created);
    const findings = [...others, ...own].sort((one, other) => one.line - other.line);
    return {
      migration,
      statements,
      wrapping,
      phase,
      changes,
      findings: findings.map((each) => waived(each, options.waivers)),
    };
  });
}

/**
 * The script without each CREATE TABLE IF NOT EXISTS, at the same lines: squawk takes such a table for a new one, and
 * what follows about it, such as an index, for harmless.
 */
function withoutMaybes(sql: string, statements: readonly Statement[]): string {
  let text = sql;
  for (const statement of statements.filter(({ node }) => mayExist(node))) {
    const at = text.indexOf(statement.text);
    const blank = statement.text.replaceAll(/[^\n]/g, " ");
    if (at >= 0) text = `${text.slice(0, at)}${blank}${text.slice(at + statement.text.length)}`;
  }
  return text;
}

function ownFindings(
  migration: string,
  statements: readonly Statement[],
  wrapping: Wrapping,
  isNew: (statement: Statement) => boolean,
): LintFinding[] {
  const single = statements.flatMap((statement) =>
    rules
      .filter((rule) => rule.matches(statement.node, { statements: statements.length }))
      .filter(({ ofTable }) => !(ofTable && isNew(statement)))
      .map(
        ({ name, danger, message, help }): LintFinding => ({
          ...{ migration, line: statement.line, rule: name, kind: danger ? "danger" : "advice" },
          ...{ message, help, statement: inShort(statement) },
        }),
      ),
  );
  const together = newValueUsed(statements, wrapping).map(
    ({ rule, message, help, statement }): LintFinding => ({
      ...{ migration, line: statement.line, rule, kind: "danger" },
      ...{ message, help, statement: inShort(statement) },
    }),
  );
  return [...single, ...together];
}

function waived(finding: LintFinding, waivers: readonly MigrationWaiver[] = []): LintFinding {
  const found = waiverOf(waivers, finding.rule, finding.migration);
  if (found === undefined || finding.kind !== "danger") return finding;
  const { until, reason, approvedBy } = found;
  return { ...finding, waiver: { until, reason, approvedBy } };
}

/** Findings that refuse in production. */
export function dangersIn(linted: readonly Linted[]): LintFinding[] {
  return linted.flatMap(({ findings }) =>
    findings.filter(({ kind, waiver }) => kind === "danger" && waiver === undefined),
  );
}
