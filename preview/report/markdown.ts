import type { SourcePosition } from "../../lib/failure.ts";
import { block, code, prose } from "../../lib/markdown-text.ts";
import type { PolicyOutcome, PreviewDocument, ShownViolation } from "../document/document.ts";
import { isAboutStack, isDeclared, nameOf, shortType, typeOf } from "../engine/urn.ts";
import { changeSections } from "./markdown-changes.ts";
import { type Merged, merged } from "./merged.ts";
import { type Failed, type Judged, placedProblems, type Report } from "./report.ts";
import { layOut, type Section } from "./sections.ts";
import { unknownWords } from "./state-words.ts";
import { fixesOf, violationParts } from "./violation-text.ts";

/**
 * Characters that a comment may have: GitHub's limit is 65,536, and whoever posts it may want to add a line.
 * They are counted as UTF-16 code units, which are never fewer than the characters that GitHub counts.
 */
export const longestComment = 65_000;

/** Violations shown of one policy, which may object to every resource of a stack. */
const mostViolations = 5;

/** Exceptions shown, which stand above everything that is refused. */
const mostExceptions = 50;

/** A comment for a pull request; its first line is a marker, by which the next run finds it. */
export function markdownReport(report: Report): string {
  const { result } = report;
  const head = [
    `<!-- optropic-preview:${marked(report.project)}/${marked(report.stack)} -->`,
    ...("document" in result ? verdict(report, result) : failure(report, result)),
  ].join("\n\n");
  const sections = "document" in result ? judgedSections(result.document) : [];
  const body = layOut(sections, longestComment - head.length - 3);
  return body === "" ? `${head}\n` : `${head}\n\n${body}\n`;
}

/**
 * What a preview found, without a heading and a marker, for a comment that says more than one thing.
 *
 * @param most characters, as far as there is room for the frames of the sections
 */
export function documentMarkdown(document: PreviewDocument, most: number): string {
  const head = [totals(document), ...exceptionList(document)].join("\n\n");
  const body = layOut(judgedSections(document), most - head.length - 2);
  return body === "" ? head : `${head}\n\n${body}`;
}

/** Why a preview could not tell, in the same way. */
export function failureMarkdown(failed: Failed, most: number): string {
  return failureParts(failed, most).join("\n\n");
}

/** A name as it may stand in an HTML comment, where nothing can be escaped. */
function marked(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.]+/g, "-").slice(0, 200);
}

function verdict(report: Report, { document, coverage }: Judged): string[] {
  const outcome = document.summary.mandatory > 0 ? "❌ Refused" : "✅ Holds";
  return [
    `### ${outcome}: ${subject(report)}`,
    totals(document),
    ...exceptionList(document),
    ...(coverage === undefined ? [] : [prose(coverage, 2000)]),
  ];
}

function totals(document: PreviewDocument): string {
  const { resources, summary } = document;
  const declared = resources.filter(isDeclared).length;
  const { elsewhere = 0 } = summary;
  return [
    `| refused | advisory | waived | ${unknownWords(document)} |${elsewhere === 0 ? "" : " judged elsewhere |"} passed | not applicable | resources |`,
    `| --- | --- | --- | --- |${elsewhere === 0 ? "" : " --- |"} --- | --- | --- |`,
    `| **${summary.mandatory}** | ${summary.advisory} | ${summary.waived} | ${summary.unknown} |${elsewhere === 0 ? "" : ` ${elsewhere} |`} ${summary.passed} | ${summary.notApplicable} | ${declared} |`,
  ].join("\n");
}

function exceptionList({ exceptions = [] }: PreviewDocument): string[] {
  if (exceptions.length === 0) return [];
  const left = exceptions.length - mostExceptions;
  const lines = exceptions.slice(0, mostExceptions).map((line) => `- ${prose(line, 300)}`);
  return [[...lines, ...(left > 0 ? [`- and ${left} more`] : [])].join("\n")];
}

function failure(report: Report, result: Failed): string[] {
  return [`### ⚠️ Could not tell: ${subject(report)}`, ...failureParts(result, 20_000)];
}

function failureParts(result: Failed, most: number): string[] {
  const places = [...new Set(placedProblems(result).map(({ source }) => placeText(source)))].slice(0, 20);
  return [
    "The preview could not be judged, so nothing is known of the checklist.",
    block(result.error.message, most),
    ...(places.length === 0 ? [] : [`Where: ${places.join(", ")}`]),
  ];
}

