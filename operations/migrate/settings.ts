import type { Node, VariableSetStmt } from "libpg-query";
import { callsOf, constantOf } from "./inside.ts";

/** A setting that a statement changes for what follows it. */
export interface Setting {
  /** Empty where all are taken back, undefined where only the server knows the name. */
  name: string | undefined;
  /** What it becomes; undefined for its default, and for what only the server knows. */
  values: string[] | undefined;
}

/** What SET, RESET, DISCARD ALL and set_config() change in the session of a migration. */
export function settingsOf(node: Node): Setting[] {
  if ("DiscardStmt" in node) {
    return node.DiscardStmt.target === "DISCARD_ALL" ? [{ name: "", values: undefined }] : [];
  }
  if ("VariableSetStmt" in node) return [settingIn(node.VariableSetStmt)];
  return callsOf(node)
    .filter(({ name }) => name === "set_config")
    .map(({ args: [name, value] }) => {
      const text = constantOf(value);
      return { name: constantOf(name)?.toLowerCase(), values: text === undefined ? undefined : listIn(text) };
    });
}

export function settingIn({ kind, name = "", args = [] }: VariableSetStmt): Setting {
  const values = args.map((each) => constantOf(each));
  const isKnown = kind === "VAR_SET_VALUE" && values.every((each) => each !== undefined);
  return { name: name.toLowerCase(), values: isKnown ? values : undefined };
}

/** Of `app, "$user"` each part. */
function listIn(text: string): string[] {
  return text.split(",").map((each) => each.trim().replace(/^"(.*)"$/, "$1"));
}

/** A time limit above 0 and below a minute. */
export function isShortLimit({ values }: Setting): boolean {
  const [text = ""] = values ?? [];
  return values?.length === 1 && /^\s*0*[1-9]\d*(?:\.\d+)?\s*(?:us|ms|s)?\s*$/.test(text);
}

/** Whether names without a schema still mean those of `public`, or nothing at all. */
export function keepsPublic({ values }: Setting): boolean {
  const [first] = values ?? [];
  return values === undefined || first === "" || first === "public" || first === "pg_catalog";
}
