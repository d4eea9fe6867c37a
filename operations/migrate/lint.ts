import { statementsInside } from "./code.ts";
import { addedConstraints, commandsOf, constraintsOfColumn } from "./commands.ts";
import { createdBefore, isCertainlyNew, isOfNew } from "./created.ts";
import { isSettled } from "./defaults.ts";
import type { Migration } from "./folder.ts";
import { inShort, parseScript, type Statement } from "./parse.ts";
import { type Change, labelOf, type Phase } from "./phase.ts";
import { rules } from "./rules.ts";
import { closesFunctions, definersIn } from "./rules-definer.ts";
import { newValueRead, newValueUsed } from "./rules-script.ts";
import { type SquawkFinding, squawk } from "./squawk.ts";
import { type Wrapping, wrappingOf } from "./transaction.ts";
import { type Types, typesAfter } from "./types.ts";

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
  /** Every migration of the folder, whose types the others may use. */
  folder?: readonly Migration[];
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

/** A statement of a script, or one that a block of code in it may run. */
interface Placed {
  statement: Statement;
  isInside: boolean;
  /** Whether it has no text of its own, as a table in CREATE SCHEMA has none. */
  isPart?: true;
  /** Whether it is about tables that the migrations made, and about no other. */
  isNew: boolean;
}

interface Parsed {
  migration: Migration;
  statements: Statement[];
  wrapping: Wrapping;
  created: New[];
  placed: Placed[];
  types: Types;
  /** Statements from which on default privileges keep PUBLIC from new functions. */
  closed: ReadonlySet<Statement>;
}

/**
 * Lints migrations in the order in which they are applied, with squawk and with rules of this project.
 *
 * @throws {Failure} `refused`, for what is no SQL; `failed`, when squawk does not run
 */