function subject({ project, stack }: Report): string {
  return `preview of ${code(project, 100)}, stack ${code(stack, 100)}`;
}

function judgedSections(document: PreviewDocument): Section[] {
  const having = (status: PolicyOutcome["status"]): PolicyOutcome[] =>
    document.policies.filter((policy) => policy.status === status);
  const violated = having("violated");
  const refused = violated.filter(({ enforcement }) => enforcement === "mandatory");
  const advisory = violated.filter(({ enforcement }) => enforcement !== "mandatory");
  const list = (
    heading: string,
    policies: readonly PolicyOutcome[],
    folded: boolean,
    priority: number,
  ): Section => ({
    heading: `${heading} (${policies.length})`,
    folded,
    entries: merged(policies).map(policyEntry),
    priority,
  });
  return [
    list("Refused, and how to fix it", refused, false, 0),
    ...(document.diff === undefined ? [] : changeSections(document.diff)),
    list("Advisory", advisory, true, 3),
    list(capitalized(unknownWords(document)), having("unknown"), true, 4),
    list("Judged elsewhere", having("elsewhere"), true, 4),
    list("Waived", having("waived"), true, 5),
    {
      heading: `Messages (${document.messages.length})`,
      folded: true,
      entries: document.messages.map(messageEntry),
      priority: 7,
    },
    ...(document.diff === undefined ? [resourceCount(document)] : []),
  ];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Policies of one entry that are named; of more, their number is. */
const mostNames = 10;

/** Several policies that object to the same are one entry. */
function policyEntry({ first, others, violations }: Merged): string {
  const all = [first, ...others];
  const items = [...new Set(all.flatMap((policy) => policy.items))];
  const named = all.slice(0, mostNames);
  const names = [
    ...named.map(({ name }) => `**${code(name, 100)}**`),
    ...(all.length > named.length ? [`and ${all.length - named.length} more`] : []),
  ].join(", ");
  const descriptions = [...new Set(named.map(({ description }) => prose(description, 500)))].join(" ");
  const numbers =
    items.length === 0
      ? ""
      : ` (${items
          .slice(0, 20)
          .map((item) => prose(item, 30))
          .join(", ")})`;
  const left = violations.length - mostViolations;
  return [
    `- ${names}${numbers}: ${descriptions}`,
    ...violations
      .slice(0, mostViolations)
      .map(({ violation, shownBy }) =>
        shownBy === undefined
          ? `  - ${violationText(violation)}`
          : `  - ${aboutText(violation)}: the same as under ${code(shownBy, 100)}`,
      ),
    ...(left > 0 ? [`  - and ${left} more of the same policy`] : []),
    ...[...new Set(all.flatMap(fixesOf))]
      .slice(0, mostViolations)
      .map((fix) => `  - Fix: ${prose(fix, 1000)}`),
  ].join("\n");
}

const aboutText = ({ urn }: ShownViolation): string => (isAboutStack(urn) ? "The stack" : resourceText(urn));

function violationText(violation: ShownViolation): string {
  const { source, setting, declared } = violation;
  const about = aboutText(violation);
  const place = setting === undefined ? source : declared;
  const where = place === undefined ? "" : ` at ${placeText(place)}`;
  return `${about}${where}: ${violationParts(violation)
    .map((part) => prose(part))
    .join(" ")}`;
}

function resourceText(urn: string): string {
  return `${code(shortType(typeOf(urn)), 150)} ${code(nameOf(urn), 150)}`;
}

function placeText({ path, line }: SourcePosition): string {
  return code(`${path}:${line}`, 300);
}

function messageEntry({ severity, message, urn }: PreviewDocument["messages"][number]): string {
  const about = urn === "" || isAboutStack(urn) ? "" : ` of ${resourceText(urn)}`;
  return `- ${prose(severity, 30)}${about}:\n\n${block(message, 2000, "  ")}`;
}

function resourceCount({ resources }: PreviewDocument): Section {
  const visible = resources.filter(isDeclared);
  const counts = Map.groupBy(visible, ({ type }) => shortType(type));
  return {
    heading: `Resources (${visible.length})`,
    folded: true,
    entries: [...counts].map(([type, { length }]) => `- ${length} × ${code(type, 150)}`),
    priority: 8,
  };
}
