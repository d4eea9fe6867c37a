/** One fault in a list of origins. */
export interface OriginFault {
  /** The entry as written; empty where the list itself is at fault. */
  readonly entry: string;
  readonly message: string;
}

/**
 * Faults of a list of the origins that may call the API (item 4.3): empty when it names at least one origin
 * and each is an exact https origin, `https://host[:port]`, as RFC 6454 serialises it.
 *
 * @param list origins split by commas or spaces, or a JSON array of them.
 */
export function judgeOrigins(list: string): OriginFault[] {
  const entries = splitOrigins(list);
  if (entries.length === 0) return [{ entry: "", message: "no origin is listed" }];
  return entries.flatMap((entry) => {
    const message = originFault(entry);
    return message === undefined ? [] : [{ entry, message }];
  });
}

export function splitOrigins(list: string): string[] {
  const text = list.trim();
  if (text.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) return parsed.map(String);
    } catch {
      // Not JSON after all: read it as a plain list, where the bracket is at fault.
    }
  }
  return text.split(/[\s,]+/).filter((entry) => entry !== "");
}

/** What is wrong with one origin; undefined when nothing is. */
export function originFault(entry: string): string | undefined {
  if (entry === "*") return "any site may call";
  if (entry.includes("*")) return "a wildcard stands for sites that nobody listed";
  // Sandboxed frames and local files send the origin `null`, so anybody can.
  if (entry.toLowerCase() === "null") return "any sandboxed page has the origin null";
  let url: URL;
  try {
    url = new URL(entry);
  } catch {
    return "not an origin";
  }
  if (url.protocol === "http:") return "plain http";
  if (url.protocol !== "https:") return "not an https origin";
  if (isLocal(url.hostname)) return "a page on the visitor's own machine or network";
  // Browsers send the origin in this exact form: anything else never matches.
  return url.origin === entry ? undefined : `not an exact origin, which would be ${url.origin}`;
}

/** Hosts that are not on the Internet: whatever runs there is not the platform's. */
function isLocal(host: string): boolean {
  return (
    /(?:^|\.)(?:localhost|local|internal|lan)$/.test(host) ||
    /^(?:127|10|0)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\.|^\[/.test(host)
  );
}
