import type { AnyValue } from "../framework/index.ts";

/** Whether what a switch is for is on: it is unless the switch is false. Throws UnknownRead. */
export function isOn(enabled: AnyValue): boolean {
  return enabled.boolean() !== false;
}

/** Whether a value is given, known or not. */
export function isGiven(value: AnyValue): boolean {
  return value.isUnknown || value.exists;
}
