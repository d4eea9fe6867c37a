import { adapters } from "../adapters/index.ts";
import type { Resource, Stack } from "../framework/index.ts";

/** What sends logs to an aggregator. */
export const logDrains = (stack: Stack): readonly Resource[] =>
  adapters.flatMap((adapter) => adapter.logDrains?.(stack) ?? []);
