import type { Location, Log, Notification, ReportingDescriptor, Result, Run } from "sarif";
import { printableText } from "./text.ts";

/** What one analysis has to say; all around it is the same for every report. */
export interface Analysis {
  /** Name and version of the command. */
  readonly tool: { readonly name: string; readonly version: string };
  /** Keeps the results of one analysis from taking the place of another's. */
  readonly category: string;
  readonly rules: ReportingDescriptor[];
  readonly results: Result[];
  readonly invocation: NonNullable<Run["invocations"]>[number];
}

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) with one run. */
export function sarifLog({ tool, category, rules, results, invocation }: Analysis): Log {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: tool.name, semanticVersion: tool.version, rules } },
        automationDetails: { id: `${category}/` },
        invocations: [invocation],
        originalUriBaseIds: { [root]: { description: { text: "The root of the repository." } } },
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  };
}

const root = "%SRCROOT%";

/** A place in a file of the repository, whose path is from its root. */
export function sarifPlace(path: string, line: number, column?: number): Pick<Location, "physicalLocation"> {
  return {
    physicalLocation: {
      artifactLocation: { uri: sarifAddress(path), uriBaseId: root },
      region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
    },
  };
}

/** What kept an analysis from its end, or from being exact. */
export function sarifNotifications(
  level: "error" | "warning",
  texts: readonly string[],
): { toolExecutionNotifications?: Notification[] } {
  const shown = texts.slice(0, mostNotifications);
  return shown.length === 0
    ? {}
    : { toolExecutionNotifications: shown.map((text) => ({ level, message: sarifMessage(text) })) };
}

/** Notifications kept; the report that people read has them all. */
const mostNotifications = 1000;

/** Characters kept of one message. */
export const longestMessage = 20_000;

/** Text that is shown and never obeyed, in which SARIF reads no link and no placeholder (sections 3.11.5 and 3.11.6 of the standard). */
export function sarifMessage(text: string): { text: string } {
  const kept = printableText(text.slice(0, longestMessage).toWellFormed());
  const unlinked = /\]\s*\(/.test(kept) ? kept.replaceAll(/[\\[\]]/g, "\\$&") : kept;
  return { text: unlinked.replaceAll(/\{(?=\d+\})/g, "{{").replaceAll(/(?<=\{\{\d+)\}/g, "}}") };
}

/** Address of a file in the repository, from its root, where SARIF wants one. */
export function sarifAddress(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
