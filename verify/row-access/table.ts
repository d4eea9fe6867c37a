import * as z from "zod";

/** A table whose rows are tried. */
export const tableSchema = z.object({
  oid: z.string(),
  schema: z.string(),
  name: z.string(),
});

export type Table = z.infer<typeof tableSchema>;

/** A user whose rows are looked for, with what the user's token says. */
export interface User {
  readonly id: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Two users whose rows must stay apart. */
export type Users = readonly [User, User];
