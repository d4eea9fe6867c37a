import type { Painter } from "../../lib/paint.ts";
import { printable } from "../../lib/text.ts";
import { commaList, displayWidth, wrapped } from "../../lib/wrap.ts";
import type { PreviewDocument, ShownResource } from "../document/document.ts";
import { isDeclared, rootStackType, shortType } from "../engine/urn.ts";
import type { View } from "./view.ts";

/** Components that are named; of more, only their number is shown. */
const mostComponents = 20;

/** How many resources there are, by component, or all of them as a tree. */
export function renderResources(document: PreviewDocument, view: View, paint: Painter): string[] {
  const visible = document.resources.filter(isDeclared);
  const heading = wrapped(`${paint.bold("Resources:")} ${totals(visible)}`, view.width, "", "  ");
  if (view.resources) return [...heading, ...tree(visible, view, paint)];
  const components = countsByComponent(visible);
  if (components.length === 0) return heading;
  const named = components.slice(0, mostComponents).map(([name, count]) => `${printable(name)} ${count}`);
  const left = components.length - named.length;
  const parts = [...named, ...(left > 0 ? [`and ${left} more`] : [])];
  return [...heading, ...wrapped(commaList(parts), view.width, "  ").map(paint.dim)];
}

function totals(visible: readonly ShownResource[]): string {
  const count = (operation: ShownResource["operation"]): number =>
    visible.filter((resource) => resource.operation === operation).length;
  const parts = [
    count("same") > 0 ? `${count("same")} in the state` : `${count("create")} to create`,
    ...(count("read") > 0 ? [`${count("read")} read`] : []),
  ];
  return parts.join(", ");
}

/** The components at the top, each with the number of resources in it, itself included. */
function countsByComponent(visible: readonly ShownResource[]): [string, number][] {
  const byUrn = new Map(visible.map((resource) => [resource.urn, resource]));
  const tops = new Map<string, ShownResource | undefined>();
  const topOf = (start: ShownResource): ShownResource | undefined => {
    const path: string[] = [];
    let current: ShownResource | undefined = start;
    let top: ShownResource | undefined;
    // What is on the way has no top yet: so a circle of parents ends.
    while (current !== undefined && current.type !== rootStackType) {
      if (tops.has(current.urn)) {
        top = tops.get(current.urn) ?? top;
        break;
      }
      tops.set(current.urn, undefined);
      path.push(current.urn);
      if (!current.custom) top = current;
      current = byUrn.get(current.parent);
    }
    for (const urn of path) tops.set(urn, top);
    return top;
  };
  const counts = new Map<ShownResource, number>();
  let outside = 0;
  for (const resource of visible) {
    const top = topOf(resource);
    if (top !== undefined) counts.set(top, (counts.get(top) ?? 0) + 1);
    else if (resource.type !== rootStackType) outside += 1;
  }
  if (counts.size === 0) return [];
  const rows = [...counts].map(([{ name }, count]): [string, number] => [name, count]);
  return outside === 0 ? rows : [...rows, ["outside of components", outside]];
}

interface Row {
  label: string;
  indent: number;
  name: string;
  resource: ShownResource;
}

function tree(visible: readonly ShownResource[], { width }: View, paint: Painter): string[] {
  const rows = treeRows(visible);
  const columns = rows.reduce(
    (widest, { label, name }) => ({
      type: Math.max(widest.type, displayWidth(label)),
      name: Math.max(widest.name, displayWidth(name)),
    }),
    { type: 4, name: 4 },
  );
  // Sign, type, name and the longest plan.
  const isTable = 5 + columns.type + 2 + columns.name + 2 + "create protected".length <= width;
  const heading = `     ${padded("Type", columns.type)}  ${padded("Name", columns.name)}  Plan`;
  return [
    paint.bold(isTable ? heading : "     Type, name and plan"),
    ...rows.flatMap(({ label, indent, name, resource: { operation, protect } }) => {
      const paintPlan = operation === "create" ? paint.green : paint.dim;
      const plan = `${paintPlan(operation)}${protect ? paint.dim(" protected") : ""}`;
      const sign = ` ${paintPlan(signs[operation])}   `;
      if (isTable) return [`${sign}${padded(label, columns.type)}  ${padded(name, columns.name)}  ${plan}`];
      return wrapped(`${label} ${name} ${plan}`, width, sign, " ".repeat(Math.min(5 + indent, width / 2)));
    }),
  ];
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

function treeRows(visible: readonly ShownResource[]): Row[] {
  const known = new Set(visible.map((resource) => resource.urn));
  const children = Map.groupBy(visible, (resource) => (known.has(resource.parent) ? resource.parent : ""));
  const rows: Row[] = [];
  const walk = (parent: string, indent: string): void => {
    const siblings = children.get(parent) ?? [];
    siblings.forEach((resource, index) => {
      const last = index === siblings.length - 1;
      const isRoot = parent === "";
      rows.push({
        label: `${indent}${isRoot ? "" : last ? "└─ " : "├─ "}${printable(shortType(resource.type))}`,
        indent: indent.length + 3,
        name: printable(resource.name),
        resource,
      });
      walk(resource.urn, isRoot ? "" : `${indent}${last ? "   " : "│  "}`);
    });
  };
  walk("", "");
  return rows;
}

/** The sign before each row, as Pulumi's. */
const signs = { create: "+", read: ">", same: " " } as const;
