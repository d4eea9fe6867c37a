import { type Finding, fault, judge, unproved, type Verdict } from "./findings.ts";
import type { Child, Entry, Item, Key } from "./properties.ts";
import type { ResourceOf, Value } from "./view.ts";

/**
 * What a property may hold: anything, since it weakens nothing or another policy reads it; what a test takes; a thing
 * of known properties; or a list or map of what a rule takes.
 */
export type Rule<T> =
  | "any"
  | ((value: Value) => Verdict)
  | { readonly within: Table<T> }
  | { readonly each: Rule<Item<T>> }
  | { readonly entries: Rule<Entry<T>> };

/** The rules of every property that a provider's SDK has: one that a new version adds does not compile. */
export type Table<T> = { readonly [K in Key<T>]-?: Rule<Child<T, K>> };

/**
 * Judges every property that a resource sets. One that the table does not have is unproved: nobody has said that it
 * weakens nothing. A resource of an exported state has what its provider adds, so only known properties are judged.
 */
export function understood<P>(resource: ResourceOf<P>, table: Table<P>): Finding[] {
  return judgeWithin(resource.at().as<unknown>(), new Map(Object.entries<Rule<never>>(table)));
}

function judgeWithin(value: Value, rules: ReadonlyMap<string, Rule<never>>): Finding[] {
  if (value.isUnknown) return [{ answer: "unknown", value }];
  return value.entries().flatMap(([name, child]): Finding[] => {
    if (name.startsWith("__")) return [];
    const rule = rules.get(name);
    return rule === undefined ? unknownProperty(name, child) : judgeBy(rule, child);
  });
}

function judgeBy(rule: Rule<never>, value: Value): Finding[] {
  if (rule === "any") return [];
  if (typeof rule === "function") {
    return [judge(value.resource, () => !value.exists || rule(value))];
  }
  if (value.isUnknown) return [{ answer: "unknown", value }];
  if ("within" in rule) return judgeWithin(value, new Map(Object.entries<Rule<never>>(rule.within)));
  return "each" in rule
    ? value.items().flatMap((item) => judgeBy(rule.each, item))
    : value.entries().flatMap(([, entry]) => judgeBy(rule.entries, entry));
}

function unknownProperty(name: string, value: Value): Finding[] {
  const { resource } = value;
  if (!resource.isDeclared || (!value.isUnknown && isDefault(value))) return [];
  return [
    judge(resource, () =>
      unproved(
        value,
        `${resource.name} sets ${name}, and this pack does not know what that does.`,
        `Remove ${name}; where it has to stay and weakens nothing, waive this policy for the resource.`,
      ),
    ),
  ];
}

/** Nothing, false, or empty: what a property is without being set. */
const isDefault = (value: Value): boolean =>
  !value.exists ||
  value.boolean() === false ||
  value.string() === "" ||
  (value.string() === undefined &&
    value.number() === undefined &&
    value.boolean() === undefined &&
    value.items().length === 0 &&
    value.entries().length === 0);

/** Takes nothing, false and what is empty; anything else does what the sentence says. */
export function unset(what: string, fix?: string): (value: Value) => Verdict {
  return (value) =>
    isDefault(value) || {
      ...fault(value, `${value.resource.name} sets ${value.path.join(".")}, which ${what}.`),
      ...(fix !== undefined && { fix }),
    };
}

/** Takes what is given and nothing else; anything else does what the sentence says. */
export function only(
  allowed: readonly (string | number | boolean)[],
  what: string,
): (value: Value) => Verdict {
  return (value) => {
    const found = value.string() ?? value.number() ?? value.boolean();
    return (
      (found !== undefined && allowed.includes(found)) ||
      fault(
        value,
        `${value.resource.name} has ${JSON.stringify(found)} as ${value.path.join(".")}, which ${what}.`,
      )
    );
  };
}
