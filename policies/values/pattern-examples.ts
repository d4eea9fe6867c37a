/** Longer patterns and deeper ones are not written by people. */
const longest = 500;
const mostExamples = 12;

/**
 * Texts that a regular expression matches, one for each of its alternatives as far as they are few: by them rules are
 * tried that tell paths apart by a pattern. Each part that repeats is there once, and each class of characters is its
 * first character. None for a pattern with what is not read here, such as what looks ahead.
 */
export function examplesOf(pattern: string): string[] {
  if (pattern.length > longest) return [];
  const reader = new Reader(pattern.replace(/^\(\?[a-z]+\)/, ""));
  const texts = reader.alternatives();
  return reader.isDone ? [...new Set(texts)].slice(0, mostExamples) : [];
}

class Reader {
  readonly #pattern: string;
  #place = 0;
  #hasFailed = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isDone(): boolean {
    return !this.#hasFailed && this.#place === this.#pattern.length;
  }

  alternatives(): string[] {
    let found = this.#sequence();
    while (this.#take("|")) found = [...found, ...this.#sequence()].slice(0, mostExamples);
    return found;
  }

  #sequence(): string[] {
    let texts = [""];
    while (this.#place < this.#pattern.length && !/[|)]/.test(this.#peek()) && !this.#hasFailed) {
      const parts = this.#repeated(this.#atom());
      texts = texts.flatMap((text) => parts.map((part) => text + part)).slice(0, mostExamples);
    }
    return texts;
  }

  #atom(): string[] {
    const sign = this.#next();
    switch (sign) {
      case "^":
      case "$":
        return [""];
      case ".":
        return ["a"];
      case "(": {
        const kind = /^\?(?::|P?<\w+>|[=!]|<[=!])/.exec(this.#pattern.slice(this.#place))?.[0] ?? "";
        if (/[=!]$/.test(kind) || (kind === "" && this.#peek() === "?")) return this.#fail();
        this.#place += kind.length;
        const inner = this.alternatives();
        return this.#take(")") ? inner : this.#fail();
      }
      case "[":
        return this.#class();
      case "\\":
        return this.#escaped(this.#next());
      case "*":
      case "+":
      case "?":
      case "{":
        return this.#fail();
      default:
        return [sign];
    }
  }

  #escaped(sign: string): string[] {
    if (/[dDwWsS]/.test(sign)) return [{ d: "1", D: "a", w: "a", W: "-", s: " ", S: "a" }[sign] ?? "a"];
    if (/[AzZbB]/.test(sign)) return [""];
    return /[\w]/.test(sign) || sign === "" ? this.#fail() : [sign];
  }

  #class(): string[] {
    const isNegated = this.#take("^");
    const members: string[] = [];
    while (this.#peek() !== "]" || members.length === 0) {
      if (this.#place >= this.#pattern.length) return this.#fail();
      const sign = this.#next();
      members.push(sign === "\\" ? (this.#escaped(this.#next())[0] ?? "") : sign);
    }
    this.#place++;
    const [first = "a"] = members;
    return [isNegated ? (["a", "1", "~"].find((sign) => !members.includes(sign)) ?? "~") : first];
  }

  #repeated(texts: string[]): string[] {
    const [all = ""] = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(this.#pattern.slice(this.#place)) ?? [];
    this.#place += all.length;
    const least = Number(/^\{(\d+)/.exec(all)?.[1] ?? 1);
    return all === "" ? texts : texts.map((text) => text.repeat(Math.min(Math.max(least, 1), 50)));
  }

  #peek(): string {
    return this.#pattern.charAt(this.#place);
  }

  #next(): string {
    return this.#pattern.charAt(this.#place++);
  }

  #take(sign: string): boolean {
    const taken = this.#peek() === sign;
    this.#place += taken ? 1 : 0;
    return taken;
  }

  #fail(): string[] {
    this.#hasFailed = true;
    this.#place = this.#pattern.length;
    return [""];
  }
}
