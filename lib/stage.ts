/** A stack whose name says production is production, whatever its settings say. */
export function isCalledProduction(stack: string): boolean {
  return /(?:^|[^a-z])(?:prod(?:uction)?|live)(?:[^a-z]|$)/i.test(stack);
}
