/**
 * The value of a variable in a message, in quotes; only said to be there where it could be a secret that somebody
 * put into the wrong variable: credentials in a URL, or letters and digits in one long run.
 */
export function shownValue(text: string): string {
  const mayBeSecret = /@|(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{12,}|[A-Za-z]{24,}/.test(text);
  return mayBeSecret ? "a value that is not shown" : JSON.stringify(text.slice(0, 80));
}
