import type * as z from "zod";

/**
 * A refinement of a list that refuses an item whose key an earlier one has, at its own path, or at the
 * property of it that is named.
 */
export function withoutRepeats<T>(expected: string, keyOf: (item: T) => string, property?: string) {
  return (items: readonly T[], context: z.RefinementCtx): void => {
    const seen = new Set<string>();
    items.forEach((item, index) => {
      const key = keyOf(item);
      if (seen.has(key)) {
        const path = property === undefined ? [index] : [index, property];
        context.addIssue({ code: "custom", path, message: expected, input: key });
      }
      seen.add(key);
    });
  };
}
