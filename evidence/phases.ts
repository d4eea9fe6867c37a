import type { ItemId } from "../checklist/items.ts";
import { getItem } from "../checklist/items.ts";

/** When an item is due: before the decision to go live, during the release, or in the day after it. */
export type Phase = "before" | "release" | "after";

/**
 * What is asked for. `deploy` is the decision to deploy: what is due before the release, but for what only a
 * platform that runs can show, so that a first deployment is possible.
 */
export const moments = ["deploy", "before", "release", "after"] as const;

export type Moment = (typeof moments)[number];

/** By what the name of a section begins with; every other section is due before. */
const later: readonly (readonly [string, Phase])[] = [
  ["Step 3", "release"],
  ["Step 4", "release"],
  ["Step 5", "release"],
  ["Step 8", "release"],
  ["Hour ", "after"],
  ["Success Criteria", "after"],
  ["Communication", "after"],
];

/** Published, or sent, when the release is out. */
const items: ReadonlyMap<ItemId, Phase> = new Map<ItemId, Phase>([
  ["S7.7", "release"],
  ["S6.6", "before"],
]);

export function phaseOf(id: ItemId): Phase {
  const { section } = getItem(id);
  return items.get(id) ?? later.find(([beginning]) => section.startsWith(beginning))?.[1] ?? "before";
}

/** Items of a rollback: they are due only where one was started. */
export function isOfRollback(id: ItemId): boolean {
  return getItem(id).section === "Communication";
}
