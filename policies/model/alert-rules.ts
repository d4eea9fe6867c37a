import { adapters } from "../adapters/index.ts";
import type { Stack } from "../framework/index.ts";
import type { AlertRule } from "./alert-rule.ts";
import { perStack } from "./per-stack.ts";

export type { AlertRule } from "./alert-rule.ts";

/** Every alert rule of the stack, at whatever vendor. */
export const alertRules: (stack: Stack) => readonly AlertRule[] = perStack((stack) =>
  adapters.flatMap((adapter) => adapter.alerts?.(stack) ?? []),
);
