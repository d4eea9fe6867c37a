import { abridged, block, code } from "../../lib/markdown-text.ts";
import { verdictText } from "../document/diff.ts";
import type {
  PolicyChange,
  PolicyVerdict,
  PreviewDiff,
  PropertyChange,
  ResourceChange,
} from "../document/document.ts";
import { isDeclared, shortType } from "../engine/urn.ts";
import type { PropertyValue } from "../engine/values.ts";
import type { Section } from "./sections.ts";

/** Changes shown of one resource. */
const mostChanges = 20;

/** What changed since the base: in numbers, and the details folded. */
export function changeSections(diff: PreviewDiff): Section[] {
  const heading = "Changes against the base";
  if (diff.unavailable !== undefined) {
    const intro = `The base could not be previewed, so there is nothing to compare with:\n\n${block(diff.unavailable, 1000)}`;
    return [{ heading, folded: false, entries: [], intro, priority: 1 }];
  }
  const added = diff.added.filter(isDeclared);
  const removed = diff.removed.filter(isDeclared);
  const changed = diff.changed.filter(isDeclared);
  const parts = [
    `resources: ${added.length} to add, ${removed.length} to remove, ${changed.length} to change`,
    `verdicts: ${diff.policies.length} changed`,
    `decision to go live: ${decisionText(diff.policies)}`,
    ...(diff.secrets > 0 ? [`secret values, which cannot be compared: ${diff.secrets}`] : []),
  ];
  const resources = [
    ...changed.map(changedEntry),
    ...removed.map((resource) => `- Removed: ${named(resource)}`),
    ...added.map((resource) => `- Added: ${named(resource)}`),
  ];
  return [
    { heading, folded: false, entries: [], intro: parts.map((part) => `- ${part}`).join("\n"), priority: 1 },
    {
      heading: `Verdicts that changed (${diff.policies.length})`,
      folded: true,
      entries: diff.policies.map(verdictEntry),
      priority: 2,
    },
    {
      heading: `Resources that changed (${resources.length})`,
      folded: true,
      entries: resources,
      priority: 6,
    },
  ];
}

/**
 * What a change does to the decision, as far as policies decide it: which items it puts in the way of a go, and
 * which it takes out of the way. What is measured, drilled or signed counts as before.
 */
function decisionText(policies: readonly PolicyChange[]): string {
  const itemsOf = (some: readonly PolicyChange[]) => new Set(some.flatMap(({ items = [] }) => items));
  const blocked = itemsOf(policies.filter(({ before, after }) => blocks(after) && !blocks(before)));
  const stillBlocked = itemsOf(policies.filter(({ after }) => blocks(after)));
  const freed = itemsOf(policies.filter(({ before, after }) => blocks(before) && !blocks(after)));
  const parts = [
    ...listOf(blocked, "put in the way"),
    ...listOf(
      [...freed].filter((id) => !stillBlocked.has(id)),
      "taken out of the way",
    ),
    ...listOf(
      policies.filter(({ after }) => after === undefined).map(({ name }) => name),
      "no longer judged",
    ),
  ];
  return parts.length === 0 ? "unchanged" : parts.join("; ");
}

/** A mandatory policy that is not shown to hold stands in the way of a go. */
function blocks(verdict: PolicyVerdict | undefined): boolean {
  return verdict?.enforcement === "mandatory" && ["violated", "unknown"].includes(verdict.status);
}

/** Names that a list shows. */
const mostNames = 20;

function listOf(names: Iterable<string>, what: string): string[] {
  const all = [...names];
  if (all.length === 0) return [];
  const more = all.length > mostNames ? ` and ${all.length - mostNames} more` : "";
  return [
    `${what}: ${all
      .slice(0, mostNames)
      .map((name) => code(name, 100))
      .join(", ")}${more}`,
  ];
}

function named({ type, name }: { type: string; name: string }): string {
  return `${code(shortType(type), 150)} ${code(name, 150)}`;
}

function changedEntry(resource: ResourceChange): string {
  const { properties } = resource;
  const left = resource.left + Math.max(0, properties.length - mostChanges);
  return [
    `- Changed: ${named(resource)}`,
    ...properties.slice(0, mostChanges).map((property) => `  - ${propertyText(property)}`),
    ...(left > 0 ? [`  - and ${left} more`] : []),
  ].join("\n");
}

function propertyText({ path, change, before, after }: PropertyChange): string {
  switch (change) {
    case "added":
      return `${code(path, 200)} added: ${valueText(after)}`;
    case "removed":
      return `${code(path, 200)} removed: ${valueText(before)}`;
    case "changed":
      return `${code(path, 200)}: ${valueText(before)} → ${valueText(after)}`;
  }
}

function valueText(value: PropertyValue | undefined): string {
  return code(abridged(JSON.stringify(value) ?? "", 200), 250);
}

function verdictEntry({ name, before, after }: PolicyChange): string {
  return `- ${code(name, 100)}: ${verdictText(before)} → ${verdictText(after)}`;
}
