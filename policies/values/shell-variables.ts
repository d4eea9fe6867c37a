import { parseConnection, plaintextFault, sslModeFault } from "./connection-string.ts";
import { pipelinesOf, programName, type SimpleCommand, type Word } from "./shell-grammar.ts";
import { shells } from "./shell-programs.ts";
import { skipsTls } from "./tls-switches.ts";

/** What a command makes of a variable for what it starts, as what follows "The start command". */
export interface Change {
  readonly what: string;
  /** Whether it is about how a program connects to the database. */
  readonly isConnection: boolean;
  /** Set where what comes of it cannot be read. */
  readonly isUnproved?: true;
}

/**
 * Variables of the checklist that a command computes anew, and connections that it makes without TLS. A default
 * (`${NAME:-text}`), a text that is appended and the content of a file are what they say.
 */
export function variablesChangedBy(command: string, depth = 0): Change[] {
  if (depth > 6) return [];
  return (pipelinesOf(command) ?? [])
    .flat()
    .flatMap((one) => [
      ...assignmentsOf(one).flatMap(({ name, value }) => assigned(name, value)),
      ...weakened(one),
      ...called(one),
      ...scriptsOf(one).flatMap((script) => variablesChangedBy(script, depth + 1)),
    ]);
}

const connectionNames = "DATABASE_URL|DIRECT_URL|PGHOST|PGPORT|PGOPTIONS|PGSSL\\w+";
const names = `(?:${connectionNames}|JWT_SECRET|SECRET_KEY|SENTRY_DSN|NODE_ENV|CORS_\\w+)`;
const required = new RegExp(`^${names}$`);
const isRequired = new RegExp(`\\b${names}\\b`);
const connects = new RegExp(`^(?:${connectionNames})$`);
const isConnection = (name: string): boolean => connects.test(name);
const setInCode = new RegExp(`\\benv(?:\\.|\\[["'\`])(${names})["'\`\\]]*\\s*=(?![=>])`);

/** Words by which a shell or a program sets variables. */
const setters = /^(?:export|declare|typeset|readonly|local|env|cross-env)$/;

function assignmentsOf({ assignments, words }: SimpleCommand): readonly { name: string; value: Word }[] {
  const [program] = words;
  const further = setters.test(programName(program))
    ? words.slice(1).flatMap((word) => {
        const [whole = "", name] = /^([A-Za-z_]\w*)\+?=/.exec(word.text) ?? [];
        return name === undefined ? [] : [{ name, value: { ...word, text: word.text.slice(whole.length) } }];
      })
    : [];
  return [...assignments, ...further];
}

