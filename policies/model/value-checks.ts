import { type AnyValue, type Fault, fault, type Value, type Verdict } from "../framework/index.ts";
import { type Allowed, allowedText, isAllowed } from "../values/api-values.ts";

/** The first check that finds something wrong; true where none does. Later ones are not made then. */
export function firstWrong(checks: Iterable<Verdict>): Verdict {
  for (const verdict of checks) {
    if (verdict !== true) return verdict;
  }
  return true;
}

/** Whether a text or number that the API asks for is there; what is not known yet is. */
export function isThere(value: AnyValue, what: string): Verdict {
  if (value.isUnknown || value.number() !== undefined || (value.string() ?? "").trim() !== "") return true;
  return fault(value, `${what} ${value.exists ? "is empty" : "is missing"}.`);
}

/** Whether a value that may be left out is one of those that the API takes. */
export function isOneOf(value: AnyValue, allowed: Allowed, what: string): Verdict {
  if (value.isUnknown || !value.exists) return true;
  const found = value.string() ?? value.number();
  return (
    isAllowed(found, allowed) ||
    fault(value, `${what} is ${JSON.stringify(found) ?? "of another type"}, not ${allowedText(allowed)}.`)
  );
}

/** Whether a text that may be left out has a form. */
export function matches(
  value: AnyValue,
  isForm: (text: string) => boolean,
  found: (text: string) => string,
): Verdict {
  const text = value.isUnknown ? undefined : value.string();
  return text === undefined || isForm(text) || fault(value, found(JSON.stringify(text)));
}

/** Texts that people read, and expressions, in which spaces at the ends do no harm. */
const free: ReadonlySet<string> = new Set(
  "annotations configJson description details expr message model subject summary template text title".split(
    " ",
  ),
);

/** Spaces at the ends of names, addresses and keys, which vendors take for a part of them. */
export function untidy(value: Value, depth = 0): Fault | undefined {
  if (value.isUnknown || depth > 8) return undefined;
  const text = value.string();
  if (text !== undefined) {
    return text === text.trim() || text.includes("\n")
      ? undefined
      : fault(value, `${value.path.join(".")} is ${JSON.stringify(text)}, with a space at one end.`);
  }
  const children: readonly Value[] = [
    ...value.items(),
    ...value.entries().flatMap(([key, child]) => (free.has(key) ? [] : [child])),
  ];
  for (const child of children) {
    const wrong = untidy(child, depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** An address to which mail can be sent: one `@`, and a top-level domain of letters. */
export const isAddress = (text: string): boolean =>
  /^[^\s@*,;]+@(?:[\w-]+\.)+(?:[a-z]{2,}|xn--[\w-]+)$/i.test(text);

/** An id or slug as vendors make them. */
export const isId = (text: string): boolean => /^[\w.:-]+$/.test(text);

/** Whether a value is one of those that the API takes; one that is missing is not. */
export function oneOf(value: AnyValue, allowed: Allowed, what: string): Verdict {
  const found = value.string() ?? value.number();
  return (
    isAllowed(found, allowed) ||
    fault(value, `${what} is ${JSON.stringify(found) ?? "missing"}, not ${allowedText(allowed)}.`)
  );
}
