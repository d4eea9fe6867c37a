/** A word of a command: its text without quotes, and what the shell puts into it. */
export interface Word {
  /** Expansions stay as they are written. */
  readonly text: string;
  readonly variables: readonly Expansion[];
  /** Commands whose output is put in, or given as a file: `$(…)`, backquotes, `<(…)`. */
  readonly commands: readonly string[];
}

/** A variable in a word: `$NAME`, or `${…}` with what follows the name. */
export interface Expansion {
  readonly name: string;
  readonly rest: string;
}

interface Redirect {
  /** `<`, `>`, `2>>`, `&>`, `<<<`, and `<<` with the text itself as the target. */
  readonly operator: string;
  readonly target: Word;
}

/** A program with its arguments. */
export interface SimpleCommand {
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

/** The name of a program, without the folder that it is in; an empty text where there is none. */
export const programName = (word: Word | undefined): string => word?.text.replace(/^.*\//, "") ?? "";

/** Commands of which each reads what the one before it writes. */
export type Pipeline = readonly SimpleCommand[];

/** Longer texts are no commands that a person wrote. */
const longest = 20_000;

/** Words of the shell's own before a command; groups, loops and conditions are read as the commands that they hold. */
const reserved = new Set(["if", "then", "elif", "else", "while", "until", "do", "!", "{", "}", "fi", "done"]);

/** The pipelines of a command line in order; undefined where a quote, a substitution or a text does not end. */
export function pipelinesOf(text: string): Pipeline[] | undefined {
  if (text.length > longest) return undefined;
  const reader = new Reader(text);
  const pipelines: SimpleCommand[][] = [];
  let pipeline: SimpleCommand[] = [];
  const finish = () => {
    if (pipeline.length > 0) pipelines.push(pipeline);
    pipeline = [];
  };
  try {
    while (!reader.isDone) {
      const command = reader.command();
      if (command !== undefined) pipeline.push(command);
      if (reader.separator() !== "|") finish();
    }
  } catch (error) {
    if (error instanceof Unended) return undefined;
    throw error;
  }
  finish();
  return pipelines;
}

class Unended extends Error {}

/** Reads one command line from its beginning to its end. */
class Reader {
  readonly #text: string;
  #at = 0;
  /** Texts that begin at the next line: `<<END`. */
  readonly #documents: { end: string; isLiteral: boolean; isIndented: boolean; into: Redirect[] }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = sticky.lastIndex;
    return match;
  }

  /** What ends a command: `|` for a pipe; an empty text at the end. */
  separator(): string {
    const [found = ""] = this.#match(/\|&|\|\||&&|;;|[;&|()\n]/) ?? [];
    if (found === "\n") this.#readDocuments();
    return found === "|&" ? "|" : found;
  }

  command(): SimpleCommand | undefined {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      this.#match(/(?:[ \t\r]|\\\n)+/);
      if (this.#match(/#[^\n]*/) !== undefined) continue;
      // `2>&1` and the like lead to where the other output goes.
      if (this.#match(/\d*>&(?:\d+|-)/) !== undefined) continue;
      const operator = this.#match(/((?:\d+|&)?(?:<<<|<<-?|>>|>\||<>|>(?!\()|<(?!\()))&?/)?.[1];
      if (operator !== undefined) {
        this.#match(/[ \t]+/);
        this.#redirect(operator, redirects);
        continue;
      }
      const name = words.length === 0 ? this.#match(/([A-Za-z_]\w*)\+?=(?!\()/)?.[1] : undefined;
      const word = this.#word();
      if (name !== undefined) assignments.push({ name, value: word ?? plain("") });
      else if (word === undefined) break;
      else if (words.length > 0 || !reserved.has(word.text)) words.push(word);
    }
    const isEmpty = assignments.length + words.length + redirects.length === 0;
    return isEmpty ? undefined : { assignments, words, redirects };
  }

  #redirect(operator: string, redirects: Redirect[]): void {
    const start = this.#at;
    const target = this.#word();
    if (target === undefined) throw new Unended();
    if (!/^\d*<<-?$/.test(operator)) {
      redirects.push({ operator, target });
      return;
    }
    const isLiteral = /["'\\]/.test(this.#text.slice(start, this.#at));
    this.#documents.push({
      end: target.text,
      isLiteral,
      isIndented: operator.endsWith("-"),
      into: redirects,
    });
  }

