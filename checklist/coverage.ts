import { type ItemId, isItemId, items } from "./items.ts";

/** What a policy's outcome says of the items that it covers. */
export interface CoveringPolicy {
  items: readonly string[];
  status: "passed" | "violated" | "waived" | "not-applicable" | "unknown";
}

/** Which items of the checklist a preview enforced, and which of those hold. */
export interface Coverage {
  /** Every policy of the item passed. */
  passed: ItemId[];
  /** A policy of the item is violated. */
  violated: ItemId[];
  /** A policy of the item is violated and waived, and no other is violated. */
  waived: ItemId[];
  /** No policy of the item is violated, and one waits for a value that only a deployment can tell. */
  unknown: ItemId[];
  /** Items that no policy of this preview judges: left for probes, gates, documents and sign-offs. */
  left: ItemId[];
}

export function coverageOf(policies: readonly CoveringPolicy[]): Coverage {
  const statuses = new Map<ItemId, Set<CoveringPolicy["status"]>>();
  for (const policy of policies) {
    if (policy.status === "not-applicable") continue;
    for (const id of policy.items) {
      if (!isItemId(id)) continue;
      const known = statuses.get(id) ?? new Set();
      statuses.set(id, known.add(policy.status));
    }
  }
  const coverage: Coverage = { passed: [], violated: [], waived: [], unknown: [], left: [] };
  for (const { id } of items) {
    const found = statuses.get(id);
    if (found === undefined) coverage.left.push(id);
    else coverage[worst.find((status) => found.has(status)) ?? "passed"].push(id);
  }
  return coverage;
}

const worst = ["violated", "unknown", "waived"] as const;

/** A preview's last line: how much of the checklist it enforced. Undefined where no policy covers an item. */
export function coverageLine(policies: readonly CoveringPolicy[]): string | undefined {
  const { passed, violated, waived, unknown, left } = coverageOf(policies);
  const enforced = items.length - left.length;
  if (enforced === 0) return undefined;
  const parts = [
    `${passed.length} passed`,
    violated.length > 0 ? `${violated.length} violated (${violated.join(", ")})` : "0 violated",
    ...(waived.length > 0 ? [`${waived.length} waived (${waived.join(", ")})`] : []),
    ...(unknown.length > 0 ? [`${unknown.length} decided at deployment (${unknown.join(", ")})`] : []),
  ];
  return `Checklist: ${enforced} of ${items.length} items enforced: ${parts.join(", ")}; ${left.length} left for later.`;
}
