import { all } from "./facts.ts";

export type { AlertRule } from "./alert-rule.ts";

/** Every alert rule of the stack, at whatever vendor. */
export const alertRules = all(({ alerts: part }) => part);
