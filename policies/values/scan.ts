/** What a pattern's named groups matched at one place. */
export type Groups = Readonly<Record<string, string | undefined>>;

/**
 * Reads a text from end to end by a sticky pattern with named groups. A match that makes no token, such as
 * space, is left out; undefined when the text holds something that the pattern does not know.
 */
export function scan<T>(
  text: string,
  pattern: RegExp,
  toToken: (groups: Groups) => T | undefined,
): T[] | undefined {
  const tokens: T[] = [];
  let position = 0;
  while (position < text.length) {
    pattern.lastIndex = position;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) {
      return undefined;
    }
    position = pattern.lastIndex;
    const token = toToken(groups);
    if (token !== undefined) {
      tokens.push(token);
    }
  }
  return tokens;
}
