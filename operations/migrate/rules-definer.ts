import type { Node } from "libpg-query";
import { isOn, lastName, optionsIn } from "./commands.ts";
import type { Statement } from "./parse.ts";
import type { ScriptFinding } from "./rules-script.ts";
import { type Setting, settingIn } from "./settings.ts";

/** What a script leaves of a function that it creates or alters. */
interface Definer {
  statement: Statement;
  isDefiner: boolean;
  hasPath: boolean;
  /** Only the server calls it. */
  isTrigger: boolean;
  isForEverybody: boolean;
}

/**
 * SECURITY DEFINER lets code run with the rights of its owner: for everybody, since PostgreSQL lets PUBLIC call a new
 * function, and with tables of the caller's choice, unless search_path is fixed.
 *
 * @param isClosed whether default privileges keep PUBLIC from functions that are new at a statement
 */
export function definersIn(
  statements: readonly Statement[],
  isClosed: (statement: Statement) => boolean,
): ScriptFinding[] {
  const functions = new Map<string, Definer>();
  for (const statement of statements) follow(functions, statement, isClosed(statement));
  return [...functions.values()].flatMap(({ statement, isDefiner, hasPath, isTrigger, isForEverybody }) => {
    if (!isDefiner) return [];
    const path: ScriptFinding = {
      rule: "definer-has-search-path",
      message:
        "The function runs with the rights of its owner, and whoever calls it chooses by search_path which tables and functions it means.",
      help: "Add SET search_path = '' to it, and write the schema before each name.",
      statement,
    };
    const everybody: ScriptFinding = {
      rule: "definer-is-not-for-everybody",
      message:
        "The function runs with the rights of its owner, and PostgreSQL lets everybody call a new function.",
      help: "Make it SECURITY INVOKER, or REVOKE EXECUTE on it FROM PUBLIC, anon in the same migration and grant it by name.",
      statement,
    };
    return [...(hasPath ? [] : [path]), ...(isTrigger || !isForEverybody ? [] : [everybody])];
  });
}

/**
 * Whether new functions are kept from PUBLIC from here on. Of one schema alone, PostgreSQL does not take away what it
 * gives everywhere.
 */
export function closesFunctions(node: Node): boolean {
  if (!("AlterDefaultPrivilegesStmt" in node)) return false;
  const { action, options } = node.AlterDefaultPrivilegesStmt;
  const { is_grant, objtype, grantees = [] } = action ?? {};
  return (
    is_grant !== true &&
    objtype === "OBJECT_FUNCTION" &&
    grantees.some(isPublic) &&
    optionsIn(options).length === 0
  );
}

function isPublic(role: Node): boolean {
  return "RoleSpec" in role && role.RoleSpec.roletype === "ROLESPEC_PUBLIC";
}

function follow(functions: Map<string, Definer>, statement: Statement, isClosed: boolean): void {
  const { node } = statement;
  if ("CreateFunctionStmt" in node) {
    const { funcname, options, returnType } = node.CreateFunctionStmt;
    functions.set(lastName(funcname), {
      ...{ statement, ...effectOf(options, { isDefiner: false, hasPath: false }) },
      isTrigger: /^(?:event_)?trigger$/.test(lastName(returnType?.names)),
      isForEverybody: !isClosed,
    });
  }
  if ("AlterFunctionStmt" in node) {
    const { func, actions } = node.AlterFunctionStmt;
    const name = lastName(func?.objname);
    const before = functions.get(name);
    const effect = effectOf(actions, before ?? { isDefiner: false, hasPath: false });
    // Of a function that was there, nobody knows whether it runs as its owner: without its path it may.
    const mayBe = before === undefined && takesPath(actions);
    const known = { isTrigger: before?.isTrigger ?? mayBe, isForEverybody: before?.isForEverybody ?? true };
    functions.set(name, {
      statement: before?.statement ?? statement,
      ...known,
      ...effect,
      ...(mayBe && { isDefiner: true }),
    });
  }
  if ("GrantStmt" in node && node.GrantStmt.is_grant !== true) {
    const { objtype, targtype, objects = [], grantees = [] } = node.GrantStmt;
    const isFromPublic = grantees.some(isPublic);
    if (!isFromPublic || !["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"].includes(objtype ?? ""))
      return;
    const names = objects.flatMap((each) =>
      "ObjectWithArgs" in each ? [lastName(each.ObjectWithArgs.objname)] : [],
    );
    for (const [name, definer] of functions) {
      if (targtype === "ACL_TARGET_ALL_IN_SCHEMA" || names.includes(name)) definer.isForEverybody = false;
    }
  }
}

function effectOf(
  options: readonly Node[] | undefined,
  before: Pick<Definer, "isDefiner" | "hasPath">,
): Pick<Definer, "isDefiner" | "hasPath"> {
  let { isDefiner, hasPath } = before;
  for (const { name, arg } of optionsIn(options)) {
    if (name === "security") isDefiner = isOn(arg);
    for (const setting of settingsIn(name, arg)) {
      if (setting.name === "") hasPath = false;
      if (setting.name === "search_path") {
        hasPath = setting.values !== undefined && !setting.values.includes("$user");
      }
    }
  }
  return { isDefiner, hasPath };
}

function takesPath(options: readonly Node[] | undefined): boolean {
  return optionsIn(options)
    .flatMap(({ name, arg }) => settingsIn(name, arg))
    .some(({ name, values }) => (name === "" || name === "search_path") && values === undefined);
}

function settingsIn(name: string, arg: Node | undefined): Setting[] {
  return name === "set" && arg !== undefined && "VariableSetStmt" in arg
    ? [settingIn(arg.VariableSetStmt)]
    : [];
}
