import canonicalize from "canonicalize";

/**
 * A value as canonical JSON (RFC 8785), in UTF-8: the same value always has the same bytes.
 *
 * @throws {TypeError} for what JSON cannot hold, such as `NaN` or a lone surrogate
 */
export function canonicalBytes(value: unknown): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("This value has no canonical JSON");
  return new TextEncoder().encode(text);
}

/** Whether a text is the canonical JSON of what it says: no key twice, none out of order, nothing written otherwise. */
export function isCanonical(text: string, value: unknown): boolean {
  return JSON.stringify(value) === text && isSorted(value) && isWellFormed(text, value);
}

/** JSON writes half a surrogate pair as an escape, and RFC 8785 has no form for it. */
function isWellFormed(text: string, value: unknown): boolean {
  if (!text.includes("\\ud")) return true;
  try {
    return canonicalBytes(value).length > 0;
  } catch {
    return false;
  }
}

function isSorted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let last: string | undefined;
  for (const [key, child] of Object.entries(value)) {
    // By UTF-16 units, as RFC 8785 has it.
    if ((last !== undefined && key <= last) || !isSorted(child)) return false;
    last = key;
  }
  return true;
}
