import {
  type Aggregate,
  aggregators,
  comparisonOperators,
  type Expr,
  type Matcher,
  type Matching,
} from "./promql-ast.ts";
import { PromqlCursor } from "./promql-cursor.ts";
import { promqlTokens } from "./promql-tokens.ts";
import { remembered } from "./remembered.ts";

/**
 * Reads a PromQL expression; undefined when it is not one.
 *
 * Source: Prometheus, Querying, Basics and Operators (version 3).
 */
export const parsePromql: (expression: string) => Expr | undefined = remembered((expression) =>
  parse(expression, false),
);

/**
 * Reads a math expression of Grafana, in which `$A` is another query, `&&`, `||` and `!` join, and every
 * comparison gives 0 or 1; undefined when it is not one.
 */
export const parseMath: (expression: string) => Expr | undefined = remembered((expression) =>
  parse(expression, true),
);

function parse(expression: string, isMath: boolean): Expr | undefined {
  const tokens = expression.length > 20_000 ? undefined : promqlTokens(expression);
  if (tokens === undefined) {
    return undefined;
  }
  const cursor = new PromqlCursor(tokens);
  const parsed = new Parser(cursor, isMath).expression(0);
  return cursor.atEnd ? parsed : undefined;
}

const levels: readonly ReadonlySet<string>[] = [
  new Set(["or", "||"]),
  new Set(["and", "unless", "&&"]),
  comparisonOperators,
  new Set(["+", "-"]),
  new Set(["*", "/", "%", "atan2"]),
];

/** No person nests deeper, and no expression exhausts the call stack. */
const deepest = 100;

/** Every method gives undefined as soon as the text is not an expression. */
class Parser {
  readonly #cursor: PromqlCursor;
  readonly #isMath: boolean;
  #depth = 0;

  constructor(cursor: PromqlCursor, isMath: boolean) {
    this.#cursor = cursor;
    this.#isMath = isMath;
  }

  /** From the loosest operators, at level 0, to the tightest. */
  expression(level: number): Expr | undefined {
    const operators = levels[level];
    if (operators === undefined) {
      return this.#unary();
    }
    let left = this.expression(level + 1);
    while (left !== undefined) {
      const operator = this.#cursor.takeOneOf(operators);
      if (operator === undefined) {
        return left;
      }
      const bool = this.#cursor.takeWord("bool") || (this.#isMath && comparisonOperators.has(operator));
      const matching = this.#matching();
      const right = matching === undefined ? undefined : this.expression(level + 1);
      left = right && {
        kind: "binary",
        operator: joins.get(operator) ?? operator,
        bool,
        ...(matching && { matching }),
        left,
        right,
      };
    }
    return undefined;
  }

