import { coverageLine, itemStates, stateWords } from "../../checklist/coverage.ts";
import { findItem, type Item } from "../../checklist/items.ts";
import type { PolicyOutcome, PreviewDocument } from "../document/document.ts";
import type { Judged } from "./report.ts";
import { unknownWords } from "./state-words.ts";

/** The pack whose items are those of the checklist; another pack may have ids of its own that look alike. */
const ownPack = "optropic-checklist";

/** The item of the checklist that an id of a policy is about. */
export function itemOf({ pack }: Pick<PolicyOutcome, "pack">, id: string): Item | undefined {
  return pack === ownPack ? findItem(id) : undefined;
}

/** The policies that judge items of the checklist. */
export function ownPolicies(policies: readonly PolicyOutcome[]): PolicyOutcome[] {
  return policies.filter(({ pack }) => pack === ownPack);
}

/**
 * What a preview says of the checklist: in one line, and with every item where that is asked for.
 *
 * @param measured items that a probe measures. Default: all that ask for one
 */
export function judgedOf(
  document: PreviewDocument,
  withItems: boolean,
  measured?: ReadonlySet<string>,
): Judged {
  const own = ownPolicies(document.policies);
  const unknown = unknownWords(document);
  const items = withItems
    ? itemStates(own).map((entry) => {
        const { item, state, needs } = entry;
        const { id, section, text } = item;
        return { id, section, text, state, needs, words: stateWords(entry, unknown, measured) };
      })
    : undefined;
  return { document, coverage: coverageLine(own, unknown), items };
}
