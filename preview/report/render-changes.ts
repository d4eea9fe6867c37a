import type { Painter } from "../../lib/paint.ts";
import { printable, shortened } from "../../lib/text.ts";
import { wrapped } from "../../lib/wrap.ts";
import { verdictText } from "../document/diff.ts";
import type { PreviewDiff, PropertyChange } from "../document/document.ts";
import { isDeclared, shortType } from "../engine/urn.ts";
import type { PropertyValue } from "../engine/values.ts";
import type { View } from "./view.ts";

/** Characters shown of one value. */
const longestValue = 100;

/** What changed since the saved preview, property by property. */
export function renderChanges(diff: PreviewDiff, { width }: View, paint: Painter): string[] {
  return changes(diff, paint).flatMap((line) => {
    const [indent = ""] = /^ */.exec(line) ?? [];
    return wrapped(line.slice(indent.length), width, indent, `${indent}  `);
  });
}

function changes(diff: PreviewDiff, paint: Painter): string[] {
  const heading = paint.bold("Changes against the saved preview:");
  if (diff.unavailable !== undefined) {
    const [reason = ""] = diff.unavailable.split("\n");
    return [heading, `  nothing to compare with, since that one could not tell: ${printable(reason)}`];
  }
  const lines = [
    ...diff.added.filter(isDeclared).map((resource) => ` ${paint.green("+")} ${named(resource)}`),
    ...diff.removed.filter(isDeclared).map((resource) => ` ${paint.red("-")} ${named(resource)}`),
    ...diff.changed
      .filter(isDeclared)
      .flatMap((resource) => [
        ` ${paint.yellow("~")} ${named(resource)}`,
        ...resource.properties.map((property) => `     ${propertyText(property)}`),
        ...(resource.left > 0 ? [`     and ${resource.left} more`] : []),
      ]),
    ...diff.policies.map(
      ({ name, before, after }) => `   ${printable(name)}: ${verdictText(before)} → ${verdictText(after)}`,
    ),
  ];
  return [
    heading,
    ...(lines.length === 0 ? ["  none"] : lines),
    ...(diff.secrets > 0 ? [paint.dim(`  ${diff.secrets} secret values cannot be compared`)] : []),
  ];
}

function named({ type, name }: { type: string; name: string }): string {
  return printable(`${shortType(type)} (${name})`);
}

function propertyText({ path, change, before, after }: PropertyChange): string {
  const name = printable(path);
  if (change === "added") return `${name} added: ${valueText(after)}`;
  if (change === "removed") return `${name} removed: ${valueText(before)}`;
  return `${name}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: PropertyValue | undefined): string {
  return printable(shortened(JSON.stringify(value) ?? "", longestValue));
}
