/** A text in which each star stands for any text, as the source of a regular expression. */
export const starForm = (text: string): string =>
  text
    .split(/\*+/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");

/** The host of a place such as `https://*.example.com/path*` and the parts of its path, in lower case. */
export const placeParts = (place: string): string[] =>
  place
    .toLowerCase()
    .replace(/^(?:https?|\*):\/\//, "")
    .split("/");
