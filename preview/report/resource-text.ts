import { isAboutStack, nameOf, shortType, typeOf } from "../engine/urn.ts";

/** A resource by its type and name; empty for the stack itself. */
export function resourceText(urn: string): string {
  return isAboutStack(urn) ? "" : `${shortType(typeOf(urn))} (${nameOf(urn)})`;
}
