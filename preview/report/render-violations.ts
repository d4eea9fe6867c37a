import { linked, type Painter } from "../../lib/paint.ts";
import { counted, printable, shortened } from "../../lib/text.ts";
import { wrapped } from "../../lib/wrap.ts";
import type { PolicyOutcome, PreviewDocument, ShownViolation } from "../document/document.ts";
import { itemOf } from "./checklist-words.ts";
import { type Merged, merged } from "./merged.ts";
import { resourceText } from "./resource-text.ts";
import { unknownWords } from "./state-words.ts";
import type { View } from "./view.ts";
import { fixesOf, waiverText } from "./violation-text.ts";

/** Rows of a screen for a blank one below the violations, and for the prompt. */
const rowsBelow = 2;

/**
 * Every violation once, the mandatory ones last: nearest to the verdict, where a reader looks first. Where a
 * screen does not hold them, a list of one row each stands below.
 *
 * @param view with the rows that what stands below them leaves
 */
export function renderViolations(document: PreviewDocument, view: View, paint: Painter): string[] {
  const violated = document.policies.filter(({ status }) => status === "violated");
  const refusing = violated.filter(({ enforcement }) => enforcement === "mandatory");
  const advising = violated.filter(({ enforcement }) => enforcement !== "mandatory");
  const ordered = [...advising, ...refusing];
  if (ordered.length === 0) return [];
  const words = unknownWords(document);
  // What two levels object to is shown in full where it refuses, and named at the other.
  const all = merged([...refusing, ...advising]);
  const entries = [
    ...all.filter(({ first }) => first.enforcement !== "mandatory"),
    ...all.filter(({ first }) => first.enforcement === "mandatory"),
  ];
  const lines = entries.flatMap((entry, index) => [
    ...(index === 0 ? [] : [""]),
    ...entryLines(entry, words, view, paint),
  ]);
  if (lines.length + rowsBelow <= view.rows || ordered.length < 2) return lines;
  return [...lines, "", ...overview(ordered, view, paint)];
}

/** Several policies with the same findings have a heading each, and their findings and ways to fix them once. */
function entryLines(
  { first: policy, others, violations }: Merged,
  unknown: string,
  view: View,
  paint: Painter,
) {
  const { width } = view;
  const isMandatory = policy.enforcement === "mandatory";
  const shown = violations.filter(({ shownBy }) => shownBy === undefined);
  const fixes = new Set(shown.map(({ violation }) => violation.fix ?? policy.fix));
  const [common] = fixes.size < 2 ? [policy.violations.length === 0 ? policy.fix : [...fixes][0]] : [];
  const own = new Set(others.flatMap((other) => fixesOf(other)));
  const all = [policy, ...others];
  const [first, ...rest] = all.flatMap(headings);
  const required = new Set(all.map(({ description }) => description));
  return [
    ...wrapped(first ?? "", width, `${isMandatory ? paint.red("✗") : paint.yellow("!")} `, "  ").map(
      paint.bold,
    ),
    ...rest.flatMap((line) => wrapped(line, width, "  ").map(paint.bold)),
    ...[...required]
      .filter((text) => !first?.includes(printable(text)))
      .flatMap((text) => labelled("Required", text, view, paint)),
    ...violations.flatMap(({ violation, shownBy }) =>
      shownBy === undefined
        ? violationLines(violation, policy, common === undefined, unknown, view, paint)
        : wrapped(`${placeOf(violation)}: the same as under ${printable(shownBy)}`, width, "  - ", "    "),
    ),
    ...(common === undefined ? [] : labelled("Fix", common, view, paint)),
    ...[...own].filter((fix) => !fixes.has(fix)).flatMap((fix) => labelled("Fix", fix, view, paint)),
  ];
}

/** The resource and the path of the property. */
function placeOf({ urn, property }: ShownViolation): string {
  return printable(`${resourceText(urn) || "The stack"}${property === undefined ? "" : `, ${property}`}`);
}

