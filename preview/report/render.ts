import { counted, printable } from "../../lib/text.ts";
import type { PolicyOutcome, PreviewDocument, ShownResource } from "../document/document.ts";
import { isAboutStack, isDeclared, nameOf, shortType, typeOf } from "../engine/urn.ts";
import { type Painter, painter } from "./paint.ts";
import { renderChanges } from "./render-changes.ts";
import { fixesOf, violationParts } from "./violation-text.ts";

export interface RenderOptions {
  /** Colours, for a terminal. */
  color: boolean;
}

/** A preview for a person: the resources as a tree, the policies with violations first, a line of totals. */
export function renderPreview(document: PreviewDocument, options: RenderOptions): string {
  const paint = painter(options.color);
  return [
    paint.bold(`Previewing ${document.project} (${document.stack})`),
    "",
    ...tree(document.resources, paint),
    ...messages(document, paint),
    ...(document.policies.length > 0
      ? ["", paint.bold("Policies:"), ...policies(document.policies, paint)]
      : []),
    ...(document.diff === undefined ? [] : ["", ...renderChanges(document.diff, paint)]),
    "",
    totals(document, paint),
  ].join("\n");
}

function tree(resources: readonly ShownResource[], paint: Painter): string[] {
  const visible = resources.filter(isDeclared);
  const known = new Set(visible.map((resource) => resource.urn));
  const children = Map.groupBy(visible, (resource) => (known.has(resource.parent) ? resource.parent : ""));
  const rows: { label: string; name: string; resource: ShownResource }[] = [];
  const walk = (parent: string, indent: string): void => {
    const siblings = children.get(parent) ?? [];
    siblings.forEach((resource, index) => {
      const last = index === siblings.length - 1;
      const isRoot = parent === "";
      rows.push({
        label: `${indent}${isRoot ? "" : last ? "└─ " : "├─ "}${printable(shortType(resource.type))}`,
        name: printable(resource.name),
        resource,
      });
      walk(resource.urn, isRoot ? "" : `${indent}${last ? "   " : "│  "}`);
    });
  };
  walk("", "");
  const typeWidth = widest(rows.map(({ label }) => label));
  const nameWidth = widest(rows.map(({ name }) => name));
  return [
    paint.bold(`     ${"Type".padEnd(typeWidth)}  ${"Name".padEnd(nameWidth)}  Plan`),
    ...rows.map(({ label, name, resource: { operation, protect } }) => {
      const paintPlan = operation === "create" ? paint.green : paint.dim;
      const plan = `${paintPlan(operation)}${protect ? paint.dim(" protected") : ""}`;
      return ` ${paintPlan(signs[operation])}   ${label.padEnd(typeWidth)}  ${name.padEnd(nameWidth)}  ${plan}`;
    }),
  ];
}

/** The sign before each row, as Pulumi's. */
const signs = { create: "+", read: ">", same: " " } as const;

function messages(document: PreviewDocument, paint: Painter): string[] {
  if (document.messages.length === 0) return [];
  return [
    "",
    paint.bold("Diagnostics:"),
    ...document.messages.flatMap(({ severity, message, urn }) => {
      const where = urn === "" ? "" : ` ${shortType(typeOf(urn))} (${nameOf(urn)})`;
      const lines = message.split("\n").map((line) => `    ${printable(line)}`);
      const heading = severity === "warning" ? paint.yellow(severity) : severity;
      return [`  ${heading}${printable(where)}:`, ...lines];
    }),
  ];
}

const order = ["violated", "unknown", "waived", "passed"] as const;

/** A row for each policy that applies, and one for all others: a stack of another scope has a hundred of those. */
function policies(outcomes: readonly PolicyOutcome[], paint: Painter): string[] {
  const applicable = outcomes.filter(applies);
  const others = outcomes.length - applicable.length;
  const rank = (outcome: ApplicableOutcome): number =>
    order.indexOf(outcome.status) * 2 + (outcome.enforcement === "mandatory" ? 0 : 1);
  const width = widest(applicable.map((outcome) => printable(outcome.name)));
  const rows = applicable
    .toSorted((one, other) => rank(one) - rank(other))
    .flatMap((outcome) => {
      const items = outcome.items.length > 0 ? `  ${printable(outcome.items.join(", "))}` : "";
      const row = `  ${mark(outcome, paint)} ${printable(outcome.name).padEnd(width)}${paint.dim(items)}`;
      if (outcome.status === "passed") return [row];
      return [
        `${row}  [${outcome.status === "violated" ? outcome.enforcement : outcome.status}] ${printable(outcome.description)}`,
        ...outcome.violations.flatMap((violation) => {
          const { urn } = violation;
          const where = isAboutStack(urn) ? "" : `${shortType(typeOf(urn))} (${nameOf(urn)}): `;
          return `${where}${violationParts(violation).join("\n")}`
            .split("\n")
            .map((line, index) => `      ${index === 0 ? "- " : "  "}${printable(line)}`);
        }),
        ...fixesOf(outcome).map((fix) => `      Fix: ${printable(fix)}`),
      ];
    });
  return others === 0 ? rows : [...rows, paint.dim(`  - ${others} not applicable`)];
}

type ApplicableOutcome = PolicyOutcome & { status: (typeof order)[number] };

function applies(outcome: PolicyOutcome): outcome is ApplicableOutcome {
  return outcome.status !== "not-applicable";
}

function mark({ status, enforcement }: ApplicableOutcome, paint: Painter): string {
  switch (status) {
    case "violated":
      return enforcement === "mandatory" ? paint.red("✗") : paint.yellow("!");
    case "passed":
      return paint.green("✓");
    case "waived":
      return paint.yellow("~");
    case "unknown":
      return paint.yellow("?");
  }
}

function totals({ resources, summary }: PreviewDocument, paint: Painter): string {
  const visible = resources.filter(isDeclared);
  const count = (operation: ShownResource["operation"]): number =>
    visible.filter((resource) => resource.operation === operation).length;
  const seconds = (summary.durationMs / 1000).toFixed(1);
  const parts = [
    count("same") > 0
      ? `${counted(count("same"), "resource")} in the state`
      : `${counted(count("create"), "resource")} to create`,
    ...(count("read") > 0 ? [`${count("read")} read`] : []),
    `${counted(summary.passed, "policy", "policies")} passed`,
    `${summary.mandatory} mandatory and ${summary.advisory} advisory violated`,
    `${summary.waived} waived`,
    `${summary.unknown} unknown until deployed`,
  ];
  const paintTotals = summary.mandatory > 0 ? paint.red : paint.green;
  return `${paintTotals(parts.join(", "))} ${paint.dim(`(${seconds} s)`)}`;
}

/** Characters of the longest text, and at least those of a column's heading. */
function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 4);
}
