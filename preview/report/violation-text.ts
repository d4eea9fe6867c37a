import type { PolicyOutcome, ShownViolation } from "../document/document.ts";

/** What a report says of a violation, a sentence or a labelled part each, without where it is. */
export function violationParts({ message, expected, setting, source, waiver }: ShownViolation): string[] {
  const place = source === undefined ? "" : ` at ${source.path}:${source.line}`;
  return [
    message,
    ...(expected === undefined ? [] : [`Expected: ${expected}`]),
    ...(setting === undefined ? [] : [`Setting: ${setting}${place}`]),
    ...(waiver === undefined ? [] : [waiverText(waiver)]),
  ];
}

export function waiverText({ until, approvedBy, reason }: NonNullable<ShownViolation["waiver"]>): string {
  return `Waived until ${until}, approved by ${approvedBy}: ${reason}`;
}

/** How to fix what a policy objects to, each way once; empty where it is not violated. */
export function fixesOf({ status, fix, violations }: PolicyOutcome): string[] {
  if (status !== "violated") return [];
  const all = violations.length === 0 ? [fix] : violations.map((violation) => violation.fix ?? fix);
  return [...new Set(all)].filter((text) => text !== undefined);
}
