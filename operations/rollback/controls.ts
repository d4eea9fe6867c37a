import type { RegisteredControl } from "../../evidence/registered.ts";

/** What a rollback records. */
export const rollbackControls = {
  announced: {
    kind: "gate",
    name: "rollback-announced",
    title: "The stakeholders must know of the rollback.",
    items: ["R.1"],
    run: "rollback",
  },
  report: {
    kind: "gate",
    name: "incident-report",
    title: "The incident report must be written from the evidence.",
    items: ["R.2"],
    run: "rollback",
  },
} as const satisfies Record<string, RegisteredControl>;

/** What a rehearsal of the rollback records, for the stack that it speaks for. */
export const rehearsalControl: RegisteredControl = {
  kind: "docs",
  name: "rollback-rehearsed",
  title: "The rollback must have been rehearsed within its time.",
  items: ["8.8"],
  run: "rollback",
};
