import type { Decision } from "../decide.ts";
import type { ItemVerdict } from "../states.ts";
import type { ReportDocument } from "./schema.ts";

type ReportedWaiver = ReportDocument["waivers"][number];

const day = 86_400_000;

/** From here on a waiver is shown as one that ends soon. */
const endingDays = 14;

/** Every waiver that a decision met, each once with all of its items; those that end first come first. */
export function waiversOf({ items, at }: Decision): ReportedWaiver[] {
  const today = Date.parse(at.slice(0, 10));
  const found = new Map<string, ReportedWaiver>();
  for (const { item, controls } of items) {
    for (const { name, result, verdict } of controls) {
      if (result?.waiver === undefined) continue;
      const { until, reason, approver } = result.waiver;
      const key = JSON.stringify([name, until, reason, approver]);
      const daysLeft = Math.round((Date.parse(until) - today) / day);
      const waiver = found.get(key) ?? {
        ...{ control: name, items: [], until, daysLeft, reason, approver },
        state: stateOf(daysLeft, verdict),
      };
      waiver.items.push(item.id);
      found.set(key, waiver);
    }
  }
  return [...found.values()].sort(
    (one, other) => one.daysLeft - other.daysLeft || (one.control < other.control ? -1 : 1),
  );
}

/** What a waiver that has not ended should accept does not hold where the settings do not have it. */
function stateOf(daysLeft: number, verdict: ItemVerdict): ReportedWaiver["state"] {
  if (daysLeft < 0) return "ended";
  if (verdict === "does-not-hold") return "not-in-settings";
  return daysLeft <= endingDays ? "ending" : "counts";
}
