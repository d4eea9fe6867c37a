import * as z from "zod";
import { type Carried, carriedSchema } from "./carried.ts";
import { type DatabaseProperties, propertiesSchema } from "./database-properties.ts";
import { type Item, itemSchema } from "./items.ts";
import {
  definition,
  type Extension,
  entry,
  extensionSchema,
  type Lists,
  type Role,
  roleSchema,
  type Summary,
  schemaSchema,
  summarySchema,
} from "./manifest.ts";
import { type PathOperators, pathOperatorsSchema } from "./path-operators.ts";
import { type Setting, settingSchema } from "./settings.ts";

/** An object in no schema, or one in another schema that depends on those of the backup. */
export interface Beside {
  name: string;
  /** Start of the SHA-256 of its definition. */
  definition: string;
  /** Its place in the dump's table of contents. */
  entry: string;
  /** As the source's server printed it. */
  expression?: string | undefined;
  /** Of a materialized view that was not filled. */
  isUnfilled?: true | undefined;
}

interface Placed {
  name: string;
  entry: string;
}

/** What a listing has, by the first word of a line. */
export interface Sections {
  /** What is in the schemas of a backup, and in those that its dump has besides. */
  own: Item;
  around: Item;
  /** Objects in no schema. */
  global: Beside;
  /** Objects in the companions that depend on the schemas. */
  dependent: Beside;
  /** What the manifest says, too. */
  summary: Summary;
  schema: Lists["schemas"][number];
  companion: Lists["companions"][number];
  extension: Extension;
  role: Role;
  neededRole: string;
  evaluated: string;
  companionRows: Placed;
  remote: Placed;
  note: string;
  setting: Setting;
  properties: DatabaseProperties;
  carried: Carried;
  pathOperators: PathOperators;
  unmetKey: string;
}

export type Section = keyof Sections;

const besideSchema = z.strictObject({
  name: z.string(),
  definition,
  entry,
  expression: z.string().optional(),
  isUnfilled: z.literal(true).optional(),
});
const placedSchema = z.strictObject({ name: z.string(), entry });

export const sectionSchemas: { readonly [S in Section]: z.ZodType<Sections[S]> } = {
  own: itemSchema,
  around: itemSchema,
  global: besideSchema,
  dependent: besideSchema,
  summary: summarySchema,
  schema: schemaSchema,
  companion: schemaSchema,
  extension: extensionSchema,
  role: roleSchema,
  neededRole: z.string(),
  evaluated: z.string(),
  companionRows: placedSchema,
  remote: placedSchema,
  note: z.string(),
  setting: settingSchema,
  properties: propertiesSchema,
  carried: carriedSchema,
  pathOperators: pathOperatorsSchema,
  unmetKey: z.string(),
};

/**
 * Everything that a backup has, an item at a time, as often as it is asked for. A sequence comes with its value after the
 * dump and again with that before it, a third time where it may have had any other, and once in a backup of an earlier
 * version.
 */
export interface Listing {
  items<S extends Section>(section: S): AsyncIterable<Sections[S]>;
}
