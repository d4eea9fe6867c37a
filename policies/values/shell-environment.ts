import {
  type Expansion,
  type Pipeline,
  pipelinesOf,
  programName,
  type SimpleCommand,
  type Word,
} from "./shell-grammar.ts";
import * as programs from "./shell-programs.ts";

/** What a command shows of its variables, as the end of a sentence that begins with the command. */
export interface Shown {
  readonly what: string;
  /** Set where the command may show them, and what it does cannot be read. */
  readonly isUnproved?: true;
}

/** Which variables may be seen. */
export interface Names {
  readonly isSecret: (name: string) => boolean;
  /** Whether a build sends the variable to browsers. */
  readonly isPublic: (name: string) => boolean;
}

/**
 * What a command shows of its variables in a log, a file, a request or a page; undefined where nothing. A program of
 * the repository, and one that is not known here, is what it is: only what the command line itself does is judged.
 */
export function environmentShownBy(command: string, names: Names): Shown | undefined {
  const reading = new Reading(names);
  try {
    const printed = reading.run(command);
    return printed.length === 0 ? undefined : { what: `prints ${listed(printed)} into the log` };
  } catch (error) {
    if (error instanceof Found) return error.shown;
    throw error;
  }
}

/** What a text or a stream may hold: names of variables, or all of them. */
type Held = readonly string[];

const everyVariable = "every variable";
const nothing: Held = [];
const everything: Held = [everyVariable];

class Found extends Error {
  readonly shown: Shown;

  constructor(what: string, isUnproved = false) {
    super(what);
    this.shown = { what, ...(isUnproved && { isUnproved }) };
  }
}

const listed = (held: Held): string => (held.includes(everyVariable) ? everyVariable : held.join(", "));
const union = (...all: readonly Held[]): Held => [...new Set(all.flat())];
const fail = (what: string): never => {
  throw new Found(what);
};
const unread = (what: string): never => {
  throw new Found(what, true);
};

/** Variables that the checklist asks for, which no tool of a build or a deployment needs to send anywhere. */
const ownSecrets = new Set(["DATABASE_URL", "DIRECT_URL", "JWT_SECRET", "SECRET_KEY", everyVariable]);
const isOwn = (held: Held): boolean => held.some((name) => ownSecrets.has(name));

/** A program with what it reads. */
interface Call {
  readonly words: readonly Word[];
  readonly input: Held;
  /** The text that it reads, where that is written in the command. */
  readonly typed: string | undefined;
  /** The name of what writes its input. */
  readonly writer: string | undefined;
}

class Reading {
  readonly #names: Names;
  readonly #locals = new Map<string, { readonly text: string; readonly held: Held }>();
  #isTracing = false;
  #depth = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /** What the commands print. */
  run(text: string): Held {
    const pipelines = pipelinesOf(text);
    if (pipelines === undefined || this.#depth > 8) {
      return unread(
        "has a quote, a substitution or a text that does not end, so what it shows cannot be read",
      );
    }
    this.#depth += 1;
    const printed = pipelines.map((pipeline) => this.#pipeline(pipeline));
    this.#depth -= 1;
    return union(...printed);
  }

  #pipeline(pipeline: Pipeline): Held {
    let held: Held = nothing;
    let writer: string | undefined;
    for (const command of pipeline) {
      held = this.#command(command, held, writer);
      const [program] = command.words;
      writer = program && programName(program);
    }
    return held;
  }

