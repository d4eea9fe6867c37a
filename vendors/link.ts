/** A link to the next page of a list. */
export interface NextLink {
  readonly address: string;
  /** Further parameters of the link, with their names in small letters, such as Sentry's `cursor`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** More characters than the pages of any list need. */
const mostCharacters = 10_000;

/** The link to the next page in a `Link` header (RFC 8288, section 3); undefined where it has none. */
export function nextLink(header: string | null): NextLink | undefined {
  for (const [, address = "", rest = ""] of (header ?? "")
    .slice(0, mostCharacters)
    .matchAll(/<([^<>]*)>([^<>]*)/g)) {
    const parameters: Record<string, string> = {};
    for (const [, name = "", quoted, plain] of rest.matchAll(
      /;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/g,
    )) {
      // Of a parameter that is there twice, the first counts.
      parameters[name.toLowerCase()] ??= quoted ?? plain ?? "";
    }
    if (parameters.rel?.toLowerCase().split(/\s+/).includes("next")) return { address, parameters };
  }
  return undefined;
}
