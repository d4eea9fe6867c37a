import type { AnyValue } from "../framework/index.ts";
import { InputValue } from "../framework/value.ts";
import type { Variable } from "./host.ts";

/**
 * Variables that a command sets for what it starts, in place of those of its host: `NAME=value program`,
 * `export NAME=value`, `env NAME=value`. Each value has the command's place; a text that the shell computes is left out.
 */
export function variablesSetBy(command: AnyValue): Variable[] {
  const { resource } = command;
  const text = command.isUnknown ? "" : (command.string() ?? "");
  return [...text.matchAll(assignment)].flatMap(([, name = "", double, single, bare]) => {
    const value = single ?? double ?? bare ?? "";
    const isComputed = single === undefined && /[$`]/.test(value);
    return isComputed
      ? []
      : [{ resource, name: () => name, value: new InputValue(resource, command.path, value) }];
  });
}

// What `sh -c '…'` runs begins with a quote.
const assignment = /(?:^|[\s;&|("'])([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s;&|)"']*))/g;
