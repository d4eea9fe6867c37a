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
