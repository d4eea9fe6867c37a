/** What a policy objects to, or cannot tell: the one form in which packs, previews and reports have it. */
export interface Violation {
  /** Name of the policy. */
  readonly policy: string;
  /** Items of the checklist that it concerns; another pack may have ids of its own. */
  readonly items: readonly string[];
  /** URN of the resource; undefined where it is about the stack itself. */
  readonly resource?: string;
  /** Path of the property within the resource, such as `rules[0].action`. */
  readonly property?: string;
  /** Path of the setting that it came from, such as `waivers[2].until`, without the project's namespace. */
  readonly setting?: string;
  /**
   * `violated`: it is wrong. `unknown`: only the update can tell. `unproved`: the policy cannot read what it
   * would have to prove, which refuses as a violation does.
   */
  readonly kind: "violated" | "unknown" | "unproved";
  /** What was found, in a sentence; of what is unknown or unproved, why. */
  readonly found: string;
  /** What must hold, in a sentence. A message of another pack may not say it. */
  readonly expected?: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Set where somebody accepted it. */
  readonly waiver?: ViolationWaiver;
}

/** Who accepted a violation, why, and up to and including which day (YYYY-MM-DD, UTC). */
export interface ViolationWaiver {
  readonly until: string;
  readonly approvedBy: string;
  readonly reason: string;
}

/** A path of property names and list indices as text: `rules[0].name`, `headers["X-Frame-Options"]`. */
export function propertyPath(steps: readonly string[]): string {
  return steps
    .map((step, index) => {
      if (/^\d+$/.test(step)) return `[${step}]`;
      if (!/^[\w$-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
