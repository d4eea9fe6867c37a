/** A text in which each star stands for any text, as the source of a regular expression. */
export const starForm = (text: string): string =>
  text
    .split(/\*+/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
