/** Where a redirect sends a request: to a host, to the host that was asked, or to somewhere that cannot be read. */
export type RedirectTarget =
  | { readonly kind: "host"; readonly scheme: "http" | "https"; readonly host: string }
  | { readonly kind: "same"; readonly scheme: "http" | "https" }
  | { readonly kind: "unreadable" };

/** A fixed URL, or one with the placeholders of a page rule (`$1`) or of a wildcard (`${1}`). */
export function targetOfUrl(text: string): RedirectTarget {
  if (text.startsWith("/") && !text.startsWith("//")) return { kind: "same", scheme: "https" };
  const [, scheme = "", authority = ""] = /^(https?):\/\/([^/?#]*)/i.exec(text) ?? [];
  const host = authority.replace(/^[^@]*@|:\d+$/g, "").toLowerCase();
  return toTarget(scheme.toLowerCase(), host);
}

/**
 * An expression of Cloudflare's rules that makes a URL: `concat("https://www.example.com", http.request.uri.path)`,
 * `wildcard_replace(http.request.full_uri, "http://*", "https://${1}")` or `regex_replace(…)`.
 */
export function targetOfExpression(expression: string): RedirectTarget {
  const [, called = ""] = /^\s*(\w+)\s*\(/.exec(expression) ?? [];
  const texts = [...expression.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text);
  if (called === "concat") {
    const [, first = ""] = /^\s*concat\(\s*"([^"]*)"/.exec(expression) ?? [];
    const isHostAsked = /^\s*concat\(\s*"https?:\/\/"\s*,\s*(?:http\.host|cf\.zone\.name)\b/.test(expression);
    if (isHostAsked) return toTarget(first.replace("://", ""), "$1");
    // The host has to end in the text or at a path, or what follows goes on with it.
    const ends =
      /^https?:\/\/[^/]+\//.test(first) ||
      /^\s*concat\(\s*"[^"]*"\s*(?:\)|,\s*(?:"\/|http\.request\.(?:uri\.path|uri)\b(?!\.query)))/.test(
        expression,
      );
    return ends ? targetOfUrl(first) : { kind: "unreadable" };
  }
  if (called === "wildcard_replace" || called === "regex_replace") return targetOfUrl(texts[1] ?? "");
  if (called === "" && texts.length === 1) return targetOfUrl(texts[0] ?? "");
  return { kind: "unreadable" };
}

function toTarget(scheme: string, host: string): RedirectTarget {
  if (scheme !== "http" && scheme !== "https") return { kind: "unreadable" };
  if (/^(?:www\.)?\$\{?\d\}?$/.test(host)) return { kind: "same", scheme };
  // `www.${1}.example.com`: what is fixed at the end says whose it is.
  const fixed = host.replace(/^.*\$\{?\d\}?\.?/, "");
  return fixed === "" || !fixed.includes(".")
    ? { kind: "unreadable" }
    : { kind: "host", scheme, host: fixed };
}
