/** Cookies of `set-cookie` headers that may be a session. */
export function sessionsIn(headers: readonly string[]): string[] {
  return headers.filter((cookie) => !isOfEdge(cookie) && !isDeletion(cookie));
}

export function nameOf(cookie: string): string {
  return (cookie.split(";")[0] ?? "").split("=")[0]?.trim() ?? "";
}

/** What keeps the cookie of a session from scripts, from http and from the requests of other sites, as far as it is missing. */
export function missingIn(cookie: string): string[] {
  const [pair = "", ...parts] = cookie.split(";").map((part) => part.trim());
  const attributes = attributesOf(parts);
  return [
    ...(attributes.has("secure") ? [] : ["Secure"]),
    ...(attributes.has("httponly") || isForScripts(pair) ? [] : ["HttpOnly"]),
    ...(/^(?:lax|strict)$/i.test(attributes.get("samesite") ?? "") ? [] : ["SameSite"]),
    ...(isTaken(nameOf(cookie), attributes) ? [] : ["what its prefix demands: Path=/, no Domain"]),
  ];
}

/** Attributes by their names in lowercase: of one that comes twice, browsers take the last (RFC 6265, section 5.3). */
function attributesOf(parts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    parts.map((part) => {
      const at = part.indexOf("=");
      const name = at === -1 ? part : part.slice(0, at);
      return [name.trim().toLowerCase(), at === -1 ? "" : part.slice(at + 1).trim()];
    }),
  );
}

/** Whether browsers keep a cookie whose name begins with `__Host-` (RFC 6265bis, section 4.1.3.2). */
function isTaken(name: string, attributes: ReadonlyMap<string, string>): boolean {
  if (!/^__host-/i.test(name)) return true;
  return attributes.get("path") === "/" && !attributes.has("domain");
}

/** A token against forged requests is there for scripts to read, and a language or a theme is no secret. */
function isForScripts(pair: string): boolean {
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (/csrf|xsrf/i.test(name)) return true;
  return value.length < leastSecret && !/sess|sid|auth|token|jwt|login|user/i.test(name);
}

/** Characters of the shortest session id that is not guessed: 64 bits in hexadecimal (OWASP). */
export const leastSecret = 16;

/** Whether it takes a cookie away, as frameworks do with those of an earlier session. */
function isDeletion(cookie: string): boolean {
  const [, expires = ""] = /;\s*expires=([^;]*)/i.exec(cookie) ?? [];
  return (
    /^[^=;]*=(?:""|deleted)?\s*;/.test(cookie) &&
    (/;\s*max-age=\s*"?(?:0|-\d+)/i.test(cookie) || Date.parse(expires) < Date.now())
  );
}

/** Cookies of edges and load balancers, which are no session. */
const ofEdges =
  /^(?:__cf_bm|_cfuvid|cf_clearance|__cflb|__cfruid|__cfwaitingroom|AWSALB(?:TG)?(?:CORS)?|AWSALBAPP-\d+|ARRAffinity(?:SameSite)?|_vercel_\w+)=/;

function isOfEdge(cookie: string): boolean {
  return ofEdges.test(cookie.trim());
}
