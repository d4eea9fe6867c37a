import type { Step } from "../release/step.ts";

/** A host that hangs must not take the others' minutes; it is longer than the wait for what a host has. */
const callMs = 25_000;

/** What the steps of a rollback have in common: they record nothing, and end the same way. */
export function plain(name: string, title: string, limitMinutes: number): Omit<Step, "after"> {
  return {
    ...{ name, title, items: [], controls: [], approver: "devops", limitMinutes, callMs },
    back: "optropic rollback --finish",
  };
}
