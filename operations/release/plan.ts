import type { Contact } from "../../evidence/owners.ts";
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
  const blocks = steps.map(({ name, title, items, approver, limitMinutes, actions = [], back }, index) =>
    [
      `${String(index + 1).padStart(2)}. ${name}${items.length > 0 ? ` (${items.join(", ")})` : ""}`,
      `    ${title}`,
      ...actions.map(({ does }) => `    - ${does}`),
      `    Answers for it: ${contacts[approver]}. Within ${formatMinutes(limitMinutes)}. Way back: ${back}`,
    ].join("\n"),
  );
  return `Release ${version}, ${steps.length} steps:\n\n${blocks.join("\n\n")}\n`;
}
