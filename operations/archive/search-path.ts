import { escapeIdentifier, escapeLiteral } from "pg";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "./manifest.ts";

/**
 * A restore has an empty search path, so that every name means what the dump says. A function that a check or
 * an index runs may look up names in the search path of the database, though: while rows are restored, such
 * functions have one of their own.
 *
 * @returns statements that give them a search path, and statements that take it away again
 */
export function lendSearchPath({ evaluated, server }: Pick<Manifest, "evaluated" | "server">): {
  lend: string[];
  takeBack: string[];
} {
  if (evaluated.length === 0 || server.searchPath.length === 0) return { lend: [], takeBack: [] };
  const path = server.searchPath.map(escapeIdentifier).join(", ");
  return {
    lend: [alterEach(evaluated, `set search_path = ${path}`)],
    takeBack: [alterEach(evaluated, "reset search_path")],
  };
}

function alterEach(functions: readonly string[], change: string): string {
  const names = functions.map(escapeLiteral).join(", ");
  // A function that is not restored, or that another role owns, stays as it is.
  const body = `declare name text; begin
    foreach name in array array[${names}]::text[] loop
      begin
        if to_regprocedure(name) is not null then execute 'alter function ' || name || ${escapeLiteral(` ${change}`)}; end if;
      exception when others then null;
      end;
    end loop;
  end`;
  return `do ${escapeLiteral(body)}`;
}

/** Lends the search path while work is done. */
export async function withSearchPath<T>(
  session: Session,
  manifest: Manifest,
  work: () => Promise<T>,
): Promise<T> {
  const { lend, takeBack } = lendSearchPath(manifest);
  for (const statement of lend) await session.run(statement);
  const result = await work();
  for (const statement of takeBack) await session.run(statement);
  return result;
}
