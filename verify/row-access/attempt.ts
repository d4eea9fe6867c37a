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
  const { may, bound, columns } = await rightsOf(session, role, table, action);
  if (!may) return "denied";
  await session.run("savepoint attempt_of_actor");
  try {
    const acting = actsAs(actor, role, users);
    if (typeof sample === "number") {
      await session.run(`grant select on ${name} to ${quotedIdentifier(role)}; ${acting}`);
      return placesIn(
        await session.rows(`select tableoid || ' ' || ctid as place from ${name} limit ${sample}`),
      );
    }
    const own = actor === "anon" ? undefined : users[actor === "user" ? 0 : 1].id;
    const ids = users.map(({ id }) => id);
    const tries = triesOf(action, { name, columns, bound, own, ids });
    if (tries.length === 0) return "failed";
    await session.run(`${bound ? narrowed(name) : `grant select on ${name} to ${quotedIdentifier(role)}`};
      ${acting}; ${loopOf(tries, sample)}`);
    const [row] = await session.rows("select current_setting('optropic.reached', true) as reached");
    const { reached } = z.object({ reached: z.string().nullable() }).parse(row);
    return (reached ?? "").split(";").filter((place) => place !== "");
  } catch {
    return "failed";
  } finally {
    await session.run("rollback to savepoint attempt_of_actor");
  }
}

const rights = z.object({
  may: z.boolean(),
  /** Whether policies bind the role. */
  bound: z.boolean(),
  /** Columns that the role may write by the action, those without a value of their own first. */
  columns: z.array(z.object({ name: z.string(), isText: z.boolean(), isAlways: z.boolean() })),
});

type Column = z.infer<typeof rights>["columns"][number];

/** Whether a role has the right itself, on the table or on one of its columns. */
async function rightsOf(
  session: Session,
  role: string,
  { oid }: Table,
  action: Action,
): Promise<z.infer<typeof rights>> {
  const onColumns =
    action === "delete"
      ? "false"
      : `exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and has_column_privilege(r.oid, c.oid, a.attnum, '${action}'))`;
  const [row] = await session.rows(
    `select (has_table_privilege(r.oid, c.oid, '${action}') or ${onColumns})
         and has_schema_privilege(r.oid, c.relnamespace, 'usage') as may,
       c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
         and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage')) as bound,
       coalesce((select jsonb_agg(jsonb_build_object('name', a.attname, 'isAlways', a.attidentity = 'a',
           'isText', a.atttypid in ('uuid'::regtype, 'text'::regtype, 'varchar'::regtype, 'bpchar'::regtype))
           order by a.attidentity = 'a', a.attnum)
         from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
           and has_column_privilege(r.oid, c.oid, a.attnum, '${action === "insert" ? "insert" : "update"}')), '[]') as columns
     from pg_catalog.pg_class c, pg_catalog.pg_roles r where c.oid = ${literal(oid)}::oid and r.rolname = '${role}'`,
  );
  return rights.parse(row);
}

/** Statements that make the session act as PostgREST does for a request: the role, and the claims of its token. */
function actsAs(actor: Actor, role: string, [user, other]: Users): string {
  const own = actor === "anon" ? undefined : actor === "user" ? user : other;
  const claims = JSON.stringify({ ...own?.claims, role, ...(own !== undefined && { sub: own.id }) });
  const sub = literal(own?.id ?? "");
  return `
    select set_config('request.jwt.claims', ${literal(claims)}, true),
      set_config('request.jwt.claim.sub', ${sub}, true),
      set_config('request.jwt.sub', ${sub}, true),
      set_config('request.jwt.claim.role', '${role}', true),
      set_config('optropic.reached', '', true);
    set local role ${quotedIdentifier(role)}`;
}

/** The row that is tried, by its table and its place in it. */
const tried =
  "tableoid = split_part(current_setting('optropic.tried'), ' ', 1)::oid and ctid = split_part(current_setting('optropic.tried'), ' ', 2)::tid";

/**
 * A policy that leaves nothing but the row that is tried. A condition in the statement would read a column, so that
 * the policies for reading bound it too, and without a right to read the table it would fail: neither keeps somebody
 * from a statement without a condition.
 */
function narrowed(name: string): string {
  return `create policy optropic_narrowed_to_the_row_that_is_tried on ${name} as restrictive using (${tried}) with check (true)`;
}

/** What is kept of the row that is tried, in a column. */
function kept(column: string): string {
  return `(select (s.kept).${quotedIdentifier(column)} from pg_temp.optropic_sample s where s.place = current_setting('optropic.tried'))`;
}

interface Trying {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly bound: boolean;
  /** The id of the user who tries. */
  readonly own: string | undefined;
  /** The ids of both users. */
  readonly ids: readonly string[];
}

/** Statements of which one that reaches the row is enough; the next is tried where a policy refuses what is written. */
function triesOf(action: Action, { name, columns, bound, own, ids }: Trying): string[] {
  const where = bound ? "" : ` where ${tried}`;
  switch (action) {
    case "select":
      return [`perform 1 from ${name}${where}`];
    case "delete":
      return [`delete from ${name}${where}`];
    case "insert": {
      const list = columns.map((column) => quotedIdentifier(column.name)).join(", ");
      const values = columns.map((column) => kept(column.name)).join(", ");
      return columns.length === 0
        ? [`insert into ${name} default values`]
        : [`insert into ${name} (${list}) overriding system value select ${values}`];
    }
    case "update": {
      const [first] = columns;
      if (first === undefined) return [];
      const value = first.isAlways ? "default" : kept(first.name);
      const same = `update ${name} set ${quotedIdentifier(first.name)} = ${value}${where}`;
      // Rows that only may not stay another's can still be taken.
      const owners = columns.filter(({ isText, isAlways }) => isText && !isAlways);
      if (own === undefined || owners.length === 0) return [same];
      const list = ids.map(literal).join(", ");
      const taken = owners.map((column) => {
        const before = kept(column.name);
        return `${quotedIdentifier(column.name)} = case when ${before}::text in (${list}) then ${literal(own)} else ${before} end`;
      });
      return [same, `update ${name} set ${taken.join(", ")}${where}`];
    }
  }
}

/**
 * A block that tries each row by itself. A constraint that stops it (class 23) comes after row-level security, so the
 * row was reached; a right or a policy that stops it has 42501; anything else is no answer.
 */
function loopOf(tries: readonly string[], sample: readonly string[]): string {
  const places = sample.map(literal).join(", ");
  const reach = "optropic_reached := optropic_reached || optropic_place || ';'";
  const blocks = tries.map(
    (statement, index) => `
        if optropic_goes_on then
          begin
            ${statement};
            get diagnostics optropic_count = row_count;
            optropic_goes_on := false;
            if optropic_count > 0 then ${reach}; end if;
          exception
            when insufficient_privilege then null;
            when integrity_constraint_violation then
              optropic_goes_on := false;
              ${reach};
            ${index > 0 ? "when data_exception then null;" : ""}
          end;
        end if;`,
  );
  return `do $optropic$
    #variable_conflict use_column
    declare
      optropic_place text;
      optropic_count bigint;
      optropic_goes_on boolean;
      optropic_reached text := '';
    begin
      foreach optropic_place in array array[${places}]::text[] loop
        perform set_config('optropic.tried', optropic_place, true);
        optropic_goes_on := true;
        ${blocks.join("")}
      end loop;
      perform set_config('optropic.reached', optropic_reached, true);
    end $optropic$`;
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
