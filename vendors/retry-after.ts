/**
 * How long an answer asks to wait, in milliseconds: seconds or a date (RFC 9110, section 10.2.3). Undefined where
 * it asks for nothing, or for what is not understood.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,15}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // A date has letters; Date.parse reads much else.
  const at = /^[A-Z][a-z]{2},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
