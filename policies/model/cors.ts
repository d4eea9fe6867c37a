import type { AnyValue } from "../framework/index.ts";

/** The entries of a list or map; empty while all of it is unknown. */
export function entries<V extends AnyValue, T>(value: V, read: (value: V) => T[]): T[] {
  return value.isUnknown ? [] : read(value);
}

export const isAllowOrigin = (name: string | undefined): boolean =>
  name?.toLowerCase() === "access-control-allow-origin";
