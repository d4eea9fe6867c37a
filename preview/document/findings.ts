import type { PolicyOutcome, ShownFinding, ShownViolation } from "./document.ts";

/** What tells one finding from another: where it is and what was found, whichever policy says it. */
export function findingKey({ urn, property, setting, message, status }: ShownViolation): string {
  return JSON.stringify([urn, property, setting, message, status]);
}

/** What policies object to, each once with every policy and item that it concerns; what is waived is not among them. */
export function findingsOf(policies: readonly PolicyOutcome[]): ShownFinding[] {
  const findings = new Map<string, ShownFinding>();
  for (const { name, items, status, enforcement, violations } of policies) {
    if (status !== "violated") continue;
    for (const violation of violations) {
      if (violation.status === "waived" || violation.status === "unknown") continue;
      const { urn, property, setting, message } = violation;
      const key = findingKey(violation);
      const before = findings.get(key);
      findings.set(key, {
        urn,
        message,
        ...(property !== undefined && { property }),
        ...(setting !== undefined && { setting }),
        enforcement: before?.enforcement === "mandatory" ? "mandatory" : enforcement,
        policies: [...new Set([...(before?.policies ?? []), name])],
        items: [...new Set([...(before?.items ?? []), ...items])],
      });
    }
  }
  return [...findings.values()];
}
