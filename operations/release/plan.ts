import type { Contact } from "../../evidence/owners.ts";
import { counted, listed } from "../../lib/text.ts";
import { formatMinutes } from "../../lib/units.ts";
import type { Step } from "./step.ts";

export type Contacts = Readonly<Record<Contact, string>>;

/** Every step of a release, for programs. */
export function planDocument(version: string, steps: readonly Step[], contacts: Contacts) {
  return {
    version,
    steps: steps.map(({ name, title, items, controls, approver, limitMinutes, actions = [], back }) => ({
      name,
      title,
      items,
      controls: controls.map(({ kind, name: control }) => ({ kind, name: control })),
      approver: contacts[approver],
      limitMinutes,
      actions: actions.map(({ name: action, does }) => ({ name: action, does })),
      back,
    })),
  };
}

/** The same for people. */
export function planText(version: string, steps: readonly Step[], contacts: Contacts): string {
  const blocks = steps.map((step, index) => {
    const { name, title, items, approver, limitMinutes, actions = [], back } = step;
    return [
      `${String(index + 1).padStart(2)}. ${name}${items.length > 0 ? ` (${items.join(", ")})` : ""}`,
      `    ${title}`,
      ...actions.map(({ does }) => `    - ${does}`),
      ...(actions.length === 0 ? ["    - Looks only, and changes nothing."] : []),
      ...alarmOf(step),
      `    Approver: ${contacts[approver]}. Time limit: ${shortMinutes(limitMinutes)}. Way back: ${back}`,
    ].join("\n");
  });
  return `Release ${version}, ${counted(steps.length, "step")}, each after the one before:\n\n${blocks.join("\n\n")}\n`;
}

/** What happens where a step does not hold, beside that the release stops. */
function alarmOf({ alarms, rollsBack }: Step): string[] {
  const told = alarms?.({ state: "failed", summary: "" }).map(({ name }) => name) ?? [];
  const says = told.length === 0 ? "" : ` people are told at once by ${listed(told, "and")}.`;
  const goes =
    rollsBack === true ? " With --auto-rollback or rollout.autoRollback the release goes back." : "";
  return says === "" && goes === "" ? [] : [`    If it does not hold:${says}${goes}`];
}

/** Without the smaller unit where that is zero. */
function shortMinutes(minutes: number): string {
  return formatMinutes(minutes).replace(/ 0 (?:min|h)$/, "");
}
