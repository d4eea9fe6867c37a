import { items } from "../checklist/items.ts";
import * as environment from "./environment.ts";
import type { Policy } from "./framework/index.ts";
import * as platform from "./platform.ts";
import * as render from "./render.ts";
import * as secretStorage from "./secret-storage.ts";
import * as secrets from "./secrets.ts";
import * as vercel from "./vercel.ts";
import { waiversValid } from "./waivers.ts";

/** Every section file exports policies and nothing else, so none can be left out of the pack. */
const sections = [environment, secrets, secretStorage, platform, vercel, render];

const order: readonly string[] = items.map(({ id }) => id);

/** Every policy of the pack, in the order of the checklist; the rule about waivers comes last. */
export const registry: readonly Policy[] = [
  ...sections.flatMap((section) => Object.values<Policy>(section)).sort(byItem),
  waiversValid,
];

/** Names that a waiver may give: a waiver cannot waive the rule about waivers. */
export const waivable: ReadonlySet<string> = new Set(
  registry.filter((policy) => policy !== waiversValid).map(({ name }) => name),
);

function byItem(one: Policy, other: Policy): number {
  return order.indexOf(one.items[0] ?? "") - order.indexOf(other.items[0] ?? "");
}
