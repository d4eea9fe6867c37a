import { createHash } from "node:crypto";
import type { Location, Log, ReportingDescriptor, Result } from "sarif";
import type { SourcePosition } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import {
  type Analysis,
  longestMessage,
  sarifLog,
  sarifMessage,
  sarifNotifications,
  sarifPlace,
} from "../../lib/sarif.ts";
import type { PolicyOutcome, PreviewDocument, ShownViolation } from "../document/document.ts";
import { nameOf } from "../engine/urn.ts";
import { type Failed, placedProblems, type Report } from "./report.ts";
import { waiverText } from "./violation-text.ts";

/**
 * SARIF 2.1.0: a rule for each policy, a result for each violation, at the line that declares the resource. What
 * passes has no result.
 */
export function sarifReport(report: Report): string {
  return jsonLine(sarifOf(report));
}

/** @param category of the analysis, where it is not that of the stack's preview */
export function sarifOf(
  { tool, project, stack, result }: Report,
  category = `optropic-preview/${project}/${stack}`,
): Log {
  return sarifLog({
    ...("document" in result ? judgedRun(result.document) : failedRun(result)),
    ...{ tool, category },
  });
}

/** Results kept: GitHub refuses a run with more. */
const mostResults = 25_000;

type Parts = Pick<Analysis, "rules" | "results" | "invocation">;

function judgedRun({ policies, summary, exceptions = [] }: PreviewDocument): Parts {
  const all = policies.flatMap((policy, ruleIndex) => results(policy, ruleIndex));
  const left = all.length - mostResults;
  const warnings = [
    ...(left > 0 ? [`${left} results are left out, those of mandatory policies last.`] : []),
    ...exceptions,
  ];
  return {
    rules: policies.map(rule),
    results: left <= 0 ? all : all.toSorted((one, other) => rank(one) - rank(other)).slice(0, mostResults),
    invocation: {
      executionSuccessful: true,
      exitCode: summary.mandatory > 0 ? 1 : 0,
      ...sarifNotifications("warning", warnings),
    },
  };
}

function rank({ level }: Result): number {
  return level === "error" ? 0 : 1;
}

function ruleId({ pack, name }: PolicyOutcome): string {
  return `${pack}/${name}`;
}

function rule(policy: PolicyOutcome): ReportingDescriptor {
  const { name, description, items, fix } = policy;
  return {
    id: ruleId(policy),
    name,
    shortDescription: sarifMessage(description || name),
    ...(fix !== undefined && { help: sarifMessage(fix) }),
    defaultConfiguration: { level: levelOf(policy), enabled: policy.enforcement !== "disabled" },
    properties: { tags: [...new Set(items)] },
  };
}

function levelOf({ enforcement }: PolicyOutcome): "error" | "warning" {
  return enforcement === "mandatory" ? "error" : "warning";
}

function results(policy: PolicyOutcome, ruleIndex: number): Result[] {
  const seen = new Map<string, number>();
  return policy.violations.map((violation) => {
    const before = seen.get(violation.urn) ?? 0;
    seen.set(violation.urn, before + 1);
    return {
      ruleId: ruleId(policy),
      ruleIndex,
      ...verdictOf(policy, violation),
      message: sarifMessage(sentences(policy, violation)),
      locations: [location(violation)],
      // The place to change comes first; where that is a setting, the resource is declared elsewhere.
      ...(violation.declared && {
        relatedLocations: [{ ...physical(violation.declared), message: { text: "Declares the resource." } }],
      }),
      partialFingerprints: { "policyAndResource/v1": fingerprint(policy, violation.urn, before) },
      ...placeOf(violation),
    };
  });
}

function placeOf({ property, setting }: ShownViolation): Pick<Result, "properties"> {
  return property === undefined && setting === undefined
    ? {}
    : {
        properties: {
          ...(property !== undefined && { property }),
          ...(setting !== undefined && { setting }),
        },
      };
}

/** What was found, what was expected where the rule does not say it, and how to fix it. */
function sentences(policy: PolicyOutcome, { message: found, expected, fix, status }: ShownViolation): string {
  const how = fix ?? policy.fix;
  const isWrong = (status ?? policy.status) === "violated" || status === "unproved";
  return [
    found || policy.description || policy.name,
    ...(expected === undefined ? [] : [`Expected: ${expected}`]),
    ...(how === undefined || !isWrong ? [] : [`Fix: ${how}`]),
  ].join(" ");
}

/** A waived violation is one that somebody accepted; an unknown one is open until the deployment. */
function verdictOf(
  policy: PolicyOutcome,
  { message: text, status, waiver }: ShownViolation,
): Pick<Result, "level" | "kind" | "suppressions"> {
  switch (status ?? policy.status) {
    case "unknown":
    case "elsewhere":
      return { kind: "open", level: "none" };
    case "waived":
      return {
        level: "note",
        suppressions: [
          {
            kind: "external",
            status: "accepted",
            justification: (waiver === undefined ? text : waiverText(waiver)).slice(0, longestMessage),
          },
        ],
      };
    default:
      return { level: levelOf(policy) };
  }
}

/** Stays the same while the policy objects to the same resource, wherever it moves in its file. */
function fingerprint({ pack, name }: PolicyOutcome, urn: string, index: number): string {
  return createHash("sha256")
    .update(JSON.stringify([pack, name, urn, index]))
    .digest("hex");
}

/** GitHub refuses a run with a result that is nowhere. */
const anywhere: SourcePosition = { path: "Pulumi.yaml", line: 1, column: 1 };

function location({ urn, source = anywhere }: ShownViolation): Location {
  return {
    ...physical(source),
    ...(urn !== "" && {
      logicalLocations: [{ fullyQualifiedName: urn, name: nameOf(urn), kind: "resource" }],
    }),
  };
}

function physical({ path, line, column }: SourcePosition): Pick<Location, "physicalLocation"> {
  return sarifPlace(path, line, column);
}

const failureRule = "preview/could-not-tell";

/** A preview that could not tell: the error as it is, and a result at each place that is known to be wrong. */
function failedRun(result: Failed): Parts {
  const { error } = result;
  const problems = placedProblems(result);
  const notification = {
    level: "error" as const,
    message: sarifMessage(error.message),
    descriptor: { id: failureRule },
    properties: { failure: error.failure },
    ...(problems.length > 0 && { locations: problems.map(({ source }) => physical(source)) }),
  };
  return {
    rules: [
      {
        id: failureRule,
        shortDescription: { text: "The preview must be able to judge the stack." },
        defaultConfiguration: { level: "error" },
      },
    ],
    results: problems.map(({ message: text, source }) => ({
      ruleId: failureRule,
      ruleIndex: 0,
      level: "error",
      message: sarifMessage(text),
      locations: [physical(source)],
    })),
    invocation: {
      executionSuccessful: false,
      exitCode: 2,
      toolExecutionNotifications: [notification],
    },
  };
}
