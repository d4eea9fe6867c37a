const part = "(?:0|[1-9]\\d*)";
const label = "[0-9A-Za-z-]+";
const pattern = new RegExp(
  `^${part}\\.${part}\\.${part}(?:-(?:${part}|\\d*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:${part}|\\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\\+${label}(?:\\.${label})*)?$`,
);

/** Whether a text is a version in full, without a `v` before it. */
export function isVersion(text: string): boolean {
  return pattern.test(text);
}

const comparators = new Set(["", "=", "==", "!", "!=", ">", ">=", "<", "<="]);

/**
 * Whether a text is a range of versions as Pulumi reads them: comparisons that all hold, and alternatives of these
 * between `||`, with an `x` for a number that may be any. Carets and tildes are of npm's ranges alone.
 */
export function isVersionRange(text: string): boolean {
  return text
    .replaceAll(/([<>=]) +/g, "$1")
    .split(/ \|\|(?= |$)|^\|\|(?= |$)/)
    .every((alternative) => {
      // A single character is none of them, and is not read.
      const comparisons = alternative.split(" ").filter((token) => token.length > 1);
      return comparisons.length > 0 && comparisons.every(isComparison);
    });
}

function isComparison(token: string): boolean {
  const [, comparator = "", version = ""] = /^(\D*)(.*)$/s.exec(token) ?? [];
  if (!comparators.has(comparator)) return false;
  const numbers = version.replaceAll("x", "0");
  return isVersion(version.includes("x") && numbers.split(".").length === 2 ? `${numbers}.0` : numbers);
}
