import type { Existing } from "../../adopt/resources.ts";
import type { ExportedState } from "../../preview/index.ts";

/** A resource of a state, as the vendor has it: what was asked for, and what the vendor adds. */
export function existingOf({
  urn,
  type,
  name,
  id,
  inputs,
  outputs,
  retainOnDelete,
}: ExportedState["resources"][number]): Existing {
  const properties = { ...inputs, ...outputs };
  return { urn, type, name, id, properties, ...(retainOnDelete && { isRetained: true }) };
}
