import { items } from "../checklist/items.ts";
import type { Policy } from "./framework/index.ts";
import { withComponents } from "./managed.ts";
import * as sections from "./sections.ts";
import { waiversValid } from "./waivers.ts";

const order: readonly string[] = items.map(({ id }) => id);

/** Every policy of the pack, in the order of the checklist; the rule about waivers comes last. */
export const registry: readonly Policy[] = [
  ...Object.values(sections)
    .flatMap((section) => Object.values<Policy>(section))
    .sort(byItem),
  waiversValid,
].map(withComponents);

/** Names that a waiver may give: the rule about waivers cannot be waived. */
export const waivable: ReadonlySet<string> = new Set(
  registry.filter(({ name }) => name !== waiversValid.name).map(({ name }) => name),
);

/** By first item, then by name: the exports of a module have no order of their own. */
function byItem(one: Policy, other: Policy): number {
  const place = (policy: Policy) => order.indexOf(policy.items[0] ?? "");
  return place(one) - place(other) || one.name.localeCompare(other.name, "en");
}
