/** The number that an option gives as people write one, such as `5` or `0.5`; NaN for everything else. */
export function decimalIn(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
