import type { Control, ItemId } from "../checklist/items.ts";
import type { RunKind } from "./statement.ts";

/** A control as the code registers it. */
export interface RegisteredControl {
  kind: Control;
  /** Unique among the controls of its kind. */
  name: string;
  /** One sentence: what it asks for. */
  title: string;
  items: readonly ItemId[];
  /** What kind of run finds it; `decision` is worked out from the other items. */
  run: RunKind | "decision";
  /** Kinds of controls that the item asks for and this version does not have: a person signs in their place. */
  standsFor?: readonly Control[];
  /** It never blocks its items: the checklist calls them optional. */
  advisory?: boolean;
}

/** What identifies a control: its kind and its name. */
export function controlKey({ kind, name }: { kind: Control; name: string }): string {
  return `${kind}:${name}`;
}
