/** What a control says of an item, everywhere in this project. Missing is never a pass. */
export const controlStates = [
  "holds",
  "does-not-hold",
  /** Nothing could tell: the reason says why. */
  "unknown",
  /** It does not hold, and a waiver accepts that until a day. */
  "waived",
  "not-applicable",
] as const;

export type ControlState = (typeof controlStates)[number];

/** What the decision adds to what was found: time has passed, or the moment has not come. */
export const itemVerdicts = [...controlStates, "stale", "not-due"] as const;

export type ItemVerdict = (typeof itemVerdicts)[number];

/** States of a control, the worst first. */
export const severity: readonly ControlState[] = [
  "does-not-hold",
  "unknown",
  "waived",
  "holds",
  "not-applicable",
];
