import type { ImportFile } from "../../adopt/import-file.ts";

export interface Imported {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
}

/**
 * What Pulumi has after it imported a file, by the rules of its own reader (pulumi/pulumi,
 * `pkg/cmd/pulumi/operations/import.go`, `parseImportFile`).
 *
 * @throws {Error} where Pulumi would refuse the file
 */
export function importedBy(
  { nameTable, resources }: ImportFile,
  { stack, project }: { stack: string; project: string },
): Imported[] {
  const counts = Map.groupBy(resources, ({ name }) => name);
  const urns = new Map(Object.entries(nameTable));
  const taken = new Set(urns.values());
  const imported: Imported[] = [];
  const open = new Set(resources);
  const refuse = (what: string): never => {
    throw new Error(`Pulumi refuses the file: ${what}`);
  };
  for (const { type, name, id, component, parent, provider } of resources) {
    if (type === "" || name === "" || (id === undefined) !== (component === true)) refuse(`${name} ${type}`);
    if (parent !== undefined && (counts.get(parent)?.length ?? 0) > 1) refuse(`ambiguous parent ${parent}`);
    if (parent !== undefined && !urns.has(parent) && !counts.has(parent)) refuse(`no parent ${parent}`);
    if (provider !== undefined && nameTable[provider] === undefined) refuse(`no provider ${provider}`);
    if (provider !== undefined && counts.has(provider)) refuse(`ambiguous provider ${provider}`);
  }
  while (open.size > 0) {
    const before = open.size;
    for (const spec of open) {
      const above = spec.parent === undefined ? undefined : urns.get(spec.parent);
      if (spec.parent !== undefined && above === undefined) continue;
      const types = above?.split("::")[2];
      const qualified = types === undefined ? spec.type : `${types}$${spec.type}`;
      const urn = `urn:pulumi:${stack}::${project}::${qualified}::${spec.logicalName ?? spec.name}`;
      if (taken.has(urn)) refuse(`ambiguous URN ${urn}`);
      taken.add(urn);
      urns.set(spec.name, urn);
      open.delete(spec);
      const { type, id } = spec;
      imported.push({ urn, type, custom: spec.component !== true, ...(id !== undefined && { id }) });
    }
    if (open.size === before) refuse("parents in a circle");
  }
  return imported;
}
