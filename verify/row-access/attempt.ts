import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { quotedIdentifier } from "../database/identifier.ts";
import type { Action, Actor } from "./matrix.ts";
import type { Table, Users } from "./table.ts";

/** One try of an action. */
export interface Attempt {
  readonly table: Table;
  readonly actor: Actor;
  readonly action: Action;
  readonly users: Users;
  /** The rows to try, by their place in the table; a number asks for so many of those that are seen. */
  readonly sample: readonly string[] | number;
}

/**
 * Tries an action as an actor, row by row, and undoes it.
 *
 * @returns the rows that were reached, by their place; `denied` without the right, `failed` for another reason
 */
export async function attempt(
  session: Session,
  { table, actor, action, users, sample }: Attempt,
): Promise<readonly string[] | "denied" | "failed"> {
  const role = actor === "anon" ? "anon" : "authenticated";
  const name = `${quotedIdentifier(table.schema)}.${quotedIdentifier(table.name)}`;
  if (!(await mayTry(session, role, name, action, table.columns))) return "denied";
  await session.run("savepoint attempt_of_actor");
  try {
    await session.run(actsAs(actor, role, users));
    if (typeof sample === "number") {
      return placesIn(
        await session.rows(`select tableoid || ' ' || ctid as place from ${name} limit ${sample}`),
      );
    }
    await session.run(loopOf(action, name, table, sample));
    const [row] = await session.rows("select current_setting('optropic.reached', true) as reached");
    const { reached } = z.object({ reached: z.string().nullable() }).parse(row);
    return (reached ?? "").split(";").filter((place) => place !== "");
  } catch {
    return "failed";
  } finally {
    await session.run("rollback to savepoint attempt_of_actor");
  }
}

/** Whether a role has the right itself, on the table or on one of its columns. */
async function mayTry(
  session: Session,
  role: string,
  table: string,
  action: Action,
  columns: readonly string[],
): Promise<boolean> {
  const on = `'${role}', ${literal(table)}::regclass`;
  const onColumns =
    action === "delete" || columns.length === 0 ? "false" : `has_any_column_privilege(${on}, '${action}')`;
  const [row] = await session.rows(
    `select (has_table_privilege(${on}, '${action}') or ${onColumns})
       and has_schema_privilege('${role}', (select relnamespace from pg_catalog.pg_class where oid = ${literal(table)}::regclass), 'usage') as may`,
  );
  return z.object({ may: z.boolean() }).parse(row).may;
}

/** Statements that make the session act as PostgREST does for a request: the role, and the claims of its token. */
function actsAs(actor: Actor, role: string, [user, other]: Users): string {
  const sub = actor === "anon" ? undefined : actor === "user" ? user : other;
  const claims = JSON.stringify({ role, ...(sub !== undefined && { sub }) });
  return `
    select set_config('request.jwt.claims', ${literal(claims)}, true),
      set_config('request.jwt.claim.sub', ${literal(sub ?? "")}, true),
      set_config('request.jwt.sub', ${literal(sub ?? "")}, true),
      set_config('request.jwt.claim.role', '${role}', true),
      set_config('optropic.reached', '', true);
    set local role ${quotedIdentifier(role)}`;
}

/**
 * A block that tries each row by itself. A constraint that stops it (class 23) comes after row-level security, so the
 * row was reached; a right or a policy that stops it has 42501; anything else is no answer.
 */
function loopOf(action: Action, name: string, table: Table, sample: readonly string[]): string {
  const places = sample.map(literal).join(", ");
  return `do $optropic$
    declare optropic_place_tried text; optropic_count bigint; optropic_reached text := '';
    begin
      foreach optropic_place_tried in array array[${places}]::text[] loop
        begin
          ${statementOf(action, name, table)};
          get diagnostics optropic_count = row_count;
          if optropic_count > 0 then optropic_reached := optropic_reached || optropic_place_tried || ';'; end if;
        exception
          when insufficient_privilege then null;
          when integrity_constraint_violation then
            optropic_reached := optropic_reached || optropic_place_tried || ';';
        end;
      end loop;
      perform set_config('optropic.reached', optropic_reached, true);
    end $optropic$`;
}

function statementOf(action: Action, name: string, { columns, changed }: Table): string {
  const where =
    "tableoid = split_part(optropic_place_tried, ' ', 1)::oid and ctid = split_part(optropic_place_tried, ' ', 2)::tid";
  const list = columns.map(quotedIdentifier).join(", ");
  switch (action) {
    case "select":
      return `perform 1 from ${name} where ${where}`;
    case "insert":
      return `insert into ${name} (${list}) overriding system value
        select ${list} from pg_temp.optropic_sample where optropic_place = optropic_place_tried`;
    case "update": {
      const column = quotedIdentifier(changed ?? "");
      return `update ${name} set ${column} = ${column} where ${where}`;
    }
    case "delete":
      return `delete from ${name} where ${where}`;
  }
}

function placesIn(rows: unknown): string[] {
  return z
    .array(z.object({ place: z.string() }))
    .parse(rows)
    .map(({ place }) => place);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