  /** `on (…) group_left (…)`; false where there is none. */
  #matching(): Matching | false | undefined {
    const on = this.#cursor.takeWord("on");
    if (!on && !this.#cursor.takeWord("ignoring")) {
      return false;
    }
    const labels = this.#labels();
    const many = this.#cursor.takeWord("group_left")
      ? "left"
      : this.#cursor.takeWord("group_right")
        ? "right"
        : undefined;
    const isComplete = many === undefined || !this.#cursor.isSign("(") || this.#labels() !== undefined;
    return labels === undefined || !isComplete ? undefined : { on, labels, many };
  }

  #unary(): Expr | undefined {
    this.#depth++;
    if (this.#depth > deepest) {
      return undefined;
    }
    const sign = this.#cursor.takeOneOf(signs);
    const operand = sign === undefined ? this.#power() : this.#unary();
    this.#depth--;
    if (operand === undefined || sign === undefined || sign === "+") {
      return operand;
    }
    return sign === "-"
      ? { kind: "negation", operand }
      : this.#isMath
        ? { kind: "binary", operator: "==", bool: true, left: operand, right: { kind: "number", value: 0 } }
        : undefined;
  }

  /** `^` holds tighter than a sign before it, and to the right. */
  #power(): Expr | undefined {
    const left = this.#postfix();
    if (left === undefined || !this.#cursor.takeSign("^")) {
      return left;
    }
    const right = this.#unary();
    return right && { kind: "binary", operator: "^", bool: false, left, right };
  }

  #postfix(): Expr | undefined {
    let operand = this.#primary();
    while (operand !== undefined) {
      if (this.#cursor.takeSign("[")) {
        operand = this.#ranged(operand);
      } else if (this.#cursor.takeWord("offset")) {
        this.#cursor.takeSign("-");
        const shift = this.#cursor.duration();
        operand = shift === undefined ? undefined : shift === 0 ? operand : moved(operand);
      } else if (this.#cursor.takeSign("@")) {
        operand = this.#unary() && moved(operand);
      } else {
        return operand;
      }
    }
    return undefined;
  }

  #ranged(operand: Expr): Expr | undefined {
    const range = this.#cursor.duration();
    if (range === undefined) {
      return undefined;
    }
    if (this.#cursor.takeSign(":")) {
      const isPlain = this.#cursor.isSign("]");
      const step = isPlain ? undefined : this.#cursor.duration();
      return (isPlain || step !== undefined) && this.#cursor.takeSign("]")
        ? { kind: "subquery", operand, range, ...(step !== undefined && { step }) }
        : undefined;
    }
    return this.#cursor.takeSign("]") && operand.kind === "selector" ? { ...operand, range } : undefined;
  }

  #primary(): Expr | undefined {
    const token = this.#cursor.next();
    switch (token?.kind) {
      case "number":
      case "duration":
        return { kind: "number", value: token.value };
      case "string":
        return { kind: "string", text: token.text };
      case "variable":
        return { kind: "reference", name: token.text };
      case "word":
        return this.#named(token.text);
      case "sign":
        return this.#enclosed(token.text);
      default:
        return undefined;
    }
  }

  #enclosed(sign: string): Expr | undefined {
    if (sign === "{") {
      return this.#isMath ? undefined : this.#selector("");
    }
    const inner = sign === "(" ? this.expression(0) : undefined;
    return inner !== undefined && this.#cursor.takeSign(")") ? inner : undefined;
  }

  #named(word: string): Expr | undefined {
    if (aggregators.has(word.toLowerCase())) {
      const aggregate = this.#aggregate(word.toLowerCase());
      if (aggregate !== false) {
        return aggregate;
      }
    }
    if (this.#cursor.takeSign("(")) {
      const args = this.#arguments();
      return args && { kind: "call", name: word, args };
    }
    // A formula of Grafana reads series by other queries alone.
    if (this.#isMath) {
      return undefined;
    }
    return this.#cursor.takeSign("{")
      ? this.#selector(word)
      : { kind: "selector", metric: word, matchers: [], range: undefined };
  }

  /** False where the word is a metric of that name. */
  #aggregate(operator: string): Expr | undefined | false {
    const before = this.#grouping();
    if (!this.#cursor.takeSign("(")) {
      return before === undefined ? false : undefined;
    }
    const args = this.#arguments();
    const grouping = before ?? this.#grouping();
    return args && { kind: "aggregate", operator, args, grouping };
  }

  #grouping(): Aggregate["grouping"] {
    const by = this.#cursor.takeWord("by");
    const labels = by || this.#cursor.takeWord("without") ? this.#labels() : undefined;
    return labels && { by, labels };
  }

  /** After the opening parenthesis. */
  #arguments(): Expr[] | undefined {
    const args: Expr[] = [];
    if (this.#cursor.takeSign(")")) {
      return args;
    }
    do {
      const argument = this.expression(0);
      if (argument === undefined) {
        return undefined;
      }
      args.push(argument);
    } while (this.#cursor.takeSign(","));
    return this.#cursor.takeSign(")") ? args : undefined;
  }

  #labels(): string[] | undefined {
    const labels: string[] = [];
    if (!this.#cursor.takeSign("(")) {
      return undefined;
    }
    while (!this.#cursor.takeSign(")")) {
      const token = this.#cursor.next();
      if (token?.kind !== "word" && token?.kind !== "string" && token?.kind !== "variable") {
        return undefined;
      }
      labels.push(token.text);
      if (!this.#cursor.takeSign(",") && !this.#cursor.isSign(")")) {
        return undefined;
      }
    }
    return labels;
  }

  /** After the opening brace; a quoted name without an operator is the metric's. */
  #selector(name: string): Expr | undefined {
    let metric = name;
    const matchers: Matcher[] = [];
    while (!this.#cursor.takeSign("}")) {
      const label = this.#cursor.next();
      if (label?.kind !== "word" && label?.kind !== "string") {
        return undefined;
      }
      const operator = this.#cursor.takeOneOf(matches);
      if (operator === undefined) {
        metric = label.text;
      } else {
        const value = this.#cursor.next();
        if (value?.kind !== "string") {
          return undefined;
        }
        if (label.text === "__name__" && operator === "=") {
          metric = value.text;
        } else {
          matchers.push({ label: label.text, operator: matcherOf(operator), value: value.text });
        }
      }
      if (!this.#cursor.takeSign(",") && !this.#cursor.isSign("}")) {
        return undefined;
      }
    }
    return { kind: "selector", metric, matchers, range: undefined };
  }
}

function moved(operand: Expr): Expr | undefined {
  return operand.kind === "selector" || operand.kind === "subquery"
    ? { ...operand, isMoved: true }
    : undefined;
}

const joins = new Map([
  ["&&", "and"],
  ["||", "or"],
]);

const signs: ReadonlySet<string> = new Set(["+", "-", "!"]);
const matches: ReadonlySet<string> = new Set(["=", "!=", "=~", "!~"]);

function matcherOf(operator: string): Matcher["operator"] {
  return operator === "!=" || operator === "=~" || operator === "!~" ? operator : "=";
}
