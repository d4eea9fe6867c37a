import { remembered } from "./remembered.ts";
import { type Groups, scan } from "./scan.ts";

export type Token =
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string };

/**
 * Tokens of an expression of Cloudflare's Rules language; undefined when it holds something else.
 * Words are fields, functions and operators in English; the other notation of an operator becomes the
 * English one. IP addresses and ranges are words: nothing here needs their value.
 */
export const tokenize: (expression: string) => readonly Token[] | undefined = remembered((expression) =>
  scan(expression, pattern, toToken),
);

const pattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`r(?<fence>#*)"(?<raw>[\s\S]*?)"\k<fence>`,
    String.raw`"(?<quoted>(?:[^"\\]|\\[\s\S])*)"`,
    String.raw`(?<address>\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?|[0-9a-fA-F]*:[0-9a-fA-F:]+(?:\/\d+)?)`,
    String.raw`(?<number>-?\d+)`,
    String.raw`(?<word>\$?[A-Za-z_][A-Za-z0-9_.]*)`,
    String.raw`(?<sign>&&|\|\||\^\^|==|!=|<=|>=|\.\.|[<>~!(){}\[\],*])`,
  ].join("|"),
  "y",
);

const english = new Map([
  ["&&", "and"],
  ["||", "or"],
  ["^^", "xor"],
  ["!", "not"],
  ["==", "eq"],
  ["!=", "ne"],
  ["<", "lt"],
  ["<=", "le"],
  [">", "gt"],
  [">=", "ge"],
  ["~", "matches"],
]);

function toToken(groups: Groups): Token | undefined {
  const { raw, quoted, address, number, word, sign } = groups;
  if (raw !== undefined) {
    return { kind: "string", text: raw };
  }
  if (quoted !== undefined) {
    return { kind: "string", text: quoted.replace(/\\([\s\S])/g, "$1") };
  }
  if (number !== undefined) {
    return { kind: "number", value: Number(number) };
  }
  const text = word ?? address;
  if (text !== undefined) {
    return { kind: "word", text };
  }
  if (sign !== undefined) {
    const operator = english.get(sign);
    return operator === undefined ? { kind: "sign", text: sign } : { kind: "word", text: operator };
  }
  return undefined;
}
