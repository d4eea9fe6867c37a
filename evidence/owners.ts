import type { ItemId } from "../checklist/items.ts";
import { getItem } from "../checklist/items.ts";

/** A contact of the settings, whose address the stack says. */
export type Contact = "technicalLead" | "devops" | "databaseAdmin" | "security";

/** Who answers for a section, by what its name begins with; the technical lead answers for every other. */
const owners: readonly (readonly [string, Contact])[] = [
  ["2.", "security"],
  ["3.", "databaseAdmin"],
  ["4.", "security"],
  ["5.", "devops"],
  ["7.", "devops"],
  ["8.", "databaseAdmin"],
  ["Step 2", "devops"],
  ["Step 3", "databaseAdmin"],
  ["Step 4", "devops"],
  ["Step 6", "devops"],
  ["Alerts", "devops"],
  ["Hour ", "devops"],
];

/** Who answers for an item. */
export function ownerOf(id: ItemId): Contact {
  const { section } = getItem(id);
  return owners.find(([beginning]) => section.startsWith(beginning))?.[1] ?? "technicalLead";
}