  #command({ assignments, words, redirects }: SimpleCommand, piped: Held, writer: string | undefined): Held {
    for (const { name, value } of assignments) this.#assign(name, value);
    const inputs = redirects.filter(({ operator }) => operator.startsWith("<"));
    const typed = inputs.find(({ operator }) => operator !== "<")?.target;
    const input = union(piped, ...inputs.map(({ operator, target }) => this.#redirected(operator, target)));
    if (this.#isTracing) {
      const traced = union(...[...words, ...assignments.map(({ value }) => value)].map((it) => this.#in(it)));
      if (traced.length > 0) return fail(`traces what it runs, and so prints ${listed(traced)} into the log`);
    }
    const output = words.length === 0 ? input : this.#program({ words, input, typed: typed?.text, writer });
    return redirects
      .filter(({ operator }) => /^[1&]?>/.test(operator))
      .reduce((held, { target }) => this.#written(held, target.text), output);
  }

  #redirected(operator: string, target: Word): Held {
    if (operator !== "<") return this.#in(target);
    return programs.isVariablesFile(target.text) ? everything : this.#in(target);
  }

  /** What is left for the log where it is written into a file. */
  #written(held: Held, path: string): Held {
    if (/^\/dev\/(?:std(?:out|err)|tty|fd\/\d+)$|^\/proc\/\w+\/fd\/[12]$|^\d$/.test(path)) return held;
    if (path === "/dev/null" || held.length === 0) return nothing;
    if (programs.isCredentialsFile(path) && !isOwn(held)) return nothing;
    return fail(`writes ${listed(held)} into ${path}`);
  }

  #assign(name: string, value: Word): void {
    const held = this.#in(value);
    if (held.length > 0 && this.#names.isPublic(name)) {
      fail(`puts ${listed(held)} into ${name}, which the build sends to browsers`);
    }
    this.#locals.set(name, { text: value.text, held });
  }

  /** What the shell puts into a word. */
  #in({ variables, commands }: Word): Held {
    return union(
      ...variables.map((variable) => this.#expanded(variable)),
      ...commands.map((command) => this.run(command)),
    );
  }

  #expanded({ name, rest }: Expansion): Held {
    if (name.startsWith("#") || /^:?\+/.test(rest)) return nothing;
    // `${!NAME}` is the variable that another one names, `${!PREFIX@}` a list of names.
    if (name.startsWith("!")) return /^[@*]$/.test(rest) ? nothing : everything;
    return this.#locals.get(name)?.held ?? (this.#names.isSecret(name) ? [name] : nothing);
  }

  /** What a program writes. */
  #program(call: Call): Held {
    const { words, input } = call;
    const [first] = words;
    if (first === undefined) return nothing;
    if (first.commands.length > 0) return this.#located(call, first);
    const variable = /^\$\{?(\w+|@|\*)\}?$/.exec(first.text)?.[1];
    if (variable !== undefined) return this.#named(variable);
    const name = programName(first);
    const rest = words.slice(1);
    const line = words.map(({ text }) => text).join(" ");
    if (programs.stores.some((form) => form.test(line.replace(/^\S*\//, "")))) return everything;
    if (programs.shells.has(name)) return this.#shell(rest, call);
    if (tests.has(name)) return nothing;
    if (builtins.has(name)) return this.#builtin(name, rest);
    const code = codeOf(name, rest);
    if (code !== undefined) return this.#code(name, code, input);
    if (isPackageManager.test(name)) return this.#packageManager(name, rest, call);
    if (programs.wrappers.has(name)) return this.#wrapped(name, rest, call);
    const after = rest.findIndex(({ text }) => text === "--");
    const run = after < 0 ? nothing : this.#runs({ ...call, words: rest.slice(after + 1) });
    return union(run, this.#external(name, rest, call));
  }

  /** A program that another command finds, by the folder that it is in or by its name. */
  #located(call: Call, { text }: Word): Held {
    const program = located
      .exec(text)
      ?.slice(1)
      .find((name) => name !== undefined);
    if (program === undefined) return unread("runs a program whose name another command gives");
    return this.#program({
      ...call,
      words: [{ text: program, variables: [], commands: [] }, ...call.words.slice(1)],
    });
  }

  /** A program that a variable names: known only where the command says what the variable is. */
  #named(variable: string): Held {
    const text = this.#locals.get(variable)?.text;
    if (/^(?:[@*]|\d)$/.test(variable)) return nothing;
    return text === undefined ? unread(`runs what the variable ${variable} names`) : this.run(text);
  }

