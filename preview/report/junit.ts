import { attributes, text } from "../../lib/xml.ts";
import type { PolicyOutcome, PreviewDocument } from "../document/document.ts";
import { isAboutStack, nameOf, shortType, typeOf } from "../engine/urn.ts";
import type { Report } from "./report.ts";
import { fixesOf, violationParts } from "./violation-text.ts";

/**
 * JUnit XML: a suite for each pack, a case for each policy. A mandatory violation is a failure; what is not
 * judged, waived or not applicable is skipped; an advisory violation passes and says what it found.
 */
export function junitReport({ project, stack, result }: Report): string {
  const name = `${project}/${stack}`;
  const suites =
    "document" in result
      ? [...Map.groupBy(result.document.policies, ({ pack }) => pack)].map(([pack, policies]) =>
          suite(
            pack,
            policies.map((policy) => policyCase(policy)),
            result.document.exceptions,
          ),
        )
      : [suite(name, [{ status: "errors", text: errorCase(name, result.error) }])];
  const seconds = "document" in result ? seconds3(result.document) : "0.000";
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `optropic preview ${name}`, ...counts(suites.flatMap(({ cases }) => cases)), time: seconds })}>`,
    ...suites.map(({ text }) => text),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Case {
  status: "passed" | "failures" | "errors" | "skipped";
  text: string;
}

interface Suite {
  cases: readonly Case[];
  text: string;
}

function suite(name: string, cases: readonly Case[], exceptions: readonly string[] = []): Suite {
  const open = `  <testsuite${attributes({ name, ...counts(cases) })}>`;
  const properties = exceptions.map(
    (value) => `      <property${attributes({ name: "exception", value })}/>`,
  );
  const listed = properties.length === 0 ? [] : ["    <properties>", ...properties, "    </properties>"];
  return { cases, text: [open, ...listed, ...cases.map(({ text }) => text), "  </testsuite>"].join("\n") };
}

function counts(cases: readonly Case[]): Record<string, number> {
  const count = (status: Case["status"]): number => cases.filter((each) => each.status === status).length;
  return {
    tests: cases.length,
    failures: count("failures"),
    errors: count("errors"),
    skipped: count("skipped"),
  };
}

function policyCase(policy: PolicyOutcome): Case {
  const { pack, name, status, enforcement, violations } = policy;
  const [place] = violations.flatMap(({ source }) => source ?? []);
  const open = `    <testcase${attributes({ classname: pack, name, ...(place && { file: place.path, line: place.line }) })}`;
  const details = violationTexts(policy).join("\n");
  const wrap = (content: string): string => `${open}>\n      ${content}\n    </testcase>`;
  switch (status) {
    case "violated":
      return enforcement === "mandatory"
        ? {
            status: "failures",
            text: wrap(
              `<failure${attributes({ message: summaryOf(policy), type: enforcement })}>${text(details)}</failure>`,
            ),
          }
        : { status: "passed", text: wrap(`<system-out>${text(details)}</system-out>`) };
    case "passed":
      return { status: "passed", text: `${open}/>` };
    case "not-applicable":
    case "unknown":
    case "elsewhere":
    case "waived": {
      const message = violations.length === 0 ? skipReasons[status] : `${skipReasons[status]}: ${details}`;
      return { status: "skipped", text: wrap(`<skipped${attributes({ message })}/>`) };
    }
  }
}

const skipReasons = {
  "not-applicable": "does not apply to this stack",
  unknown: "decided at deployment",
  elsewhere: "judged elsewhere",
  waived: "waived",
} as const;

function summaryOf({ description, items }: PolicyOutcome): string {
  return items.length === 0 ? description : `${description} (${items.join(", ")})`;
}

function violationTexts(policy: PolicyOutcome): string[] {
  const texts = policy.violations.map((violation) => {
    const { urn, source } = violation;
    const message = violationParts(violation).join("\n");
    const about = isAboutStack(urn) ? "" : `${shortType(typeOf(urn))} (${nameOf(urn)})`;
    const place = source === undefined ? "" : `${source.path}:${source.line}`;
    const where = [about, place].filter((part) => part !== "").join(" at ");
    return where === "" ? message : `${where}: ${message}`;
  });
  return [...texts, ...fixesOf(policy).map((fix) => `Fix: ${fix}`)];
}

function errorCase(name: string, error: { failure: string; message: string }): string {
  const [first = ""] = error.message.split("\n");
  return [
    `    <testcase${attributes({ classname: name, name: "preview" })}>`,
    `      <error${attributes({ message: first, type: error.failure })}>${text(error.message)}</error>`,
    "    </testcase>",
  ].join("\n");
}

function seconds3({ summary }: PreviewDocument): string {
  return (summary.durationMs / 1000).toFixed(3);
}
