import type { Result, Run } from "../../evidence/statement.ts";

/** A run for tests, with one result unless others are given. */
export function runOf(changes: Partial<Run> = {}): Run {
  const finishedAt = changes.finishedAt ?? "2026-11-28T12:00:00.000Z";
  return {
    kind: "verify",
    project: "optropic",
    stack: "production",
    tool: { name: "optropic", version: "3.0.0" },
    startedAt: finishedAt,
    finishedAt,
    parents: [],
    results: [resultOf({ at: finishedAt })],
    ...changes,
  };
}

export function resultOf(changes: Partial<Result> = {}): Result {
  return {
    control: { kind: "probe", name: "https-redirect" },
    items: ["4.2"],
    state: "holds",
    summary: "http://optropic.example redirects to https with 308",
    at: "2026-11-28T12:00:00.000Z",
    ...changes,
  };
}
