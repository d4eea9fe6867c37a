import { type JunitCase, type JunitSuite, junitXml } from "../../lib/junit.ts";
import { attributes, text } from "../../lib/xml.ts";
import type { PolicyOutcome } from "../document/document.ts";
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
          suite(pack, policies, result.document.exceptions),
        )
      : [{ name, cases: [errorCase(name, result.error)] }];
  const durationMs = "document" in result ? result.document.summary.durationMs : 0;
  return junitXml(`optropic preview ${name}`, suites, durationMs);
}

function suite(
  name: string,
  policies: readonly PolicyOutcome[],
  exceptions: readonly string[] = [],
): JunitSuite {
  const properties = exceptions.map(
    (value) => `      <property${attributes({ name: "exception", value })}/>`,
  );
  const before = properties.length === 0 ? [] : ["    <properties>", ...properties, "    </properties>"];
  return { name, before, cases: policies.map(policyCase) };
}

function policyCase(policy: PolicyOutcome): JunitCase {
  const { pack, name, status, enforcement, violations } = policy;
  const [place] = violations.flatMap(({ source }) => source ?? []);
  const open = `    <testcase${attributes({ classname: pack, name, ...(place && { file: place.path, line: place.line }) })}`;
  const details = violationTexts(policy).join("\n");
  const wrap = (content: string): string => `${open}>\n      ${content}\n    </testcase>`;
  switch (status) {
    case "violated":
      return enforcement === "mandatory"
        ? {
            part: "failure",
            xml: wrap(
              `<failure${attributes({ message: summaryOf(policy), type: enforcement })}>${text(details)}</failure>`,
            ),
          }
        : { part: "passed", xml: wrap(`<system-out>${text(details)}</system-out>`) };
    case "passed":
      return { part: "passed", xml: `${open}/>` };
    case "not-applicable":
    case "unknown":
    case "elsewhere":
    case "waived": {
      const message = violations.length === 0 ? skipReasons[status] : `${skipReasons[status]}: ${details}`;
      return { part: "skipped", xml: wrap(`<skipped${attributes({ message })}/>`) };
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

function errorCase(name: string, error: { failure: string; message: string }): JunitCase {
  const [first = ""] = error.message.split("\n");
  const lines = [
    `    <testcase${attributes({ classname: name, name: "preview" })}>`,
    `      <error${attributes({ message: first, type: error.failure })}>${text(error.message)}</error>`,
    "    </testcase>",
  ];
  return { part: "error", xml: lines.join("\n") };
}
