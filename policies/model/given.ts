import type { AnyValue } from "../framework/index.ts";

/** Whether a value is given, known or not. */
export function isGiven(value: AnyValue): boolean {
  return value.isUnknown || value.exists;
}
