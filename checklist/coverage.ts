import { counted, listed } from "../lib/text.ts";
import { type Control, type Item, type ItemId, isItemId, items } from "./items.ts";

/** What a policy's outcome says of the items that it covers. */
export interface CoveringPolicy {
  items: readonly string[];
  status: "passed" | "violated" | "waived" | "not-applicable" | "unknown" | "elsewhere";
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
  /** No policy of the item is violated, and one is about what somebody else manages. */
  elsewhere: ItemId[];
  /** Items that no policy of this preview judges: left for probes, gates, documents and sign-offs. */
  left: ItemId[];
}

/** What a preview knows of one item. That a policy passed says what is declared, never what runs. */
export interface ItemState {
  item: Item;
  state: keyof Coverage;
  /** What the item still needs besides policies, in the order of the checklist's table. */
  needs: Control[];
}

export function itemStates(policies: readonly CoveringPolicy[]): ItemState[] {
  const statuses = new Map<ItemId, Set<CoveringPolicy["status"]>>();
  for (const policy of policies) {
    if (policy.status === "not-applicable") continue;
    for (const id of policy.items) {
      if (!isItemId(id)) continue;
      const known = statuses.get(id) ?? new Set();
      statuses.set(id, known.add(policy.status));
    }
  }
  const all: readonly Item[] = items;
  return all.map((item) => {
    const found = statuses.get(item.id);
    const needs = item.controls.filter((control) => control !== "policy");
    const state = found === undefined ? "left" : (worst.find((status) => found.has(status)) ?? "passed");
    return { item, state, needs };
  });
}

const worst = ["violated", "elsewhere", "unknown", "waived"] as const;

export function coverageOf(policies: readonly CoveringPolicy[]): Coverage {
  const coverage: Coverage = { passed: [], violated: [], waived: [], unknown: [], elsewhere: [], left: [] };
  for (const { item, state } of itemStates(policies)) coverage[state].push(item.id);
  return coverage;
}

/**
 * A state in words. Only what no other control has to show is called enforced without more.
 *
 * @param measured items that a probe measures. Default: all that ask for one
 */
export function stateWords(
  { item, state, needs }: ItemState,
  unknown = "unknown until deployed",
  measured?: ReadonlySet<string>,
): string {
  const isMeasured = measured === undefined || measured.has(item.id);
  const left = needs.map((control) =>
    control === "probe" && !isMeasured ? "without a probe so far" : toDo[control],
  );
  switch (state) {
    case "violated":
      return "does not hold";
    case "unknown":
      return unknown;
    case "elsewhere":
      return "judged elsewhere";
    case "waived":
      return "waived";
    case "passed":
      return left.length === 0 ? "enforced" : `declared, ${listed(left, "and")}`;
    case "left":
      return left.length === 0 ? "not judged by this preview" : listed(left, "and");
  }
}

const toDo: Readonly<Record<Control, string>> = {
  policy: "to be enforced",
  gate: "to pass a gate",
  probe: "to be measured",
  attest: "to be signed",
  docs: "to be documented",
  report: "to be reported",
};

/**
 * How many items of the checklist a preview enforced, and how many of those need more than policies, in a sentence.
 * Undefined where no policy covers an item.
 */
export function enforcedWords(policies: readonly CoveringPolicy[]): string | undefined {
  const enforced = itemStates(policies).filter(({ state }) => state !== "left" && state !== "elsewhere");
  if (enforced.length === 0) return undefined;
  const open = openItems(enforced);
  const kinds = openKinds(open).map(({ noun }) => `a ${noun}`);
  const still =
    open.length === 0
      ? "none of them needs more"
      : `${open.length} of them still ${open.length === 1 ? "needs" : "need"} ${listed(kinds, "or")}`;
  return `${enforced.length} of ${items.length} items enforced; ${still}.`;
}

/** Items that are declared, and that more than policies must show. */
function openItems(states: readonly ItemState[]): ItemState[] {
  return states.filter(({ state, needs }) => state !== "left" && state !== "elsewhere" && needs.length > 0);
}

/** What open items still need, and how many of them need it. */
function openKinds(open: readonly ItemState[]): { noun: string; count: number }[] {
  return stillNeeded
    .map(({ noun, controls }) => ({
      noun,
      count: open.filter(({ needs }) => needs.some((control) => controls.includes(control))).length,
    }))
    .filter(({ count }) => count > 0);
}

const stillNeeded: readonly { noun: string; controls: readonly Control[] }[] = [
  { noun: "measurement", controls: ["probe"] },
  { noun: "gate", controls: ["gate", "docs", "report"] },
  { noun: "signature", controls: ["attest"] },
];

/**
 * What a preview says of the checklist in one line. Undefined where no policy covers an item.
 *
 * @param undecided what is said of items that cannot be told
 */
export function coverageLine(
  policies: readonly CoveringPolicy[],
  undecided = "decided at deployment",
): string | undefined {
  const states = itemStates(policies);
  const { passed, violated, waived, unknown, elsewhere, left } = coverageOf(policies);
  const enforced = items.length - left.length - elsewhere.length;
  if (enforced + elsewhere.length === 0) return undefined;
  const parts = [
    `${passed.length} passed`,
    violated.length > 0 ? `${violated.length} violated (${violated.join(", ")})` : "0 violated",
    ...(waived.length > 0 ? [`${waived.length} waived (${waived.join(", ")})`] : []),
    ...(unknown.length > 0 ? [`${unknown.length} ${undecided} (${unknown.join(", ")})`] : []),
    ...(elsewhere.length > 0 ? [`${elsewhere.length} judged elsewhere (${elsewhere.join(", ")})`] : []),
  ];
  const open = openItems(states);
  const kinds = openKinds(open).map(({ noun, count }) => counted(count, noun));
  const still =
    open.length === 0
      ? "None of them needs more."
      : `${open.length} of them ${open.length === 1 ? "is" : "are"} declared, not verified, and still ${open.length === 1 ? "needs" : "need"} ${listed(kinds, "and")}.`;
  const others =
    left.length === 0
      ? ""
      : ` No policy for this stack judges the other ${left.length}: they need measurements, gates, documents or signatures.`;
  return `Checklist: ${enforced} of ${items.length} items enforced: ${parts.join(", ")}. ${still}${others}`;
}
