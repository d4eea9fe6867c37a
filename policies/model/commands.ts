import type { AnyValue, Resource } from "../framework/index.ts";
import { InputValue } from "../framework/value.ts";

/** A variable that a command sets for what it starts. */
export interface Assignment {
  readonly name: string;
  /** Its text in the command, with the command's place; a text that the shell computes is left out. */
  readonly value: AnyValue;
}

/** Variables that a command sets: `NAME=value program`, `export NAME=value`, `env NAME=value`. */
export function assignments(resource: Resource, command: AnyValue): Assignment[] {
  const text = command.isUnknown ? "" : (command.string() ?? "");
  return [...text.matchAll(assignment)].flatMap(([, name = "", double, single, bare]) => {
    const value = single ?? double ?? bare ?? "";
    const isComputed = single === undefined && /[$`]/.test(value);
    return isComputed ? [] : [{ name, value: new InputValue(resource, command.path, value) }];
  });
}

// What `sh -c '…'` runs begins with a quote.
const assignment = /(?:^|[\s;&|("'])([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s;&|)"']*))/g;
