import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Client } from "pg";
import type { Connection } from "../../../postgres/connection.ts";
import { findProgram } from "../../../postgres/programs.ts";

/** What a database is, as neither the backup nor the restore reads it. */
export interface Reading {
  /** Each object of `pg_dump --schema-only`, with its comment, owner and privileges, sorted. */
  definitions: string[];
  /** Digests of the rows of tables and materialized views, and the values of sequences. */
  rows: string[];
}

const digests = `
  select c.oid::regclass::text || ' ' || (xpath('/row/d/text()', query_to_xml(case c.relkind
      when 'S' then format('select last_value || '' '' || is_called as d from %s', c.oid::regclass)
      when 'm' then format('select md5(coalesce(string_agg(t::text, chr(10) order by t::text collate "C"), '''')) as d from only %s t',
        case when c.relispopulated then c.oid::regclass::text else '(select) t(d)' end)
      else format('select count(*) || '' '' || md5(coalesce(string_agg(t::text, chr(10) order by t::text collate "C"), '''')) as d from only %s t', c.oid::regclass)
    end, true, true, '')))[1]::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'm', 'S') and (c.relkind <> 'm' or c.relispopulated) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   order by 1`;

/** Reads a database by pg_dump and by digests of rows. */
export async function readIndependently(connection: Connection): Promise<Reading> {
  const env = { PATH: process.env.PATH, ...connection, PGOPTIONS: "-c search_path=pg_catalog" };
  const maxBuffer = 256 * 1024 * 1024;
  const { stdout } = await promisify(execFile)(findProgram("pg_dump"), ["--schema-only"], { env, maxBuffer });
  return { definitions: objectsOf(stdout), rows: await readRows(connection) };
}

async function readRows({ PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD }: Connection): Promise<string[]> {
  const client = new Client({
    host: PGHOST,
    port: Number(PGPORT),
    database: PGDATABASE,
    user: PGUSER,
    password: PGPASSWORD,
    options: "-c search_path=pg_catalog",
  });
  await client.connect();
  try {
    const { rows } = await client.query<[string]>({ text: digests, rowMode: "array" });
    return rows.map(([text]) => text);
  } finally {
    await client.end();
  }
}

/** The objects of a script, without its head and the settings between them. */
function objectsOf(dump: string): string[] {
  return dump
    .split(/^--\n(?=-- Name: )/m)
    .slice(1)
    .map((part) =>
      part
        .replace(/^(?:SET default_\w+ = .*;|--.*|\\(?:un)?restrict .*)$/gm, "")
        .replace(/\n{2,}/g, "\n")
        .trim(),
    )
    .sort();
}

/** How two readings differ, as texts for a person. */
export function readingDifferences(before: Reading, after: Reading): string[] {
  return (["definitions", "rows"] as const).flatMap((part) => {
    const [one, other] = [new Set(before[part]), new Set(after[part])];
    return [
      ...before[part].filter((text) => !other.has(text)).map((text) => `- ${text}`),
      ...after[part].filter((text) => !one.has(text)).map((text) => `+ ${text}`),
    ];
  });
}

/**
 * A reading without what the server prints otherwise once it has parsed it again: casts of lists, and the brackets
 * around them.
 */
export function settled({ definitions, rows }: Reading): Reading {
  const plain = (text: string): string => text.replaceAll(/::character varying|::text|\[\]|[()\s]/g, "");
  return { definitions: definitions.map(plain).sort(), rows };
}
