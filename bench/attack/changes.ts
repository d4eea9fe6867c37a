/** What a mutation does to a platform. */
export type Operator = "remove" | "weaken" | "widen" | "reroute" | "rename" | "empty" | "add" | "unknown";

/** Another value in place of one. */
export interface Change {
  readonly operator: Operator;
  readonly to: unknown;
  /** What tells this change from others of its operator, where the new value is too long to show. */
  readonly note?: string;
}
