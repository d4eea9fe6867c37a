/** Longer texts are no commands that a person wrote. */
const longest = 50_000;

/** The commands in a text, each as its words without quotes; what a shell would put in stays as it is written. */
export function commandsIn(text: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  let quote: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const limited = text.slice(0, longest);
  for (let index = 0; index < limited.length; index += 1) {
    const character = limited.charAt(index);
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === "\\") {
      index += 1;
      // A line that goes on is one command.
      if (limited.charAt(index) !== "\n") word = (word ?? "") + limited.charAt(index);
    } else if (/[;&|\n()]/.test(character)) {
      endWord();
      if ((commands.at(-1)?.length ?? 0) > 0) commands.push([]);
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = (word ?? "") + character;
    }
  }
  endWord();
  return commands.filter((command) => command.length > 0);
}
