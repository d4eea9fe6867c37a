import * as z from "zod";

/** What a role can try on the rows of a table. */
export const actions = ["select", "insert", "update", "delete"] as const;

export type Action = (typeof actions)[number];

/** Who tries: a stranger, and two users who must not reach each other's rows. */
export const actors = ["anon", "user", "other user"] as const;

export type Actor = (typeof actors)[number];

/**
 * Which rows somebody reaches. Not how many, so that it changes with the policies and not with the data.
 *
 * - `denied`: the role lacks the right itself.
 * - `none`: no row of those tried.
 * - `own`: some rows, none of which the other user reaches.
 * - `shared`: some rows, which another actor reaches too.
 * - `all`: every row that was tried, those of others among them.
 * - `untold`: the table has no rows to try, or the attempt failed for another reason.
 */
export const cells = ["denied", "none", "own", "shared", "all", "untold"] as const;

export type Cell = (typeof cells)[number];

const cell = z.enum(cells);
const row = z.strictObject({ select: cell, insert: cell, update: cell, delete: cell });

/** The matrix as the repository keeps it. */
export const matrixSchema = z.strictObject({
  version: z.literal(1),
  /** By table, such as `public.account`, and by actor. */
  tables: z.record(z.string().max(300), z.strictObject({ anon: row, user: row, "other user": row })),
});

export type Matrix = z.infer<typeof matrixSchema>;

/** A cell that is not as it was recorded; undefined stands for a table that is not in a matrix. */
export interface Change {
  readonly table: string;
  readonly actor: Actor;
  readonly action: Action;
  readonly before: Cell | undefined;
  readonly after: Cell | undefined;
}

/** Every cell that differs, in the order of the tables. */
export function changesOf(before: Matrix, after: Matrix): Change[] {
  const tables = [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])].sort();
  return tables.flatMap((table) =>
    actors.flatMap((actor) =>
      actions.flatMap((action): Change[] => {
        const was = before.tables[table]?.[actor][action];
        const is = after.tables[table]?.[actor][action];
        return was === is ? [] : [{ table, actor, action, before: was, after: is }];
      }),
    ),
  );
}

/** One change in words. */
export function describeChange({ table, actor, action, before, after }: Change): string {
  return `${table}, ${action} as ${actor}: ${before ?? "no such table"} → ${after ?? "no such table"}`;
}

/** What must never be, whatever was recorded: users who reach each other's rows to change them. */
export function dangersOf({ tables }: Matrix): string[] {
  return Object.entries(tables).flatMap(([table, rows]) =>
    actors.flatMap((actor) =>
      (["insert", "update", "delete"] as const).flatMap((action) => {
        const found = rows[actor][action];
        const isDanger = found === "all" || found === "shared" || (actor === "anon" && found === "own");
        return isDanger ? [`${table}, ${action} as ${actor}: ${found}`] : [];
      }),
    ),
  );
}
