import type { Step } from "../release/step.ts";

/** What the steps of a rollback have in common: they record nothing, and end the same way. */
export function plain(name: string, title: string, limitMinutes: number): Omit<Step, "after"> {
  return {
    ...{ name, title, items: [], controls: [], approver: "devops", limitMinutes },
    back: "optropic rollback --finish",
  };
}
