import type { Registration } from "./transforms.ts";
import { makeUrn, nameOf, typeOf } from "./urn.ts";

/** At most this many names of a resource are looked for in a state. */
const mostAliases = 200;

/**
 * The URNs by which a state may have a resource: its own aliases, and those that it has because its parent has
 * some, as the engine makes them (https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/).
 */
export class Aliases {
  #of = new Map<string, readonly string[]>();

  add(urn: string, parent: string, specs: ReturnType<Registration["options"]["getAliasesList"]>): string[] {
    const [stack = "", project = ""] = urn.slice("urn:pulumi:".length).split("::");
    const above = this.#of.get(parent) ?? [];
    const own = specs.flatMap((alias): { urn: string; isBelow: boolean }[] => {
      const spec = alias.getSpec();
      if (spec === undefined) return alias.getUrn() === "" ? [] : [{ urn: alias.getUrn(), isBelow: false }];
      const isBelow = !spec.getNoparent() && spec.getParenturn() === "";
      const named = {
        ...{ stack: spec.getStack() || stack, project: spec.getProject() || project },
        ...{ type: spec.getType() || typeOf(urn), name: spec.getName() || nameOf(urn) },
      };
      const under = spec.getNoparent() ? "" : spec.getParenturn() || parent;
      return [{ urn: makeUrn({ ...named, parent: under }), isBelow }];
    });
    const below = [urn, ...own.filter(({ isBelow }) => isBelow).map((alias) => alias.urn)];
    const inherited = above.flatMap((older) => below.map((child) => inheritedFrom(older, parent, child)));
    const all = [...new Set([...own.map((alias) => alias.urn), ...inherited])]
      .filter((alias) => alias !== urn)
      .slice(0, mostAliases);
    this.#of.set(urn, all);
    return all;
  }
}

/** A child whose name begins with its parent's takes the parent's older name there, too. */
function inheritedFrom(olderParent: string, parent: string, child: string): string {
  const [stack = "", project = ""] = olderParent.slice("urn:pulumi:".length).split("::");
  const name = nameOf(child);
  const parentName = nameOf(parent);
  return makeUrn({
    ...{ stack, project, type: typeOf(child), parent: olderParent },
    name: name.startsWith(parentName) ? `${nameOf(olderParent)}${name.slice(parentName.length)}` : name,
  });
}
