import { counted } from "../../lib/text.ts";

/** Whether code that is older than the schema can work with it. */
export interface SchemaVerdict {
  state: "compatible" | "incompatible" | "unknown";
  summary: string;
}

/** Judges the migrations between two commits, the older first. */
export type SchemaJudge = (from: string, to: string, signal: AbortSignal) => Promise<SchemaVerdict>;

/** Asks Git; undefined where it cannot answer. */
export type Git = (args: readonly string[]) => Promise<string | undefined>;

/** SQL after which code that knows only the older schema may fail. */
const contracting =
  /\b(?:drop\s+(?:table|column|view|type|schema|function)|rename\s+(?:to|column)|set\s+not\s+null|alter\s+column\s+\S+\s+(?:set\s+data\s+)?type|add\s+constraint|truncate|create\s+unique\s+index)\b/i;

/**
 * Judges by the texts of the migrations that came with the release. No migration between the commits is compatible, and
 * one that takes something away is not; any other is not known to be either: SQL can do more than a text search sees.
 */
export function judgeByText(git: Git, folder: string): SchemaJudge {
  return async (from, to) => {
    const listed = await git(["diff", "--name-only", "--diff-filter=ACMR", `${from}..${to}`, "--", folder]);
    if (listed === undefined) {
      return {
        state: "unknown",
        summary: `Git cannot compare ${from.slice(0, 12)} and ${to.slice(0, 12)} here: fetch both with their history`,
      };
    }
    const files = listed.split("\n").filter((path) => path.endsWith(".sql"));
    if (files.length === 0) {
      return { state: "compatible", summary: "No migration came with the release" };
    }
    const contracts: string[] = [];
    for (const file of files) {
      const text = await git(["show", `${to}:${file}`]);
      if (text === undefined || contracting.test(withoutComments(text))) contracts.push(file);
    }
    return contracts.length > 0
      ? {
          state: "incompatible",
          summary: `Takes away or tightens what the earlier code may use: ${contracts.slice(0, 5).join(", ")}`,
        }
      : {
          state: "unknown",
          summary: `${counted(files.length, "migration")} came with the release and seem only to add; whether the earlier code works with them is not proved`,
        };
  };
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}