  /** What follows `--` is a program only where it does not begin as an option. */
  #runs(call: Call): Held {
    return call.words[0]?.text.startsWith("-") === false ? this.#program(call) : nothing;
  }

  #builtin(name: string, words: readonly Word[]): Held {
    const texts = words.map(({ text }) => text);
    if (name === "set") {
      const on = texts.some(
        (text, place) => /^-[a-z]*x/.test(text) || (text === "xtrace" && texts[place - 1] === "-o"),
      );
      const off = texts.some(
        (text, place) => /^\+[a-z]*x/.test(text) || (text === "xtrace" && texts[place - 1] === "+o"),
      );
      this.#isTracing = (this.#isTracing || on) && !off;
      return words.length === 0 ? everything : nothing;
    }
    if (name === "eval") {
      const isComputed = words.every(({ text, commands }) => commands.some((one) => text === `$(${one})`));
      if (!isComputed) return this.run(texts.join(" "));
      for (const word of words) this.#in(word);
      return nothing;
    }
    if (name === "trap") return /\s|^\w+$/.test(texts[0] ?? "") ? this.run(texts[0] ?? "") : nothing;
    if (name === "source" || name === ".") {
      return this.#isTracing
        ? unread(`traces ${texts[0] ?? "a script"}, and so may print variables into the log`)
        : nothing;
    }
    if (name === "ps") return texts.some((text) => /^[a-df-z]*e[a-z]*$/.test(text)) ? everything : nothing;
    if (name === "printenv") {
      const asked = texts.filter((text) => !text.startsWith("-"));
      return asked.length === 0 ? everything : asked.filter((one) => this.#names.isSecret(one));
    }
    return this.#declaration(words);
  }

  /** `export`, `declare` and the like: without a value they print. */
  #declaration(words: readonly Word[]): Held {
    const options = words.filter(({ text }) => /^[-+]/.test(text)).map(({ text }) => text);
    const given = words.filter(({ text }) => !/^[-+]/.test(text));
    if (given.length === 0) return options.some((option) => /f/i.test(option)) ? nothing : everything;
    const printed = options.some((option) => option.includes("p"));
    for (const word of given) {
      const [, name, text = ""] = /^(\w+)=([\s\S]*)$/.exec(word.text) ?? [];
      if (name !== undefined) this.#assign(name, { ...word, text });
    }
    return printed ? given.map(({ text }) => text).filter((name) => this.#names.isSecret(name)) : nothing;
  }

  #shell(rest: readonly Word[], { input, typed, writer }: Call): Held {
    const options = rest.filter(({ text }) => /^[-+]/.test(text)).map(({ text }) => text);
    const script = rest.findIndex(({ text }) => /^-[a-z]*c$/.test(text));
    const traces =
      options.some((text) => /^-[a-z]*x/.test(text)) || rest.some(({ text }) => text === "xtrace");
    const file = rest.find(({ text }, place) => !/^[-+]/.test(text) && rest[place - 1]?.text !== "-o");
    if (script >= 0) {
      const before = this.#isTracing;
      this.#isTracing = traces;
      const held = this.run(rest.slice(script + 1).find(({ text }) => !/^[-+]/.test(text))?.text ?? "");
      this.#isTracing = before;
      return held;
    }
    if (file !== undefined) {
      return traces ? unread(`traces ${file.text}, and so may print variables into the log`) : nothing;
    }
    if (typed !== undefined) return this.run(typed);
    // What an installer is fetched from is judged by nothing here: it is a program as others are.
    const isFetched = writer === "curl" || writer === "wget";
    return input.length === 0 && (writer === undefined || isFetched)
      ? nothing
      : unread("runs a text that another command writes");
  }

  #packageManager(name: string, rest: readonly Word[], call: Call): Held {
    const texts = rest.map(({ text }) => text).filter((text) => !text.startsWith("-"));
    const [verb = "", what = ""] = texts;
    if (/^run(?:-script)?$/.test(verb) && what === "env") return everything;
    if (/^(?:config|c)$/.test(verb) && /^(?:list|ls|get|)$/.test(what) && texts.length < 3) {
      return unread(`prints the settings of ${name}, in which tokens may be`);
    }
    if (/^(?:exec|x|dlx)$/.test(verb)) {
      const start = rest.findIndex(({ text }) => text === verb);
      return this.#wrapped(name, rest.slice(start + 1), call);
    }
    const after = rest.findIndex(({ text }) => text === "--");
    return this.#external(name, after < 0 ? rest : rest.slice(0, after), call);
  }

  /** What a program runs that runs the words after it. */
  #wrapped(name: string, rest: readonly Word[], call: Call): Held {
    let place = 0;
    let own = programs.wrappers.get(name) ?? 0;
    let isEmpty = false;
    for (; place < rest.length; place += 1) {
      const word = rest[place];
      const text = word?.text ?? "";
      if (/^-\w*c$|^--(?:call|command|split-string)$|^-S$/.test(text) && rest[place + 1] !== undefined) {
        return this.run(rest[place + 1]?.text ?? "");
      }
      if (text === "-i" || text === "-" || text === "--ignore-environment") isEmpty = true;
      if (programs.valued.test(text)) place += 1;
      else if (/^\w+=/.test(text) && word !== undefined) {
        this.#assign(text.slice(0, text.indexOf("=")), { ...word, text: text.slice(text.indexOf("=") + 1) });
      } else if (!/^-|^\d+(?:\.\d+)?[smhd]?$/.test(text)) {
        if (own === 0) break;
        own -= 1;
      }
    }
    const words = rest.slice(place);
    if (words.length === 0)
      return name === "env" && !isEmpty ? everything : name === "xargs" ? call.input : nothing;
    const held = this.#program({ ...call, words });
    return name === "xargs" || name === "parallel" ? union(held, call.input) : held;
  }

  /** Code on the command line: what it does with the environment is not followed, so it may only ask for what is there. */
  #code(name: string, code: string, input: Held): Held {
    const left = harmlessIn(code, this.#names);
    if (forbidden.test(left))
      return unread(`has code for ${name} that reads variables, and what it does with them cannot be read`);
    return input.length > 0 ? unread(`hands ${listed(input)} to code for ${name}`) : nothing;
  }

  #external(name: string, rest: readonly Word[], { input }: Call): Held {
    const texts = rest.map(({ text }) => text);
    const given = union(...rest.map((word) => this.#in(word)));
    const file = texts.find((text) => programs.isVariablesFile(text));
    if (programs.summaries.has(name)) return nothing;
    if (programs.printers.has(name)) return given;
    if (programs.copiers.has(name)) return this.#copied(name, texts);
    if (programs.senders.has(name)) return this.#sent(name, texts, { given, input, file });
    if (name === "envsubst") return this.#substituted(texts);
    if (programs.filters.has(name)) {
      return this.#filtered(name, texts, union(input, given, file === undefined ? nothing : everything));
    }
    if (given.includes(everyVariable)) return fail(`hands every variable to ${name}`);
    if (input.includes(everyVariable)) return unread(`hands every variable to ${name}`);
    if (name === "find" && file !== undefined) return everything;
    const kept = rest.find((word) => intoOutput.test(word.text) && this.#in(word).length > 0);
    const before = rest.findIndex(({ text }) => /^(?:--build-arg|--define|-D)$/.test(text));
    const next = before < 0 ? undefined : rest[before + 1];
    const built = union(...[kept, next].map((word) => (word === undefined ? nothing : this.#in(word))));
    if (built.length > 0) return fail(`puts ${listed(built)} into what ${name} makes`);
    return union(...texts.filter((text) => /\s/.test(text)).map((text) => this.#quoted(text)));
  }

  /** A word with spaces may be a command that the program runs. */
  #quoted(text: string): Held {
    return pipelinesOf(text) === undefined || text.includes("$(") ? nothing : this.run(text);
  }

  #copied(name: string, texts: readonly string[]): Held {
    // `zip` leaves out all that follows `-x`; the others one name after each `--exclude`.
    const last = name === "zip" ? texts.indexOf("-x") : -1;
    const places = (last < 0 ? texts : texts.slice(0, last)).filter(
      (text, place, all) => !text.startsWith("-") && all[place - 1] !== "--exclude",
    );
    const isArchive = /^(?:tar|zip|7z|cpio|dd)$/.test(name);
    const source = (isArchive ? places : places.slice(0, -1)).find((text) => programs.isVariablesFile(text));
    const [from = "", to = "", ...others] = places;
    const isOwn = /^(?:cp|mv|ln)$/.test(name) && others.length === 0 && programs.choosesProduction(from, to);
    return source === undefined || isOwn ? nothing : fail(`copies ${source}, in which variables are`);
  }

  #sent(
    name: string,
    texts: readonly string[],
    { given, input, file }: { given: Held; input: Held; file: string | undefined },
  ): Held {
    const sent = union(given, input);
    if (isOwn(sent)) return fail(`hands ${listed(sent)} to ${name}, which sends it elsewhere`);
    if (file !== undefined) return fail(`hands ${file} to ${name}, which sends it elsewhere`);
    const isLoud = name === "curl" && texts.some((text) => /^-[a-zA-Z]*v|^--verbose$|^--trace/.test(text));
    return isLoud ? given : nothing;
  }

  /** A template may name every variable, unless the command lists those that it may. */
  #substituted(texts: readonly string[]): Held {
    const list = texts.find((text) => !text.startsWith("-"));
    if (list === undefined) {
      return unread("fills a template with whatever variables it names, rather than with those of a list");
    }
    return [...list.matchAll(/\$\{?(\w+)/g)]
      .map(([, name = ""]) => name)
      .filter((one) => this.#names.isSecret(one));
  }

  #filtered(name: string, texts: readonly string[], held: Held): Held {
    const program = texts.join(" ");
    if (/^(?:g|m|n)?awk$/.test(name) && program.includes("ENVIRON")) return everything;
    if (/^[jy]q$/.test(name) && /\$ENV\b|\b(?:str)?env\b/.test(program)) return everything;
    if (/sed$/.test(name) && texts.some((text) => /^-\w*i|^--in-place/.test(text)) && held.length > 0) {
      return fail(`writes ${listed(held)} into ${texts.at(-1)}`);
    }
    if (name === "tee") {
      for (const path of texts.filter((text) => !text.startsWith("-"))) {
        const printed = this.#written(held, path);
        if (printed.length > 0) return fail(`prints ${listed(printed)} into the log`);
      }
    }
    return /grep$|^rg$/.test(name) ? this.#selected(texts, held) : held;
  }

  /** Lines that begin with the names that a pattern lists, where every name may be seen; else all that was there. */
  #selected(texts: readonly string[], held: Held): Held {
    const options = texts.filter((text) => text.startsWith("-"));
    if (options.some((option) => /^-[a-zA-Z]*[qcLl]|^--(?:quiet|silent|count)$/.test(option))) return nothing;
    const patterns = texts.filter((text) => !text.startsWith("-"));
    const isPlain = options.every((option) => /^-[eEPh]+$/.test(option)) && patterns.length > 0;
    const names = patterns.map(namesBegun);
    // No name but those that browsers get has their prefix in it.
    if (isPlain && patterns.every((one) => one.endsWith("_") && this.#names.isPublic(`${one}X`))) {
      return nothing;
    }
    const isSeen = (begin: string) =>
      begin.endsWith("=")
        ? !this.#names.isSecret(begin.slice(0, -1))
        : begin.endsWith("_") && (this.#names.isPublic(`${begin}X`) || /^(?:NODE|RENDER|LC)_$/.test(begin));
    return isPlain && names.every((begins) => begins?.every(isSeen)) ? nothing : held;
  }
}

const located = /^\$\((?:which ([\w.-]+)|command -v ([\w.-]+))\)$|^\$\((?:npm|pnpm|yarn) bin\)\/([\w./-]+)$/;

/** What ends up in a bundle or an image. */
const intoOutput = /^(?:--build-arg|--define|-D)[=:]|^-D\w/;

/** The beginnings of lines that a pattern asks for: `^NODE_ENV=` or `^(NEXT_PUBLIC_|NODE_)`; undefined where others. */
function namesBegun(pattern: string): string[] | undefined {
  const [, inner] = /^\^\\?\(([^()]*)\\?\)$/.exec(pattern) ?? [];
  const parts = (inner ?? pattern)
    .split(/\\?\|/)
    .map((part) => (inner === undefined ? part : `^${part.replace(/^\^/, "")}`));
  const names = parts.map((part) => /^\^(\w+=?)(?:\.\*)?$/.exec(part)?.[1]);
  return names.some((name) => name === undefined) ? undefined : names.filter((name) => name !== undefined);
}

const isPackageManager = /^(?:npm|pnpm|yarn|bun)$/;

/** What a shell or the machine has by itself, and which sets, runs or shows variables. */
const builtins: ReadonlySet<string> = new Set(
  "set eval trap source . ps printenv export declare typeset readonly local".split(" "),
);

/** Conditions show nothing. */
const tests: ReadonlySet<string> = new Set(["[", "[[", "test"]);

/** The code that a program is given, with that of every such option. */
function codeOf(name: string, rest: readonly Word[]): string | undefined {
  const option = programs.interpreters.find(([form]) => form.test(name))?.[1];
  const place = option === undefined ? -1 : rest.findIndex(({ text }) => option.test(text));
  return place < 0
    ? undefined
    : rest
        .slice(place)
        .map(({ text }) => text)
        .join("\n");
}

/** Code without what shows nothing: other parts of `process`, tests of whether a variable is there, and plain names. */
function harmlessIn(code: string, { isSecret }: Names): string {
  return code
    .replace(/!+\s*process\.env(?:\.\w+|\[["'`]\w+["'`]\])/g, "")
    .replace(/\bprocess\.env\.\w+\s*(?:\|\|\s*process\.exit|[!=]==?\s*(?:undefined|null)|\?(?![.?]))/g, "")
    .replace(
      /\bprocess\.(?:exit(?:Code)?|argv|versions?|cwd|uptime|platform|arch|hrtime|memoryUsage|on|nextTick)\b/g,
      "",
    )
    .replace(/\bprocess\.env\.(\w+)/g, (text, name: string) => (isSecret(name) ? text : ""))
    .replace(/\bos\.environ(?:\.get\(|\[)["'](\w+)["']/g, (text, name: string) =>
      isSecret(name) ? text : "",
    )
    .replace(/\b(["'])[A-Z_]+\1\s+(?:not\s+)?in\s+os\.environ\b/g, "")
    .replace(/\bENV(?:\.fetch\(|\[)["'](\w+)["']/g, (text, name: string) => (isSecret(name) ? text : ""));
}

/** What reads variables, files of variables, or runs another program. */
const forbidden =
  /\bprocess\b|\benv|environ|\bENV\b|getenv|get_env|phpinfo|^-i$|child_process|\bexec(?:Sync|File)?\b|\bspawn|\bsystem\b|popen|subprocess|globalThis|\/etc\/secrets/im;