export async function lint(migrations: readonly Migration[], options: LintOptions): Promise<Linted[]> {
  const parsed: Parsed[] = [];
  const pending = new Set(migrations.map(({ name }) => name));
  let types: Types = new Map();
  let isClosed = false;
  for (const { name, sql } of options.folder ?? []) {
    if (pending.has(name)) continue;
    // What is applied is not judged again, even where it cannot be read.
    const statements = await parseScript(name, sql).catch(() => []);
    types = typesAfter(statements, types);
    isClosed ||= statements.some(({ node }) => closesFunctions(node));
  }
  for (const migration of migrations) {
    const statements = await parseScript(`${migration.name}/migration.sql`, migration.sql);
    const created = createdBefore(statements, parsed.at(-1)?.created.at(-1));
    const placed = await placedIn(statements, created);
    types = typesAfter(
      placed.map(({ statement }) => statement),
      types,
    );
    const closed = new Set<Statement>();
    for (const { statement } of placed) {
      isClosed ||= closesFunctions(statement.node);
      if (isClosed) closed.add(statement);
    }
    parsed.push({ migration, statements, wrapping: wrappingOf(statements), created, placed, types, closed });
  }
  const scripts = parsed.map(({ placed, wrapping }) => scriptOf(placed, wrapping === "one"));
  const squawked = await squawk(scripts, options);
  return parsed.map(({ migration, statements, wrapping, created, placed, types: known, closed }, index) => {
    const others = (squawked[index] ?? []).flatMap((found): LintFinding[] => {
      const place = scripts[index]?.places.findLast(({ first }) => first <= found.line);
      if (place === undefined) return [];
      const { placed: at, first } = place;
      const { statement, isNew } = at;
      if ((isNew && !ofFile.has(found.rule)) || isBeside(found, statement)) return [];
      const { rule, message, help } = found;
      return [
        {
          ...{ migration: migration.name, line: statement.line + found.line - first, rule },
          ...{ kind: contracting.has(rule) ? "contract" : "danger", message, help },
          statement: inShort(statement),
        },
      ];
    });
    const own = ownFindings(migration.name, { statements, wrapping, placed, created, types: known, closed });
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

async function placedIn(statements: readonly Statement[], created: readonly New[]): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const [index, statement] of statements.entries()) {
    const news = created[index] ?? new Set();
    const isOfNews = ({ node }: Statement): boolean => isOfNew(node, news);
    placed.push({ statement, isInside: false, isNew: isOfNews(statement) });
    const { node } = statement;
    for (const part of "CreateSchemaStmt" in node ? (node.CreateSchemaStmt.schemaElts ?? []) : []) {
      const each = { ...statement, node: part };
      placed.push({ statement: each, isInside: false, isNew: isOfNews(each), isPart: true });
    }
    for (const inner of await statementsInside(statement)) {
      placed.push({ statement: inner, isInside: true, isNew: isOfNews(inner) });
    }
  }
  return placed;
}

/**
 * The statements for squawk, each on lines of its own so that what it says is about one of them. It is not shown
 * blocks of code, but what they may run; and no CREATE TABLE that may leave an old table as it is, which it takes for
 * a new one, and what follows about it, such as an index, for harmless.
 */
function scriptOf(placed: readonly Placed[], inTransaction: boolean) {
  let sql = "";
  let line = 1;
  const places: { placed: Placed; first: number }[] = [];
  for (const each of placed) {
    const { statement, isInside } = each;
    const { node, text } = statement;
    const mayBeOld =
      ("CreateStmt" in node || "CreateTableAsStmt" in node) && (isInside || !isCertainlyNew(node));
    if (each.isPart || "DoStmt" in node || mayBeOld || (isInside && "SelectStmt" in node)) continue;
    places.push({ placed: each, first: line });
    sql += `${text}\n;\n`;
    line += text.split("\n").length + 1;
  }
  return { sql, inTransaction, places };
}

/** What squawk advises and PostgreSQL does not have, and what it finds in a column that is computed when it is read. */
function isBeside({ rule }: SquawkFinding, { node }: Statement): boolean {
  if (rule === "constraint-missing-not-valid") {
    const added = addedConstraints(node);
    return (
      added.length > 0 &&
      !added.some(({ contype, skip_validation }) => validated.has(contype ?? "") && skip_validation !== true)
    );
  }
  if (rule !== "adding-field-with-default") return false;
  const computed = commandsOf(node).map((command) =>
    constraintsOfColumn(command).filter(
      ({ contype }) => contype === "CONSTR_GENERATED" || contype === "CONSTR_DEFAULT",
    ),
  );
  return computed
    .flat()
    .every(({ contype, generated_kind, raw_expr }) =>
      contype === "CONSTR_DEFAULT" ? isSettled(raw_expr) : generated_kind === "v",
    );
}

/** Constraints that PostgreSQL can add without reading the rows that are there. */
const validated: ReadonlySet<string> = new Set(["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_NOTNULL"]);

function ownFindings(
  migration: string,
  { statements, wrapping, placed, created, types, closed }: Omit<Parsed, "migration">,
): LintFinding[] {
  const last = created.at(-1) ?? new Set<string>();
  const single = placed.flatMap(({ statement, isInside, isNew }) =>
    rules
      .filter(({ ofTable }) => !(ofTable && isNew))
      .filter((rule) =>
        rule.matches(statement.node, {
          statements: isInside ? 2 : statements.length,
          isLast: !isInside && statement === statements.at(-1),
          isNew: (table) => last.has(table),
          types,
        }),
      )
      .map(
        ({ name, danger, message, help }): LintFinding => ({
          ...{ migration, line: statement.line, rule: name, kind: danger ? "danger" : "advice" },
          ...{ message, help, statement: inShort(statement) },
        }),
      ),
  );
  const all = placed.map(({ statement }) => statement);
  const found =
    (kind: LintFinding["kind"]) =>
    ({ rule, message, help, statement }: ReturnType<typeof newValueRead>[number]): LintFinding => ({
      ...{ migration, line: statement.line, rule, kind },
      ...{ message, help, statement: inShort(statement) },
    });
  const together = [
    ...newValueUsed(statements, wrapping),
    ...definersIn(all, (statement) => closed.has(statement)),
  ];
  return [...single, ...together.map(found("danger")), ...newValueRead(all).map(found("advice"))];
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
