import { RunError } from "@pulumi/pulumi";

/**
 * Expressions of Cloudflare's Rules language, built from values instead of concatenated text, so that a setting
 * cannot close a string and add a condition of its own.
 * Source: https://developers.cloudflare.com/ruleset-engine/rules-language/
 */
export interface Expression {
  /** The expression as Cloudflare reads it. Compound expressions include their parentheses. */
  readonly text: string;
}

export type TextField = "http.host" | "http.request.uri.path" | "lower(http.request.uri.path)";
export type NumberField = "cf.edge.server_port" | "http.response.code";

/** Every request. */
export const always: Expression = { text: "true" };

export function equals(field: TextField, value: string): Expression {
  return { text: `${field} eq ${literal(value)}` };
}

export function startsWith(field: TextField, prefix: string): Expression {
  return { text: `starts_with(${field}, ${literal(prefix)})` };
}

export function contains(field: TextField, part: string): Expression {
  return { text: `${field} contains ${literal(part)}` };
}

export function oneOf(field: NumberField, values: readonly [number, ...number[]]): Expression {
  return { text: `${field} in {${values.join(" ")}}` };
}

export function below(field: NumberField, limit: number): Expression {
  return { text: `${field} lt ${limit}` };
}

export function not(expression: Expression): Expression {
  return { text: `not ${expression.text}` };
}

export function and(...expressions: readonly [Expression, Expression, ...Expression[]]): Expression {
  return { text: `(${expressions.map(({ text }) => text).join(" and ")})` };
}

export function or(...expressions: readonly [Expression, ...Expression[], Expression]): Expression {
  return { text: `(${expressions.map(({ text }) => text).join(" or ")})` };
}

/**
 * A quoted string of the Rules language, which escapes only the double quote and the backslash.
 *
 * @throws {RunError} for control characters, which no host name or path contains
 */
export function literal(value: string): string {
  if (/\p{Cc}/u.test(value)) {
    throw new RunError(
      `The edge cannot match ${JSON.stringify(value)}: it contains a control character. Remove it from the host or path in the stack's settings.`,
    );
  }
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}
