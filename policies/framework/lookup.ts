import { UnknownRead } from "./value.ts";

/**
 * Finds candidates by a text of theirs, in one pass over them. The answer is all that surely have it; without
 * any, it throws UnknownRead if one whose text is unknown could have it.
 */
export function lookup<T>(
  candidates: Iterable<T>,
  textOf: (candidate: T) => string | undefined,
): (text: string) => readonly T[] {
  const byText = new Map<string, T[]>();
  let unknown: UnknownRead | undefined;
  for (const candidate of candidates) {
    try {
      const text = textOf(candidate);
      if (text === undefined) {
        continue;
      }
      const same = byText.get(text);
      if (same === undefined) {
        byText.set(text, [candidate]);
      } else {
        same.push(candidate);
      }
    } catch (error) {
      if (!(error instanceof UnknownRead)) {
        throw error;
      }
      unknown ??= error;
    }
  }
  return (text) => {
    const found = byText.get(text);
    if (found === undefined && unknown !== undefined) {
      throw unknown;
    }
    return found ?? [];
  };
}
