import { attributes } from "./xml.ts";

export interface JunitCase {
  readonly part: "passed" | "failure" | "error" | "skipped";
  /** The element `testcase`, as it stands in its suite. */
  readonly xml: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
  /** Lines before its cases, such as properties. */
  readonly before?: readonly string[];
}

/**
 * A document of JUnit XML, in which each suite and all of them together count their cases.
 *
 * @param durationMs how long it took in milliseconds; left out where nobody measured that
 */
export function junitXml(name: string, suites: readonly JunitSuite[], durationMs?: number): string {
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...counts(all), ...(durationMs !== undefined && { time: junitSeconds(durationMs) }) })}>`,
    ...suites.flatMap(({ name: suite, cases, before = [] }) => [
      `  <testsuite${attributes({ name: suite, ...counts(cases) })}>`,
      ...before,
      ...cases.map(({ xml }) => xml),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

export function junitSeconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

function counts(cases: readonly JunitCase[]): Record<string, number> {
  const count = (part: JunitCase["part"]): number => cases.filter((each) => each.part === part).length;
  return {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}
