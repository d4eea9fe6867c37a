import { type JunitCase, junitXml } from "../../lib/junit.ts";
import { attributes } from "../../lib/xml.ts";
import type { ReportDocument, ReportedItem } from "./document.ts";

/**
 * JUnit XML: a suite for each section, a case for each item. What does not hold is a failure, what nothing
 * could tell or what is stale an error, and what is waived, not applicable or not due is skipped.
 */
export function junitReport({ project, stack, sections, items }: ReportDocument): string {
  const suites = sections.map(({ section }) => ({
    name: section,
    cases: items.filter((item) => item.section === section).map(itemCase),
  }));
  return junitXml(`optropic report ${project}/${stack}`, suites);
}

function partOf({ verdict, blocks }: ReportedItem): JunitCase["part"] {
  if (verdict === "holds") return "passed";
  if (!blocks) return "skipped";
  return verdict === "does-not-hold" ? "failure" : "error";
}

function itemCase(item: ReportedItem): JunitCase {
  const part = partOf(item);
  const open = `    <testcase${attributes({ classname: item.section, name: `${item.id} ${item.text}` })}`;
  if (part === "passed") return { part, xml: `${open}/>` };
  const said = attributes({ message: item.reason, ...(part !== "skipped" && { type: item.verdict }) });
  return { part, xml: `${open}>\n      <${part}${said}/>\n    </testcase>` };
}
