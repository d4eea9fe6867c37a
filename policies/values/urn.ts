/** The stack of a resource, as its URN says: `urn:pulumi:production::…`. */
export function stackIn(urn: string): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}
