import type { PromqlToken } from "./promql-tokens.ts";

/** A place in the tokens of an expression. Words of the language count in any case. */
export class PromqlCursor {
  readonly #tokens: readonly PromqlToken[];
  #position = 0;

  constructor(tokens: readonly PromqlToken[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  next(): PromqlToken | undefined {
    const token = this.#tokens[this.#position];
    this.#position++;
    return token;
  }

  /** The operator or word that comes next, if it is one of these. */
  takeOneOf(texts: ReadonlySet<string>): string | undefined {
    const token = this.#tokens[this.#position];
    if (token?.kind !== "sign" && token?.kind !== "word") {
      return undefined;
    }
    const text = token.kind === "word" ? token.text.toLowerCase() : token.text;
    if (!texts.has(text)) {
      return undefined;
    }
    this.#position++;
    return text;
  }

  takeWord(word: string): boolean {
    return this.takeOneOf(new Set([word])) !== undefined;
  }

  takeSign(sign: string): boolean {
    const found = this.isSign(sign);
    if (found) {
      this.#position++;
    }
    return found;
  }

  isSign(sign: string): boolean {
    const token = this.#tokens[this.#position];
    return token?.kind === "sign" && token.text === sign;
  }

  /** Seconds; not a number where Grafana fills in a variable. */
  duration(): number | undefined {
    const token = this.next();
    if (token?.kind === "duration" || token?.kind === "number") {
      return token.value;
    }
    return token?.kind === "variable" ? Number.NaN : undefined;
  }
}
