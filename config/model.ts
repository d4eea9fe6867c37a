import type * as z from "zod";

/** What a program's settings are: their schema, and where a person finds each of them described. */
export interface SettingsModel<Schema extends z.ZodObject = z.ZodObject> {
  readonly schema: Schema;
  /** Page that lists every setting, from the root of the repository. */
  readonly reference: string;
}
