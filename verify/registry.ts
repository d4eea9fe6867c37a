import { items as checklist, type ItemId } from "../checklist/items.ts";
import * as https from "./https.ts";
import type { Probe } from "./probe.ts";

/** The files of probes, in the order of the checklist. */
const files: readonly Readonly<Record<string, unknown>>[] = [https];

/** Every probe, in the order of its file and then of its first item. */
export const registry: readonly Probe[] = files.flatMap((file) => Object.values(file).filter(isProbe));

/** Items that a probe measures, in the order of the checklist. */
export function measuredItems(): ItemId[] {
  return checklist.map(({ id }) => id).filter((id) => registry.some(({ items }) => items.includes(id)));
}

function isProbe(value: unknown): value is Probe {
  return typeof value === "object" && value !== null && "measure" in value;
}
