/** Longer names are not compared: no setting's name is near them. */
const longestName = 40;

/** The candidates, those nearest to a name first; letter case, dashes, underscores and blanks do not count. */
export function byNearness(name: string, candidates: readonly string[]): readonly string[] {
  if (name.length > longestName) return candidates;
  const written = folded(name);
  const distances = new Map(
    candidates.map((candidate) => [candidate, distanceOf(written, folded(candidate))]),
  );
  return [...candidates].sort((left, right) => (distances.get(left) ?? 0) - (distances.get(right) ?? 0));
}

/** Whether a name may have been meant for a candidate: no more than a third of it would have to change. */
export function isNear(name: string, candidate: string): boolean {
  if (name.length > longestName) return false;
  const written = folded(name);
  return distanceOf(written, folded(candidate)) <= Math.max(1, Math.floor(written.length / 3));
}

/** Edit distance; a name cut short, or with something added, is a single edit away. */
function distanceOf(left: string, right: string): number {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  const cut = short.length > 2 && (long.startsWith(short) || long.endsWith(short));
  return cut ? Math.min(1, long.length - short.length) : editDistance(left, right);
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        row > 1 && column > 1 && swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[right.length] ?? 0;
}
