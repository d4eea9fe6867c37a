/**
 * A path of an API with its variable parts encoded, such as `path`/v9/projects/${id}``. A part that would lead
 * elsewhere is refused: an id may come from a vendor's answer.
 *
 * @throws {RangeError}
 */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((done, text, index) => {
    const part = parts[index - 1] ?? "";
    if (["", ".", ".."].includes(part))
      throw new RangeError(`${JSON.stringify(part)} is not a part of a path`);
    return `${done}${encodeURIComponent(part)}${text}`;
  });
}
