/**
 * Whether a text stands for one that is still to be put there. Names below `.example` are not taken for one:
 * the domain of a stack that is not public yet may be there.
 */
export function isPlaceholder(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === "" || bracketed.test(trimmed) || words.test(trimmed) || reserved.test(trimmed);
}

/** Whether a text says how to reach somebody: an address, a number, a page or a channel. */
export const isContact = (text: string): boolean =>
  /[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]{2,}|https:\/\/\S+|tel:|\+?\d[\d ()./-]{6,}|(?:^|\s)[#@][\w-]{2,}/.test(
    text,
  );

/** Whether an address is a placeholder, or of a mailbox that by its name nobody reads. */
export function reachesNobody(address: string): boolean {
  return isPlaceholder(address) || unread.test(address.trim());
}

const unread = /^(?:no-?_?reply|do-?_?not-?_?reply|dev-?_?null|black-?hole|mailer-daemon)(?:[+@]|$)/i;

/** Whether a text is not an https URL that people can open. */
export function isPlaceholderUrl(text: string): boolean {
  const url = URL.parse(text.trim());
  return url?.protocol !== "https:" || !url.hostname.includes(".") || isPlaceholder(text);
}

/** `[Contact]`, `<URL>`, `{{name}}`, `$NAME`. */
const bracketed = /\[[^\]]*\]|<[^>]*>|\{\{.*\}\}|\$\{?\w+/;

const words =
  /(?:^|[^a-z])(?:to-?do|tbd|tba|fixme|change-?me|placeholder|xxx+|lorem|your-?(?:name|team|org|company|domain|email|project)|(?:some|any)one|nobody|n\/a|none|unknown|john\.?doe|jane\.?doe|foo|bar)(?:$|[^a-z])/i;

/** Names that RFC 2606 and RFC 6761 keep from ever being anyone's. */
const reserved =
  /(?:^|[@./])(?:example\.(?:com|net|org)|localhost|(?:[\w-]+\.)*(?:test|invalid|localhost))(?=$|[:/?#])/i;
