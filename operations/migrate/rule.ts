import type { Node } from "libpg-query";

/** What this project finds in a parsed statement and squawk has no rule for. */
export interface Rule {
  name: string;
  /** Whether it refuses in production unless it is waived. */
  danger: boolean;
  message: string;
  help: string;
  /** Whether it is about the table, so that one that the migrations create themselves is none of its business. */
  ofTable: boolean;
  matches(node: Node, script: { statements: number }): boolean;
}
