/** Longer patterns and names match nothing: GitHub does not accept them. */
const longest = 500;

/**
 * Whether a pattern of a ruleset matches the name of a ref, such as `refs/heads/release/v3.0.0`. As in Ruby's
 * fnmatch, `*` and `?` stop at a slash, and a part of two stars stands for any number of parts. Brackets and
 * backslashes are taken as they stand.
 * Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
 */
export function matchesRef(pattern: string, name: string): boolean {
  if (pattern.length > longest || name.length > longest) {
    return false;
  }
  return matchesParts(pattern.split("/"), name.split("/"));
}

/** One row of the table of which beginnings match, so that no number of stars costs more than its cells. */
function matchesParts(patterns: readonly string[], parts: readonly string[]): boolean {
  let matched = [true, ...parts.map(() => false)];
  patterns.forEach((pattern, index) => {
    // Two stars at the end are one: they stand for a name, not for folders.
    const spans = pattern === "**" && index < patterns.length - 1;
    const next = [spans && matched[0] === true];
    parts.forEach((part, place) => {
      const before = matched[place] === true;
      next.push(
        spans ? matched[place + 1] === true || next[place] === true : before && matchesPart(pattern, part),
      );
    });
    matched = next;
  });
  return matched.at(-1) === true;
}

function matchesPart(pattern: string, part: string): boolean {
  let matched = [true, ...[...part].map(() => false)];
  for (const sign of pattern) {
    const next = [sign === "*" && matched[0] === true];
    [...part].forEach((character, place) => {
      const before = matched[place] === true;
      next.push(
        sign === "*"
          ? matched[place + 1] === true || next[place] === true
          : before && (sign === "?" || sign === character),
      );
    });
    matched = next;
  }
  return matched.at(-1) === true;
}
