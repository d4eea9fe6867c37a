import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "../archive/attempt.ts";

/** Tables whose triggers do not run at rows that a restore puts back. */
export interface Quiet {
  /** Triggers that run nevertheless, such as `trigger welcome on auth.users`: the session may not stop them. */
  loud: string[];
  /** Whether the server does not check foreign keys meanwhile. */
  isUnchecked: boolean;
  /** Whether none of the triggers that are left would run where the session only replicates. */
  isQuietReplicating: boolean;
  /** Lets the server check foreign keys again. Triggers that are disabled stay so. */
  checkAgain: () => Promise<void>;
  /** Lets all triggers run again. */
  end: () => Promise<void>;
}

/**
 * Stops the triggers that run at new rows of tables and of their partitions, within the session's transaction. Only the
 * owner of a table disables one. Who may set how a session replicates stops most without that, and with them the checks of
 * foreign keys.
 *
 * @param tables quoted names
 */
export async function quietTriggers(session: Session, tables: readonly string[]): Promise<Quiet> {
  const all = triggerRows.parse(await session.rows(triggersQuery, tables));
  const disabled: typeof all = [];
  const left: typeof all = [];
  for (const one of all) {
    const reason = await attempt(session, [`alter table only ${one.table} disable trigger ${one.name}`]);
    (reason === undefined ? disabled : left).push(one);
  }
  const running = left.filter(({ enable }) => enable !== "enable replica");
  const isUsual = running.length > 0 && left.every(({ enable }) => enable === "enable");
  const before = isUsual ? await replicationRole(session) : undefined;
  const isUnchecked =
    isUsual && (await attempt(session, ["set local session_replication_role = replica"])) === undefined;
  const checkAgain = async (): Promise<void> => {
    if (isUnchecked) await session.run(`set local session_replication_role = ${before}`);
  };
  return {
    loud: isUnchecked ? [] : running.map(({ table, name }) => `trigger ${name} on ${table}`),
    isUnchecked,
    isQuietReplicating: left.every(({ enable }) => enable === "enable"),
    checkAgain,
    async end() {
      await checkAgain();
      if (disabled.length === 0) return;
      // A table with checks that wait for the end of the transaction cannot be altered.
      for (const statement of await checkingNow(session, tables)) await session.run(statement);
      for (const { table, name, enable } of disabled)
        await session.run(`alter table only ${table} ${enable} trigger ${name}`);
    },
  };
}

/** Statements that check what waits for the end of the transaction, of some tables. */
export async function checkingNow(session: Session, tables: readonly string[]): Promise<string[]> {
  const [late] = lateRows.parse(await session.rows(lateQuery, tables));
  if (late === undefined || late.names === null) return [];
  return [
    `set constraints ${late.names} immediate`,
    ...(late.deferrable === null ? [] : [`set constraints ${late.deferrable} deferred`]),
  ];
}

export async function replicationRole(session: Session): Promise<string> {
  const [row] = await session.rows("select current_setting('session_replication_role') as role");
  return z.object({ role: z.string() }).parse(row).role;
}

const triggerRows = z.array(z.object({ table: z.string(), name: z.string(), enable: z.string() }));

/** The tables `$1` and their partitions. */
const withPartitions = `
  select t.relid from unnest($1) name cross join lateral (
    select to_regclass(name) as relid union select relid from pg_partition_tree(to_regclass(name))) t`;

/**
 * Statements that let the keys of tables and of their partitions wait until others have run, and then make them as they
 * were. Only the owner of a table runs them.
 */
export async function keysWaiting(
  session: Session,
  tables: readonly string[],
): Promise<{ wait: string[]; end: string[] }> {
  const keys = waitingRows.parse(await session.rows(waitingQuery, tables));
  const alone = keys.filter(({ isAlone }) => isAlone).map(({ constraint }) => constraint);
  return {
    wait: [
      ...keys.map(
        ({ table, name }) => `alter table ${table} alter constraint ${name} deferrable initially deferred`,
      ),
      // Where something checked them before in the transaction, they do not wait by themselves.
      ...(alone.length === 0 ? [] : [`set constraints ${alone.join(", ")} deferred`]),
    ],
    end: [
      ...(keys.length === 0
        ? []
        : [`set constraints ${keys.map(({ constraint }) => constraint).join(", ")} immediate`]),
      ...keys.map(({ table, name, usual }) => `alter table ${table} alter constraint ${name} ${usual}`),
    ],
  };
}

const waitingRows = z.array(
  z.object({
    table: z.string(),
    name: z.string(),
    constraint: z.string(),
    usual: z.string(),
    isAlone: z.boolean(),
  }),
);

const waitingQuery = `
  select k.conrelid::regclass::text as table, quote_ident(k.conname) as name,
         format('%I.%I', n.nspname, k.conname) as constraint,
         case when k.condeferrable then 'deferrable initially immediate' else 'not deferrable' end as usual,
         not exists (select from pg_constraint o where o.connamespace = k.connamespace and o.conname = k.conname
           and o.oid <> k.oid and o.conparentid <> k.oid) as "isAlone"
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
   where k.contype = 'f' and k.conparentid = 0 and not k.condeferred and k.conrelid in (${withPartitions})
   order by k.oid`;

/** Those that run at new rows have the bit 4. */
const triggersQuery = `
  select t.tgrelid::regclass::text as table, quote_ident(t.tgname) as name,
         case t.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end as enable
    from pg_trigger t
   where t.tgrelid in (${withPartitions}) and not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 4 <> 0
   order by t.tgrelid, t.tgname`;

const lateRows = z.array(z.object({ names: z.string().nullable(), deferrable: z.string().nullable() }));

/** A name means all constraints of a schema that have it, and none of them can wait where one cannot. */
const lateQuery = `
  select string_agg(distinct one.name, ', ') as names,
         string_agg(distinct one.name, ', ') filter (where not exists (
           select from pg_constraint o where o.connamespace = k.connamespace and o.conname = k.conname
              and o.contype in ('f', 'p', 'u', 'x', 't') and not o.condeferrable)) as deferrable
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
   cross join lateral (select format('%I.%I', n.nspname, k.conname) as name) one
   where k.condeferred and k.conrelid in (${withPartitions})`;
