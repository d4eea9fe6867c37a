import type { PolicyOutcome, ShownViolation } from "../document/document.ts";
import { findingKey } from "../document/findings.ts";

/** Policies of one level that object to exactly the same, and to what. */
export interface Merged {
  readonly first: PolicyOutcome;
  readonly others: readonly PolicyOutcome[];
  readonly violations: readonly MergedViolation[];
}

export interface MergedViolation {
  readonly violation: ShownViolation;
  /** The policy above that has shown the same, which is not shown again. */
  readonly shownBy?: string;
}

/** Every finding once: policies with the same findings become one entry, and what an entry above has shown is named. */
export function merged(policies: readonly PolicyOutcome[]): Merged[] {
  const groups = new Map<string, [PolicyOutcome, ...PolicyOutcome[]]>();
  for (const policy of policies) {
    const keys = new Set(policy.violations.map(findingKey));
    // Without a violation of its own, a policy shares nothing.
    const key = JSON.stringify(
      keys.size === 0 ? [policy.pack, policy.name] : [policy.enforcement, policy.status, ...keys],
    );
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [policy]);
    else group.push(policy);
  }
  const shown = new Map<string, string>();
  return [...groups.values()].map(([first, ...others]) => ({
    first,
    others,
    violations: once(first.violations).map((violation) => {
      const key = findingKey(violation);
      const shownBy = shown.get(key);
      if (shownBy === undefined) shown.set(key, first.name);
      return shownBy === undefined ? { violation } : { violation, shownBy };
    }),
  }));
}

function once(violations: readonly ShownViolation[]): ShownViolation[] {
  return [...new Map(violations.map((violation) => [findingKey(violation), violation])).values()];
}
