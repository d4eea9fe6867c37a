import { coverageLine } from "../../checklist/coverage.ts";
import type { Painter } from "../../lib/paint.ts";
import { counted, printable } from "../../lib/text.ts";
import { commaList, wrapped } from "../../lib/wrap.ts";
import type { PolicyOutcome, PreviewDocument } from "../document/document.ts";
import { itemOf, ownPolicies } from "./checklist-words.ts";
import { resourceText } from "./resource-text.ts";
import { unknownWords } from "./state-words.ts";
import type { View } from "./view.ts";
import { violationParts } from "./violation-text.ts";

/**
 * How many policies passed, by section, what is waived and what is not known yet, and how much of the
 * checklist that is; or a row for each policy. What is violated stands further below.
 */
export function renderPolicies(document: PreviewDocument, view: View, paint: Painter): string[] {
  const { policies } = document;
  if (policies.length === 0) return [];
  const having = (status: PolicyOutcome["status"]): PolicyOutcome[] =>
    policies.filter((policy) => policy.status === status);
  const coverage = coverageLine(ownPolicies(policies), unknownWords(document));
  return [
    paint.bold("Policies:"),
    ...passed(having("passed"), view, paint),
    ...remediated(document, view, paint),
    ...having("unknown").flatMap((policy) => undecided(document, policy, view, paint)),
    ...elsewhere(having("elsewhere"), view, paint),
    ...having("waived").flatMap((policy) => waived(policy, view, paint)),
    ...notApplicable(having("not-applicable"), view, paint),
    ...(coverage === undefined ? [] : wrapped(coverage, view.width, "  ", "    ")),
  ];
}

function passed(policies: readonly PolicyOutcome[], { width, ...view }: View, paint: Painter): string[] {
  if (policies.length === 0) return [];
  const mark = paint.green("✓");
  if (view.policies) {
    return policies.flatMap((policy) => wrapped(named(policy), width, `  ${mark} `, "    "));
  }
  const sections = [...Map.groupBy(policies, sectionOf)].map(
    ([section, { length }]) => `${section} ${length}`,
  );
  const heading = `${counted(policies.length, "policy", "policies")} passed`;
  return [
    ...wrapped(heading, width, `  ${mark} `, "    "),
    ...(sections.length < 2 ? [] : wrapped(commaList(sections), width, "    ").map(paint.dim)),
  ];
}

/** Which policies changed what the program declares, before it was judged. */
function remediated({ remediations }: PreviewDocument, { width, ...view }: View, paint: Painter): string[] {
  const applied = remediations.filter((one) => one.applied);
  return [...Map.groupBy(applied, ({ pack, policy }) => JSON.stringify([pack, policy])).values()].flatMap(
    (changes) => {
      const urns = [...new Set(changes.map(({ urn }) => urn))];
      const text = `${changes[0]?.policy ?? ""}: changed ${counted(urns.length, "resource")}`;
      return [
        ...wrapped(printable(text), width, `  ${paint.yellow("*")} `, "    "),
        ...(view.policies
          ? urns.flatMap((urn) =>
              wrapped(printable(resourceText(urn) || "The stack"), width, "    - ", "      "),
            )
          : []),
      ];
    },
  );
}

/** The section of the checklist, without its number; of another pack, the pack. */
function sectionOf(policy: PolicyOutcome): string {
  const [item] = policy.items.flatMap((id) => itemOf(policy, id) ?? []);
  return item === undefined ? printable(policy.pack) : item.section.replace(/^\d+\. /, "");
}

function undecided(
  document: PreviewDocument,
  policy: PolicyOutcome,
  { width, ...view }: View,
  paint: Painter,
): string[] {
  const words = unknownWords(document);
  const reasons = policy.violations.map((violation) =>
    [resourceText(violation.urn), ...violationParts(violation)].filter((part) => part !== "").join(": "),
  );
  return [
    ...wrapped(`${named(policy)}: ${words}`, width, `  ${paint.yellow("?")} `, "    "),
    ...(view.policies
      ? reasons.flatMap((reason) => wrapped(printable(reason), width, "    - ", "      "))
      : []),
  ];
}

function elsewhere(policies: readonly PolicyOutcome[], { width, ...view }: View, paint: Painter): string[] {
  if (policies.length === 0) return [];
  const mark = `  ${paint.yellow("?")} `;
  const text = `${counted(policies.length, "policy", "policies")} judged elsewhere, which is not a pass: optropic judge judges what this stack does not manage`;
  if (!view.policies) return wrapped(text, width, mark, "    ");
  return policies.flatMap((policy) => {
    const [reason = ""] = policy.violations.map(({ message }) => message).slice(-1);
    return wrapped(`${named(policy)}: ${printable(reason)}`, width, mark, "    ");
  });
}

function waived(policy: PolicyOutcome, { width }: View, paint: Painter): string[] {
  return [
    ...wrapped(`${named(policy)}: waived`, width, `  ${paint.yellow("~")} `, "    "),
    ...policy.violations.flatMap((violation) =>
      [resourceText(violation.urn), ...violationParts(violation)]
        .filter((part) => part !== "")
        .flatMap((part, index) =>
          printedLines(part).flatMap((line) =>
            wrapped(line, width, index === 0 ? "    - " : "      ", "      "),
          ),
        ),
    ),
  ];
}

function notApplicable(
  policies: readonly PolicyOutcome[],
  { width, ...view }: View,
  paint: Painter,
): string[] {
  if (policies.length === 0) return [];
  const text = `${counted(policies.length, "policy", "policies")} not applicable to this stack`;
  if (!view.policies) return wrapped(text, width, "  - ", "    ").map(paint.dim);
  return policies.flatMap((policy) =>
    wrapped(`${named(policy)}: not applicable`, width, "  - ", "    ").map(paint.dim),
  );
}

function named({ name, items }: PolicyOutcome): string {
  return printable(items.length === 0 ? name : `${name} (${items.join(", ")})`);
}

function printedLines(text: string): string[] {
  return text.split("\n").map(printable);
}
