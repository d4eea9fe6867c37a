import * as z from "zod";

type Value = string | number | boolean | null;

const contextSchema = z.record(z.string(), z.unknown());
const plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const literals = new Map<string, Value>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const functions = new Map<string, (given: readonly string[]) => Value>([
  ["startsWith", ([text = "", start = ""]) => text.toLowerCase().startsWith(start.toLowerCase())],
  [
    "format",
    ([text = "", ...values]) => text.replaceAll(/\{(\d+)\}/g, (_, at: string) => values[Number(at)] ?? ""),
  ],
]);

/**
 * Whether the condition of a job or a step holds for what GitHub would know, such as
 * `{github: {event_name: "push"}}`: names, texts, `==`, `!=`, `!`, `&&`, `||`, brackets, `startsWith` and `format`.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */
export function holds(condition: string, context: Readonly<Record<string, unknown>>): boolean {
  const tokens = condition.match(/'(?:[^']|'')*'|[\w.-]+|==|!=|&&|\|\||[()!]|\S/g) ?? [];
  const result = any();
  if (tokens.length > 0) throw new Error(`not understood: ${tokens.join(" ")}`);
  return truthy(result);

  function any(): Value {
    let value = all();
    while (take("||")) {
      const other = all();
      value = truthy(value) ? value : other;
    }
    return value;
  }

  function all(): Value {
    let value = comparison();
    while (take("&&")) {
      const other = comparison();
      value = truthy(value) ? other : value;
    }
    return value;
  }

  function comparison(): Value {
    const value = operand();
    if (take("==")) return equal(value, operand());
    if (take("!=")) return !equal(value, operand());
    return value;
  }

  function operand(): Value {
    if (take("!")) return !truthy(operand());
    if (take("(")) {
      const value = any();
      if (!take(")")) throw new Error("a bracket is open");
      return value;
    }
    const token = tokens.shift() ?? "";
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    const literal = literals.get(token);
    if (literal !== undefined) return literal;
    const called = functions.get(token);
    if (called !== undefined && take("(")) {
      const given: Value[] = [];
      do given.push(any());
      while (take(","));
      if (!take(")")) throw new Error("a bracket is open");
      return called(given.map(String));
    }
    if (!/^[a-z_]+(\.[\w-]+)+$/i.test(token)) throw new Error(`not understood: ${token}`);
    return look(context, token.split("."));
  }

  function take(token: string): boolean {
    if (tokens[0] !== token) return false;
    tokens.shift();
    return true;
  }
}

/** What is not there is null. */
function look(context: unknown, path: readonly string[]): Value {
  let value = context;
  for (const key of path) value = contextSchema.safeParse(value).data?.[key];
  return plain.safeParse(value).data ?? null;
}

/** Texts are compared without case; unlike kinds as numbers, of which an empty text and null are zero. */
function equal(one: Value, other: Value): boolean {
  if (typeof one === "string" && typeof other === "string") return one.toLowerCase() === other.toLowerCase();
  return one === other || Number(one) === Number(other);
}

function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== "" && value !== 0;
}
