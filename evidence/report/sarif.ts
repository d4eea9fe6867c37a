import type { Location, ReportingDescriptor, Result } from "sarif";
import { jsonLine } from "../../lib/json.ts";
import { sarifLog, sarifMessage, sarifNotifications, sarifPlace } from "../../lib/sarif.ts";
import { printable } from "../../lib/text.ts";
import { sha256 } from "../digest.ts";
import type { ReportDocument, ReportedControl, ReportedItem } from "./document.ts";

/**
 * SARIF 2.1.0: a rule for each item, and a result for each item that is due and does not hold. What blocks is an
 * error, what only advises a note; a waiver is a suppression that was accepted.
 */
export function sarifReport(document: ReportDocument): string {
  const { tool, project, stack, items, evidence, decision } = document;
  return jsonLine(
    sarifLog({
      tool,
      category: `optropic-decision/${project}/${stack}`,
      rules: items.map(rule),
      results: items.flatMap((item, ruleIndex) => results(item, ruleIndex, stack)),
      invocation: {
        executionSuccessful: evidence.problems.length === 0,
        endTimeUtc: document.at,
        exitCode: decision === "go" ? 0 : 1,
        ...sarifNotifications("error", evidence.problems),
      },
    }),
  );
}

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
      : printable(`${waiver.reason} (approved by ${waiver.approver}, until ${waiver.until})`);
  return [
    { ...base, level: "note", suppressions: [{ kind: "external", status: "accepted", justification }] },
  ];
}

/** GitHub refuses a run with a result that is nowhere: what no file declares is a matter of the stack. */
function location(control: ReportedControl | undefined, stack: string): Location {
  const { path, line } = control?.place ?? { path: `Pulumi.${stack}.yaml`, line: 1 };
  return {
    ...sarifPlace(path, line),
    ...(control !== undefined && {
      logicalLocations: [
        { name: control.name, kind: "control", fullyQualifiedName: `${control.kind}:${control.name}` },
      ],
    }),
  };
}
