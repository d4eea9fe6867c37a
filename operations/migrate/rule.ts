import type { Node } from "libpg-query";
import type { Types } from "./types.ts";

/** What a rule knows besides the statement. */
export interface Script {
  /** Statements of the file; more than one within a block of code, which is a transaction at least. */
  statements: number;
  /** Whether it is the last statement of the file. */
  isLast: boolean;
  /** Types as the migrations before it made them. */
  types: Types;
  /** Whether the migrations made a table themselves. */
  isNew(table: string): boolean;
}

/** What this project finds in a parsed statement and squawk has no rule for. */
export interface Rule {
  name: string;
  /** Whether it refuses in production unless it is waived. */
  danger: boolean;
  message: string;
  help: string;
  /** Whether it is about the table, so that one that the migrations create themselves is none of its business. */
  ofTable: boolean;
  matches(node: Node, script: Script): boolean;
}
