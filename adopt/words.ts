import { textTable } from "../lib/table.ts";
import { counted, printable } from "../lib/text.ts";
import type { Action, Plan, Step } from "./plan.ts";
import { vendorOf } from "./resources.ts";

/** What each action means to a person, in the order in which they are shown. */
const meanings: Readonly<Record<Action, string>> = {
  managed: "is in the state of the stack",
  import: "is there, and Pulumi takes it over",
  create: "is not there, and is created",
  overwrite: "is always there or has no import, and is written over",
  adopt: "takes over what is there when it is created",
  rotate: "is generated anew: whoever uses the old secret loses access",
  ask: "may be there: choose an id, or create it",
  unknown: "cannot be told: nothing is known of that vendor",
};

/** The plan for a terminal: how many of each, and each of those that need a person. */
export function planText({ steps, unmanaged, deleted }: Plan): string {
  const rows = actions
    .map((action) => ({ action, count: steps.filter((step) => step.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => [String(count), action, meanings[action]]);
  const parts = [
    textTable(rows),
    section("To decide", steps.filter(({ action }) => action === "ask").map(askLine)),
    section("Would be lost", steps.filter(({ loses }) => loses !== undefined).map(lossLine)),
    section("Not seen, and may be lost", steps.filter(({ unseen }) => unseen !== undefined).map(unseenLine)),
    section(
      "Would be deleted",
      deleted.map(({ urn = "" }) => urn),
    ),
    section("To import first", steps.flatMap(importLines)),
    section("Would be made anew", steps.filter(({ remade }) => remade !== undefined).map(remadeLine)),
    section("To delete first", steps.filter(({ blockedBy }) => blockedBy !== undefined).map(blockedLine)),
    section("Renamed", steps.filter(({ renames }) => renames !== undefined).map(renameLine)),
    section("Secrets made anew", named(steps, "rotate")),
    section("Written over", named(steps, "overwrite")),
    section("Not known", unknownLines(steps)),
    unmanaged.length === 0
      ? []
      : [
          `${counted(unmanaged.length, "resource")} of the vendors that the program does not declare stay as they are, and can only be judged:`,
          ...kindsOf(unmanaged).map((line) => `  ${printable(line)}`),
        ],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** How many there are of each type, the most first. */
function kindsOf(unmanaged: Plan["unmanaged"]): string[] {
  const counts = [...Map.groupBy(unmanaged, ({ type }) => type)]
    .map(([type, all]) => ({ type, count: all.length }))
    .toSorted((a, b) => b.count - a.count || a.type.localeCompare(b.type, "en"));
  return counts.map(({ type, count }) => `${count} ${type}`);
}

const actions: readonly Action[] = [
  "managed",
  "import",
  "create",
  "overwrite",
  "adopt",
  "rotate",
  "ask",
  "unknown",
];

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${printable(line)}`)];
}

function named(steps: readonly Step[], action: Action): string[] {
  return steps.filter((step) => step.action === action).map(({ declared }) => declared.name);
}

function askLine({ declared, candidates = [], why }: Step): string {
  const which = candidates.length === 0 ? "its id cannot be told" : candidates.join(", ");
  return `${declared.name} (${declared.type}): ${which}${why === undefined ? "" : `; ${why}`}`;
}

function lossLine({ declared, loses }: Step): string {
  return `${declared.name}: ${loses}`;
}

function unseenLine({ declared, unseen }: Step): string {
  return `${declared.name}: its ${unseen} could not be read, or what the program declares of them is not known yet`;
}

function importLines({ declared, replaces, overwrites }: Step): string[] {
  return [replaces && `replaces ${replaces}`, overwrites]
    .filter((what) => what !== undefined)
    .map((what) => `${declared.name}: without an import, an update ${what}`);
}

function remadeLine({ declared, remade }: Step): string {
  return `${declared.name}: ${remade}, which no update changes`;
}

function blockedLine({ declared, blockedBy }: Step): string {
  return `${declared.name}: ${blockedBy}, beside which the vendor takes no other`;
}

function renameLine({ declared, renames }: Step): string {
  return `${declared.name}: ${renames}`;
}

function unknownLines(steps: readonly Step[]): string[] {
  const counts = new Map<string, number>();
  for (const { action, declared, why } of steps) {
    const vendor = `${vendorOf(declared.type)}${why === undefined ? "" : `, ${why}`}`;
    if (action === "unknown") counts.set(vendor, (counts.get(vendor) ?? 0) + 1);
  }
  return [...counts].map(([vendor, count]) => `${vendor}: ${counted(count, "resource")}`);
}
