import { matchesRef } from "./ref-pattern.ts";

/**
 * Names that stand for any: a pattern covers all names of another pattern only if it covers these in place of its
 * wildcards, since no letter of theirs is in any pattern.
 */
const anyNames = ["\u{E000}", "\u{E001}".repeat(120)];

/** Whether a pattern surely matches every ref that another matches; the other may be a name. */
export function coversRefs(pattern: string, refs: string): boolean {
  // A class of characters is one character, of which nothing more is needed.
  const wider = refs.replaceAll(/\[[^\]\\/[]+\]/g, "?");
  return (
    !/[[\\]/.test(wider) &&
    anyNames.every((name) => matchesRef(pattern, wider.replaceAll("**", "*").replaceAll(/[*?]+/g, name)))
  );
}

/** Whether some ref may match both patterns. Brackets and backslashes are not read: they may match anything. */
export function mayMatchBoth(one: string, other: string): boolean {
  if (/[[\\]/.test(one + other)) {
    return true;
  }
  return meet(one, other, new Map());
}

/** Whether both patterns match a text in common, sign by sign; `*` may stand for slashes too, which errs to yes. */
function meet(one: string, other: string, known: Map<string, boolean>): boolean {
  const key = `${one.length} ${other.length}`;
  const before = known.get(key);
  if (before !== undefined) {
    return before;
  }
  known.set(key, false);
  const [first = "", second = ""] = [one[0], other[0]];
  const answer =
    first === "" && second === ""
      ? true
      : first === "*"
        ? meet(one.slice(1), other, known) || (second !== "" && meet(one, other.slice(1), known))
        : second === "*"
          ? meet(one, other.slice(1), known) || (first !== "" && meet(one.slice(1), other, known))
          : first !== "" &&
            second !== "" &&
            (first === second || first === "?" || second === "?") &&
            meet(one.slice(1), other.slice(1), known);
  known.set(key, answer);
  return answer;
}
