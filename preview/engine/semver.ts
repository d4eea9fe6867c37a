import { isVersion } from "../../project/version.ts";

/** Which of two versions is the newer one: negative where it is the second. */
export function compareVersions(one: string, other: string): number {
  const [ones, others] = [one, other].map((version) => {
    const [numbers = "", ...labels] = (version.split("+")[0] ?? "").split("-");
    return { numbers: numbers.split(".").map(Number), labels: labels.join("-") };
  });
  for (const [index, number] of ones?.numbers.entries() ?? []) {
    const difference = number - (others?.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  const [label = "", otherLabel = ""] = [ones?.labels, others?.labels];
  if (label === "" || otherLabel === "")
    return label.length === otherLabel.length ? 0 : label === "" ? 1 : -1;
  return compareLabels(label.split("."), otherLabel.split("."));
}

/** What comes before a release is compared by its parts: numbers as numbers, and below words. */
function compareLabels(ones: readonly string[], others: readonly string[]): number {
  for (const [index, one] of ones.entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    const [number, otherNumber] = [one, other].map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
    if (number !== undefined && otherNumber !== undefined) return number - otherNumber;
    if (number !== undefined || otherNumber !== undefined) return number === undefined ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return ones.length - others.length;
}

/**
 * Checks the version of a provider as the engine does: all three numbers, and no `v` before them.
 *
 * @throws {Error} for any other text
 */
export function checkVersion(version: string): void {
  if (version === "" || isVersion(version)) return;
  throw new Error(`${JSON.stringify(version)} is not a version of a provider: write it as 1.2.3`);
}
