import type { AnyValue } from "../framework/index.ts";
import { logsStatements } from "../values/statement-logging.ts";

/** The first of a server's settings that writes statements into the log, as `name = value`. Throws UnknownRead. */
export function statementSetting(settings: readonly (readonly [string, AnyValue])[]): string | undefined {
  for (const [name, value] of settings) {
    const text = value.string() ?? (value.number() ?? value.boolean())?.toString();
    if (text !== undefined && logsStatements(name, text)) return `${name} = ${text}`;
  }
  return undefined;
}
