import { adapters } from "../adapters/index.ts";
import type { Context } from "../framework/context.ts";
import type { Finding, Stack } from "../framework/index.ts";
import type { Rejects } from "./adapter.ts";

/**
 * Values that a vendor's provider passes on and its API rejects, or takes for less than was meant: an update would
 * stop there, halfway.
 */
export function rejected(stack: Stack, concern: keyof Rejects, context: Context): Finding[] {
  return adapters.flatMap((adapter) => [...(adapter.rejects?.[concern]?.(stack, context) ?? [])]);
}
