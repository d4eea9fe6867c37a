import { createHash } from "node:crypto";
import * as z from "zod";
import { definition, sequenceSchema, tableSchema } from "./manifest.ts";

/** Whether an item is in the schemas of a backup, or in those that its dump has besides. */
export type Side = "own" | "around";

/** One thing that a restored database must have. */
const itemSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("object"),
    name: z.string(),
    /** Start of the SHA-256 of its definition. */
    definition,
    /** As the source's server printed it. */
    expression: z.string().optional(),
  }),
  tableSchema.extend({ kind: z.literal("table"), name: z.string() }),
  sequenceSchema.extend({ kind: z.literal("sequence"), name: z.string() }),
]);

export type Item = z.infer<typeof itemSchema>;

/** A line of a listing. */
export const lineSchema = z.tuple([z.enum(["own", "around"]), itemSchema]);

/**
 * Everything that a backup has, an item at a time, as often as it is asked for. A sequence comes with its value after the
 * dump and again with that before it, a third time where it may have had any other, and once in a backup of an earlier
 * version.
 */
export interface Listing {
  items(side: Side): AsyncIterable<Item>;
}

/** A listing with some of the items of the schemas, and none of the others. */
export function narrowedListing(listing: Listing, isKept: (item: Item) => boolean): Listing {
  return {
    async *items(side) {
      if (side === "around") return;
      for await (const item of listing.items(side)) if (isKept(item)) yield item;
    },
  };
}

/** Tells items apart, whatever their kind. */
export function keyOf({ kind, name }: Pick<Item, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** Digest of what an item has beside its name, in hexadecimal. */
export function digestOfItem(item: Item): string {
  if (item.kind === "object") return item.definition;
  const text =
    item.kind === "table"
      ? JSON.stringify([item.rows, item.rls.enabled, item.rls.forced, item.rls.policies])
      : JSON.stringify([item.last, item.called, item.descending]);
  return createHash("sha256").update(text).digest("hex");
}
