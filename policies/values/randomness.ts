/** Bits of a text by how often each of its characters occurs (Shannon); a random text has many for each character. */
export function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length;
    return bits - share * Math.log2(share);
  }, 0);
}

/** Whether a text looks as if a machine made it up: one word of letters and digits, in no order. */
export function looksRandom(text: string, leastLength = 16): boolean {
  return (
    text.length >= leastLength &&
    /^[\w+/=.~-]+$/.test(text) &&
    /\d/.test(text) &&
    /[a-z]/i.test(text) &&
    !isReadable(text) &&
    bitsPerCharacter(text) >= 3
  );
}

/** Words with separators, versions, dates and host names. */
function isReadable(text: string): boolean {
  const parts = text.split(/[-_./]/);
  const words = parts.filter((part) => /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|v?\d{1,8})$/.test(part));
  return words.length === parts.length;
}