/** Operators that cut or replace a part of a value; those of defaults and errors do not. */
const cuts = /^(?:[#%/^,@]|:\s*[-(]?\s*\d)/;
const isCut = ({ rest }: { readonly rest: string }): boolean => cuts.test(rest) && !/^:-/.test(rest);

function assigned(name: string, value: Word): Change[] {
  if (value.variables.length + value.commands.length === 0) return [];
  const found = (what: string, isUnproved = false): Change[] => [
    {
      what,
      isConnection: isConnection(name) || !required.test(name),
      ...(isUnproved && { isUnproved: true }),
    },
  ];
  for (const { rest } of value.variables) {
    const [, given] = /^:?[-=](.*)$/s.exec(rest) ?? [];
    const isWeak =
      given !== undefined &&
      (skipsTls(name, given) ||
        (name === "PGSSLMODE" && !given.includes("$") && sslModeFault(given) !== undefined));
    if (isWeak)
      return found(`sets ${name}, where it is missing, to a value without TLS or without verification`);
  }
  if (!required.test(name)) return [];
  if (name === "PGSSLMODE" && /\b(?:disable|allow|prefer)\b/.test(value.text)) {
    return found("makes PGSSLMODE a mode that allows a plaintext connection");
  }
  if (
    value.variables.some((one) => required.test(one.name) && isCut(one)) ||
    value.commands.some((text) => isRequired.test(text))
  ) {
    return found(`makes ${name} by changing a variable, and what comes of it cannot be read`, true);
  }
  const connection = /\?[^#]*\$/.test(value.text) ? undefined : parseConnection(value.text);
  const weakness = connection && plaintextFault(connection);
  return weakness === undefined
    ? []
    : found(`makes ${name} with ${weakness}, which allows a plaintext connection`);
}

const weak =
  /\bssl_?mode["'\\]*\s*[=:]\s*["'\\]*(?:disable|allow|prefer|no-verify)\b|[?&]ssl=(?:false|0|no-verify)\b|\bsslaccept=accept_invalid_certs\b/i;
const isLocal = /\blocalhost\b|127\.0\.0\.1/;
/** Programs that only look whether a text is there. */
const looks = /^(?:e|f|z)?grep$|^(?:rg|test|\[|\[\[|case|in)$/;
/** A substitution of `sed` or `perl` in what says how to connect. */
const substitutes = /(?:^|[\s;{])s([/|#,@!~])[^\n]*?(?:sslmode|rejectUnauthorized|sslaccept)/i;

/** Texts by which what the command starts, writes or changes connects without TLS. */
function weakened({ assignments, words, redirects }: SimpleCommand): Change[] {
  const program = programName(words[0]);
  const texts = [
    ...(looks.test(program) ? [] : words),
    ...assignments.map(({ value }) => value),
    ...redirects.filter(({ operator }) => operator.includes("<<")).map(({ target }) => target),
  ]
    // What a command in it does is read by itself.
    .map(({ text, commands }) => commands.reduce((rest, inner) => rest.replace(`$(${inner})`, ""), text))
    .filter((text) => !isLocal.test(text));
  if (texts.some((text) => weak.test(text))) {
    return [{ what: "makes a connection that allows plaintext", isConnection: true }];
  }
  return /^(?:sed|gsed|perl)$/.test(program) && texts.some((text) => substitutes.test(text))
    ? [{ what: "replaces what says how to connect to the database", isConnection: true, isUnproved: true }]
    : [];
}

/** Programs that are given a connection that the shell cuts, variables set by `printf -v` or `read`, or by code. */
function called({ words }: SimpleCommand): Change[] {
  const [program, ...rest] = words;
  const name = programName(program);
  const unread = (what: string, ofConnection: boolean): Change[] => [
    { what, isConnection: ofConnection, isUnproved: true },
  ];
  const isClient = /^(?:psql|pg_\w+|pgbench)$/.test(name) && name !== "pg_isready";
  const cut = rest
    .flatMap(({ variables }) => variables)
    .find((one) => /^(?:DATABASE|DIRECT)_URL$/.test(one.name) && isCut(one));
  if (isClient && cut !== undefined) {
    return unread(`gives ${name} a part of ${cut.name}, which may leave out how it encrypts`, true);
  }
  const set =
    name === "printf" && rest[0]?.text === "-v" ? rest[1] : name === "read" ? rest.at(-1) : undefined;
  if (set !== undefined && required.test(set.text)) {
    return unread(
      `makes ${set.text} by ${name}, and what comes of it cannot be read`,
      isConnection(set.text),
    );
  }
  const [, inCode] = rest.map(({ text }) => setInCode.exec(text)).find((match) => match !== null) ?? [];
  return inCode === undefined || inCode === "NODE_ENV"
    ? []
    : unread(`gives ${inCode} another value, which cannot be read`, isConnection(inCode));
}

/** What is run inside a command: substitutions, what a shell is given, and `eval`. */
function scriptsOf({ assignments, words, redirects }: SimpleCommand): string[] {
  const all = [...words, ...assignments.map(({ value }) => value), ...redirects.map(({ target }) => target)];
  const place = words.findIndex((word) => shells.has(programName(word)));
  const flag = place < 0 ? -1 : words.findIndex((word, at) => at > place && /^-\w*c$/.test(word.text));
  const script = flag < 0 ? undefined : words[flag + 1]?.text;
  const evaluated =
    programName(words[0]) === "eval"
      ? words
          .slice(1)
          .map(({ text }) => text)
          .join(" ")
      : undefined;
  return [
    ...all.flatMap(({ commands }) => commands),
    ...[script, evaluated].filter((text) => text !== undefined),
  ];
}