  #readDocuments(): void {
    for (const { end, isLiteral, isIndented, into } of this.#documents.splice(0)) {
      const lines: string[] = [];
      for (;;) {
        if (this.isDone) throw new Unended();
        const [, line = ""] = this.#match(/([^\n]*)\n?/) ?? [];
        const own = isIndented ? line.replace(/^\t+/, "") : line;
        if (own === end) break;
        lines.push(own);
      }
      const body = lines.join("\n");
      into.push({ operator: "<<", target: isLiteral ? plain(body) : expanded(body) });
    }
  }

  /** A word, whatever quotes it is in; undefined where none begins. */
  #word(): Word | undefined {
    let text = "";
    const variables: Expansion[] = [];
    const commands: string[] = [];
    let isThere = false;
    const add = (part: Word) => {
      text += part.text;
      variables.push(...part.variables);
      commands.push(...part.commands);
    };
    for (;;) {
      const bare = this.#match(/[^\s;&|()<>"'`$\\]+/)?.[0];
      const escaped = bare === undefined ? this.#match(/\\([^\n])/)?.[1] : undefined;
      const single =
        bare === undefined && escaped === undefined ? this.#match(/\$?'([^']*)'/)?.[1] : undefined;
      const literal = bare ?? escaped ?? single;
      if (literal !== undefined) text += literal;
      else if (this.#match(/\$?"/) !== undefined) add(this.#doubleQuoted());
      else if (this.#match(/[<>]\(/) !== undefined) add(this.#substitution(")"));
      else if (this.#text[this.#at] === "$" || this.#text[this.#at] === "`") add(this.#expansion());
      else if (this.#text[this.#at] === "'") throw new Unended();
      else if (this.#match(/\\\n/) === undefined) break;
      isThere = true;
    }
    return isThere ? { text, variables, commands } : undefined;
  }

  #doubleQuoted(): Word {
    const parts: Word[] = [];
    for (;;) {
      if (this.isDone) throw new Unended();
      if (this.#match(/"/) !== undefined) return joined(parts);
      const literal = this.#match(/[^"`$\\]+/)?.[0] ?? this.#match(/\\([\s\S])/)?.[1];
      parts.push(literal === undefined ? this.#expansion() : plain(literal));
    }
  }

  /** What begins with `$` or a backquote. */
  #expansion(): Word {
    const start = this.#at;
    const counted = this.#match(/\$\(\(/);
    if (counted !== undefined) {
      this.#substitution(")");
      this.#match(/\)/);
      return plain(this.#text.slice(start, this.#at));
    }
    if (this.#match(/\$\(/) !== undefined) return this.#substitution(")");
    if (this.#match(/`/) !== undefined) return this.#substitution("`");
    const simple = this.#match(/\$([A-Za-z_]\w*|[\d@*#?$!-])/);
    if (simple !== undefined) {
      return { text: simple[0], variables: [{ name: simple[1] ?? "", rest: "" }], commands: [] };
    }
    if (this.#match(/\$\{/) !== undefined) return this.#braced();
    this.#at += 1;
    return plain("$");
  }

  #braced(): Word {
    const start = this.#at;
    const name = this.#match(/[!#]?(?:[A-Za-z_]\w*|[\d@*#?$-])/)?.[0];
    if (name === undefined) throw new Unended();
    const inner: Word[] = [];
    const from = this.#at;
    while (this.#match(/\}/) === undefined) {
      if (this.isDone) throw new Unended();
      const literal = this.#match(/[^}"'`$\\]+|\\[\s\S]|["']/)?.[0];
      inner.push(literal === undefined ? this.#expansion() : plain(literal));
    }
    const own: Word = {
      text: `\${${this.#text.slice(start, this.#at)}`,
      variables: [{ name, rest: this.#text.slice(from, this.#at - 1) }],
      commands: [],
    };
    return joined([own, ...inner.map((part) => ({ ...part, text: "" }))]);
  }

  /** The command until its end, with brackets and quotes inside it. */
  #substitution(end: string): Word {
    const start = this.#at;
    let depth = 1;
    while (depth > 0) {
      if (this.isDone) throw new Unended();
      if (this.#match(/'[^']*'|\\[\s\S]/) !== undefined) continue;
      if (this.#match(/"/) !== undefined) {
        this.#doubleQuoted();
        continue;
      }
      const character = this.#text[this.#at];
      this.#at += 1;
      if (character === end) depth -= 1;
      else if (character === "(" && end === ")") depth += 1;
    }
    const command = this.#text.slice(start, this.#at - 1);
    return { text: `$(${command})`, variables: [], commands: [command] };
  }
}

const plain = (text: string): Word => ({ text, variables: [], commands: [] });

const joined = (parts: readonly Word[]): Word => ({
  text: parts.map(({ text }) => text).join(""),
  variables: parts.flatMap(({ variables }) => variables),
  commands: parts.flatMap(({ commands }) => commands),
});

/** A text in which the shell expands variables, and in which quotes are no quotes. */
function expanded(text: string): Word {
  const quoted = `"${text.replaceAll('"', "'")}"`;
  return pipelinesOf(`: ${quoted}`)?.[0]?.[0]?.words[1] ?? plain(text);
}
