import { createHash } from "node:crypto";
import * as z from "zod";
import { definition, sequenceSchema, tableSchema } from "./manifest.ts";

/** One thing that a restored database must have. */
export const itemSchema = z.discriminatedUnion("kind", [
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
