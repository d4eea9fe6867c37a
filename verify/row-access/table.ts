import * as z from "zod";

/** A table whose rows are tried. */
export const tableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  /** Columns that can be written, in their order. */
  columns: z.array(z.string()),
  /** The first column that can be changed. */
  changed: z.string().nullable(),
});

export type Table = z.infer<typeof tableSchema>;

/** Two users by their ids, whose rows must stay apart. */
export type Users = readonly [string, string];
