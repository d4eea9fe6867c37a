import {
  type Beginning,
  call,
  compare,
  comparisons,
  either,
  field,
  headerField,
  isBeginning,
  negate,
  type Operand,
} from "./cloudflare-operators.ts";
import { type Token, tokenize } from "./cloudflare-tokens.ts";
import type { SampleRequest } from "./sample-request.ts";

/**
 * Whether a rule with this expression, in Cloudflare's Rules language, acts on a request; undefined when
 * that depends on something that the sample does not say, or when the expression cannot be read.
 *
 * Source: Cloudflare, Ruleset Engine, Rules language (operators, fields, functions); an expression has at
 * most 4,096 characters.
 */
export function actsOn(expression: string, request: SampleRequest): boolean | undefined {
  const value = evaluated(expression, request);
  return typeof value === "boolean" ? value : undefined;
}

/** The text that an expression makes of a request, such as its new path, as far as it is known. */
export function textMadeBy(expression: string, request: SampleRequest): string | Beginning {
  const value = evaluated(expression, request);
  return typeof value === "string" || isBeginning(value) ? value : { prefix: "" };
}

/** What an expression comes to; undefined where that is not known, or where it cannot be read. */
function evaluated(expression: string, request: SampleRequest): Operand {
  const tokens = expression.length > 4096 ? undefined : tokenize(expression);
  if (tokens === undefined) {
    return undefined;
  }
  const parser = new Parser(tokens, request);
  const value = parser.disjunction();
  return parser.atEnd && !parser.failed ? value : undefined;
}

/** String literals of an expression: the hosts, paths and patterns that it names. */
export function literals(expression: string): string[] {
  return (tokenize(expression) ?? []).flatMap((token) => (token.kind === "string" ? [token.text] : []));
}

/** Fields of an expression, by which it may depend on more than a sample says. */
export function fields(expression: string): string[] {
  return (tokenize(expression) ?? []).flatMap((token) =>
    token.kind === "word" && token.text.includes(".") ? [token.text] : [],
  );
}

/** Whether a text can be an expression at all: it has nothing that no token begins with, and its brackets close. */
export function isExpression(expression: string): boolean {
  let open = 0;
  return (
    (tokenize(expression) ?? [undefined]).every((token) => {
      if (token?.kind === "sign" && token.text === "(") open += 1;
      if (token?.kind === "sign" && token.text === ")") open -= 1;
      return token !== undefined && open >= 0;
    }) && open === 0
  );
}

/** Whether it compares by a regular expression. */
export function usesPattern(expression: string): boolean {
  return (tokenize(expression) ?? []).some((token) => token.kind === "word" && token.text === "matches");
}

/** No person nests deeper, and no expression exhausts the call stack. */
const deepest = 100;

/** Reads and evaluates at once, from the loosest operator to the tightest: or, xor, and, not. */
class Parser {
  failed = false;
  #depth = 0;
  readonly #tokens: readonly Token[];
  readonly #request: SampleRequest;
  #position = 0;

  constructor(tokens: readonly Token[], request: SampleRequest) {
    this.#tokens = tokens;
    this.#request = request;
  }

  get atEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  disjunction(): Operand {
    this.#depth++;
    if (this.#depth > deepest) {
      return this.#fail();
    }
    let left = this.#exclusion();
    while (this.#takeWord("or")) {
      left = either(left, this.#exclusion());
    }
    this.#depth--;
    return left;
  }

  #exclusion(): Operand {
    let left = this.#conjunction();
    while (this.#takeWord("xor")) {
      const right = this.#conjunction();
      left = typeof left === "boolean" && typeof right === "boolean" ? left !== right : undefined;
    }
    return left;
  }

  #conjunction(): Operand {
    let left = this.#negation();
    while (this.#takeWord("and")) {
      left = negate(either(negate(left), negate(this.#negation())));
    }
    return left;
  }

  #negation(): Operand {
    let negated = false;
    while (this.#takeWord("not")) {
      negated = !negated;
    }
    const value = this.#comparison();
    return negated ? negate(value) : value;
  }

  #comparison(): Operand {
    const left = this.#operand();
    const strict = this.#takeWord("strict");
    const operator = this.#peek();
    if (operator?.kind !== "word" || !comparisons.has(operator.text)) {
      return left;
    }
    this.#position++;
    return compare(strict ? `strict ${operator.text}` : operator.text, left, this.#operand());
  }

  #operand(): Operand {
    const token = this.#next();
    if (token === undefined) {
      return this.#fail();
    }
    if (token.kind === "string") {
      return token.text;
    }
    if (token.kind === "number") {
      return token.value;
    }
    if (token.kind === "word") {
      return this.#takeSign("(") ? this.#call(token.text) : this.#field(token.text);
    }
    if (token.text === "(") {
      const value = this.disjunction();
      return this.#takeSign(")") ? value : this.#fail();
    }
    return token.text === "{" ? this.#set() : this.#fail();
  }

  #field(name: string): Operand {
    if (!this.#takeSign("[")) {
      return field(name, this.#request);
    }
    // A header or another map by key, then an element of it; or a list by index.
    const keys: (Token | undefined)[] = [];
    do {
      keys.push(this.#next());
      if (!this.#takeSign("]")) {
        return this.#fail();
      }
    } while (this.#takeSign("["));
    const [key, element] = keys;
    return key?.kind === "string" && element !== undefined
      ? headerField(name, key.text.toLowerCase(), this.#request)
      : undefined;
  }

  #call(name: string): Operand {
    const values: Operand[] = [];
    while (!this.#takeSign(")")) {
      values.push(this.disjunction());
      this.#takeSign(",");
      if (this.failed || this.atEnd) {
        return this.#fail();
      }
    }
    return call(name, values);
  }

  #set(): Operand {
    const values: Operand[] = [];
    while (!this.#takeSign("}")) {
      const token = this.#next();
      if (token === undefined) {
        return this.#fail();
      }
      const value = token.kind === "string" ? token.text : token.kind === "number" ? token.value : undefined;
      if (this.#takeSign("..")) {
        this.#next();
        values.push(undefined);
      } else {
        values.push(value);
      }
    }
    return values;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  #next(): Token | undefined {
    return this.#tokens[this.#position++];
  }

  #takeWord(text: string): boolean {
    return this.#take("word", text);
  }

  #takeSign(text: string): boolean {
    return this.#take("sign", text);
  }

  #take(kind: "word" | "sign", text: string): boolean {
    const token = this.#peek();
    const taken = token?.kind === kind && token.text === text;
    this.#position += taken ? 1 : 0;
    return taken;
  }

  #fail(): undefined {
    this.failed = true;
    return undefined;
  }
}
