import { attributes } from "../../lib/xml.ts";
import type { ReportDocument, ReportedItem } from "./document.ts";

/**
 * JUnit XML: a suite for each section, a case for each item. What does not hold is a failure, what nothing
 * could tell or what is stale an error, and what is waived, not applicable or not due is skipped.
 */
export function junitReport(document: ReportDocument): string {
  const suites = document.sections.map(({ section }) => {
    const items = document.items.filter((item) => item.section === section);
    return [
      `  <testsuite${attributes({ name: section, ...counts(items) })}>`,
      ...items.map(itemCase),
      "  </testsuite>",
    ].join("\n");
  });
  const name = `optropic report ${document.project}/${document.stack}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...counts(document.items) })}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function counts(items: readonly ReportedItem[]): Record<string, number> {
  const count = (part: ReturnType<typeof partOf>): number =>
    items.filter((item) => partOf(item) === part).length;
  return {
    tests: items.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

function partOf({ verdict, blocks }: ReportedItem): "failure" | "error" | "skipped" | "passed" {
  if (verdict === "holds") return "passed";
  if (!blocks) return "skipped";
  return verdict === "does-not-hold" ? "failure" : "error";
}

function itemCase(item: ReportedItem): string {
  const part = partOf(item);
  const open = `    <testcase${attributes({ classname: item.section, name: `${item.id} ${item.text}` })}`;
  if (part === "passed") return `${open}/>`;
  return `${open}>\n      <${part}${attributes({ message: item.reason, ...(part !== "skipped" && { type: item.verdict }) })}/>\n    </testcase>`;
}
