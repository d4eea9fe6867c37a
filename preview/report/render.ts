import { type Painter, painter } from "../../lib/paint.ts";
import { printable } from "../../lib/text.ts";
import { wrapped } from "../../lib/wrap.ts";
import type { PreviewDocument } from "../document/document.ts";
import { nameOf, shortType, typeOf } from "../engine/urn.ts";
import { renderChanges } from "./render-changes.ts";
import { renderItems } from "./render-items.ts";
import { renderPolicies } from "./render-policies.ts";
import { renderResources } from "./render-resources.ts";
import { renderViolations } from "./render-violations.ts";
import { closingLines, verdictLine } from "./verdict.ts";
import { plainView, type View } from "./view.ts";

/**
 * A preview for a person who reads the end of it first: what is there and what passed in numbers, then what
 * is wrong and how to fix it, then one line of verdict.
 */
export function renderPreview(document: PreviewDocument, wanted: Partial<View> = {}): string {
  const view = { ...plainView, ...wanted };
  const paint = painter(view.color);
  const { text, isRefused } = verdictLine(document, view.width);
  const below = [
    ...(document.exceptions ?? [])
      .flatMap((line) => wrapped(printable(`! ${line}`), view.width, "", "  "))
      .map(paint.yellow),
    ...closingLines(document).flatMap((line) => wrapped(line, view.width, "", "  ")),
    ...wrapped(text, view.width, "", "  ").map(isRefused ? paint.red : paint.green),
  ];
  const sections = [
    renderResources(document, view, paint),
    messages(document, view, paint),
    renderPolicies(document, view, paint),
    view.items ? renderItems(document, view, paint) : [],
    document.diff === undefined ? [] : renderChanges(document.diff, view, paint),
    renderViolations(document, { ...view, rows: view.rows - below.length }, paint),
  ];
  const title = paint.bold(`Previewing ${printable(document.project)} (${printable(document.stack)})`);
  return [
    ...wrapped(title, view.width),
    ...sections.filter((lines) => lines.length > 0).flatMap((lines) => ["", ...lines]),
    "",
    ...below,
  ].join("\n");
}

function messages(document: PreviewDocument, { width }: View, paint: Painter): string[] {
  if (document.messages.length === 0) return [];
  return [
    paint.bold("Diagnostics:"),
    ...document.messages.flatMap(({ severity, message, urn }) => {
      const where = urn === "" ? "" : ` ${shortType(typeOf(urn))} (${nameOf(urn)})`;
      const heading = severity === "warning" ? paint.yellow(severity) : printable(severity);
      return [
        ...wrapped(`${heading}${printable(where)}:`, width, "  ", "    "),
        ...message.split("\n").flatMap((line) => wrapped(printable(line), width, "    ")),
      ];
    }),
  ];
}