/** The items with the checklist's own words, and the policy; the policy alone where it has no item. */
function headings(policy: PolicyOutcome): string[] {
  const level = `[${policy.enforcement}]`;
  const items = policy.items.map((id) => {
    const text = itemOf(policy, id)?.text;
    return printable(text === undefined ? id : `${id} ${text}`);
  });
  const own = `${printable(policy.name)} ${level}`;
  const isKnown = policy.items.some((id) => itemOf(policy, id) !== undefined);
  if (!isKnown) return [items.length === 0 ? own : `${own} ${items.join(", ")}`];
  return [...items.slice(0, -1), `${items.at(-1) ?? ""} · ${own}`];
}

function violationLines(
  violation: ShownViolation,
  policy: PolicyOutcome,
  hasOwnFix: boolean,
  unknown: string,
  view: View,
  paint: Painter,
): string[] {
  const { urn, message, expected, setting, source, declared, waiver, status } = violation;
  const about = resourceText(urn);
  // That of the stack as a whole is no more than its file.
  const place = setting !== undefined ? declared : about === "" ? undefined : source;
  const at = place === undefined ? "" : `, ${placed(place, view)}`;
  const resource = `${placeOf(violation)}${at}`;
  const fix = violation.fix ?? policy.fix;
  return [
    ...wrapped(resource, view.width, "  - ", "    "),
    ...labelled("Found", status === "unknown" ? `${unknown}: ${message}` : message, view, paint),
    ...(expected === undefined ? [] : labelled("Required", expected, view, paint)),
    ...(setting === undefined
      ? []
      : labelled("Setting", setting, view, paint, source === undefined ? "" : ` at ${placed(source, view)}`)),
    ...(waiver === undefined ? [] : labelled("Waived", waiverText(waiver), view, paint)),
    ...(hasOwnFix && fix !== undefined && waiver === undefined && status !== "unknown"
      ? labelled("Fix", fix, view, paint)
      : []),
  ];
}

/** A label and its text, which may have several lines of its own. */
function labelled(label: string, text: string, { width }: View, paint: Painter, painted = ""): string[] {
  const indent = " ".repeat(14);
  return text.split("\n").flatMap((line, index, all) => {
    const last = index === all.length - 1 ? painted : "";
    const first = index === 0 ? `    ${paint.dim(`${label}:`)}${" ".repeat(9 - label.length)}` : indent;
    return wrapped(`${printable(line)}${last}`, width, first, indent);
  });
}

function placed(place: { path: string; line: number; column: number }, { addressOf }: View): string {
  return linked(printable(`${place.path}:${place.line}`), addressOf?.(place));
}

/**
 * Each policy with what was found first, where a screen holds that of all of them; without it, those of them that a
 * screen holds: the last ones, which are the worst.
 */
function overview(policies: readonly PolicyOutcome[], view: View, paint: Painter): string[] {
  const rowOf = ({ name, items, violations, enforcement }: PolicyOutcome, finding: string): string[] => {
    const mark = enforcement === "mandatory" ? paint.red("✗") : paint.yellow("!");
    const times = violations.length > 1 ? ` × ${violations.length}` : "";
    const text = `${items.join(", ")}${items.length > 0 ? " " : ""}${name}${times}${finding}`;
    return wrapped(printable(text), view.width, `  ${mark} `, "    ");
  };
  let room = view.rows - rowsBelow - 2;
  const told = policies.map((policy) => {
    const [message = ""] = policy.violations[0]?.message.split("\n") ?? [];
    return rowOf(policy, message === "" ? "" : `: ${shortened(message, 200)}`);
  });
  const rows = told.flat().length <= room ? told : policies.map((policy) => rowOf(policy, ""));
  const shown: string[][] = [];
  for (const row of rows.toReversed()) {
    room -= row.length;
    if (room < 0 && shown.length > 0) break;
    shown.unshift(row);
  }
  const left = rows.length - shown.length;
  return [
    paint.bold(`In short${left > 0 ? `, without ${counted(left, "other")} above` : ""}:`),
    ...shown.flat(),
  ];
}
