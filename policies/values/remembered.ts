/** Most answers that are kept, and the most characters of a text for which one is. */
const mostAnswers = 2_000;
const mostCharacters = 20_000;

/**
 * The same answers, each of which is found once: the inputs of a stack repeat most of their texts, and several
 * policies read each of them. What changes an answer changes it for all.
 */
export function remembered<Answer>(find: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, { readonly answer: Answer }>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) {
      return known.answer;
    }
    const answer = find(text);
    if (answers.size >= mostAnswers) {
      answers.clear();
    }
    if (text.length <= mostCharacters) {
      answers.set(text, { answer });
    }
    return answer;
  };
}
