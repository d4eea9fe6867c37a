import { type Existing, unsaid } from "../../adopt/resources.ts";
import { type ExportedState, isUnknown } from "../../preview/index.ts";

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
  return {
    urn,
    type,
    name,
    id: isUnknown(id) ? unsaid : id,
    properties,
    ...(retainOnDelete && { isRetained: true }),
  };
}
