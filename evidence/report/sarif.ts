import type { Location, Log, ReportingDescriptor, Result, Run } from "sarif";
import { jsonLine } from "../../lib/json.ts";
import { sarifAddress, sarifMessage } from "../../lib/sarif-text.ts";
import { sha256 } from "../digest.ts";
import type { ReportDocument, ReportedControl, ReportedItem } from "./document.ts";

/**
 * SARIF 2.1.0: a rule for each item, and a result for each item that is due and does not hold. What blocks is an
 * error, what only advises a note; a waiver is a suppression that was accepted.
 */
export function sarifReport(document: ReportDocument): string {
  const { tool, project, stack, items, evidence, decision } = document;
  const run: Run = {
    tool: { driver: { name: tool.name, semanticVersion: tool.version, rules: items.map(rule) } },
    // Keeps the results of one stack from taking the place of another's.
    automationDetails: { id: `optropic-decision/${project}/${stack}/` },
    invocations: [
      {
        executionSuccessful: evidence.problems.length === 0,
        endTimeUtc: document.at,
        exitCode: decision === "go" ? 0 : 1,
        ...(evidence.problems.length > 0 && {
          toolExecutionNotifications: evidence.problems
            .slice(0, 1000)
            .map((problem) => ({ level: "error" as const, message: sarifMessage(problem) })),
        }),
      },
    ],
    originalUriBaseIds: { [root]: { description: { text: "The root of the repository." } } },
    columnKind: "utf16CodeUnits",
    results: items.flatMap((item, ruleIndex) => results(item, ruleIndex, stack)),
  };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return jsonLine(log);
}

const root = "%SRCROOT%";

function rule({ id, text, section }: ReportedItem): ReportingDescriptor {
  return {
    id,
    shortDescription: sarifMessage(text),
    fullDescription: sarifMessage(`${section}: ${text}`),
    properties: { tags: [section] },
  };
}

function results(item: ReportedItem, ruleIndex: number, stack: string): Result[] {
  const { id, verdict, blocks, reason, controls } = item;
  if (["holds", "not-applicable", "not-due"].includes(verdict)) return [];
  const shown = controls.find((control) => control.verdict === verdict);
  const base: Result = {
    ruleId: id,
    ruleIndex,
    message: sarifMessage(`${reason}.`),
    locations: [location(shown, stack)],
    partialFingerprints: { "itemAndStack/v1": sha256(JSON.stringify([id, stack])) },
    properties: { verdict, owner: item.owner },
  };
  if (verdict !== "waived") return [{ ...base, level: blocks ? "error" : "note" }];
  const waiver = shown?.waiver;
  const justification =
    waiver === undefined
      ? reason
      : `${waiver.reason} (approved by ${waiver.approver}, until ${waiver.until})`;
  return [
    { ...base, level: "note", suppressions: [{ kind: "external", status: "accepted", justification }] },
  ];
}

/** GitHub refuses a run with a result that is nowhere: what no file declares is a matter of the stack. */
function location(control: ReportedControl | undefined, stack: string): Location {
  const { path, line } = control?.place ?? { path: `Pulumi.${stack}.yaml`, line: 1 };
  return {
    physicalLocation: {
      artifactLocation: { uri: sarifAddress(path), uriBaseId: root },
      region: { startLine: line },
    },
    ...(control !== undefined && {
      logicalLocations: [
        { name: control.name, kind: "control", fullyQualifiedName: `${control.kind}:${control.name}` },
      ],
    }),
  };
}
