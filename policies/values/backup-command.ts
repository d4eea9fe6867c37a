/**
 * What is wrong with a shell command that has to make a backup; undefined where it surely runs a program that makes
 * one. A command that the pack does not read counts as wrong: it may do anything, or nothing.
 */
export function backupCommandFault(command: string): string | undefined {
  const steps = stepsOf(command);
  if (steps === undefined) {
    return "is in a form that the pack does not read: name the program that makes the backup, such as pg_dump, without conditions, loops and substitutions";
  }
  for (const [index, { words, before, after }] of steps.entries()) {
    const program = programOf(words);
    if (program === "exit" || program === "exec" || (program === "false" && after === "&&")) {
      return "ends before it makes a backup";
    }
    if (before === "||") {
      // What follows `||` runs only where the step before it fails.
      continue;
    }
    if (makesBackup(words)) {
      return hidden(words, steps.slice(index + 1));
    }
  }
  return "runs nothing that makes a backup";
}

interface Step {
  /** Words without quotes, assignments and what only wraps another program. */
  readonly words: readonly string[];
  /** The operator before the step, and the one after it. */
  readonly before: string;
  readonly after: string;
}

const operators: ReadonlySet<string> = new Set(["&&", "||", ";", "|", "\n", "&"]);

/** Longer commands are not written by hand. */
const longest = 5000;

function stepsOf(command: string): Step[] | undefined {
  const words = command.length > longest ? undefined : wordsOf(command);
  if (words === undefined) {
    return undefined;
  }
  const steps: Step[] = [];
  let current: string[] = [];
  let before = "";
  for (const word of [...words, ";"]) {
    if (!operators.has(word)) {
      current.push(word);
      continue;
    }
    if (current.length > 0) {
      const inner = unwrapped(current);
      const [shell, flag, script] = inner;
      // `sh -c "…"` runs a command of its own.
      const nested =
        /^(?:.*\/)?(?:ba|da|z)?sh$/.test(shell ?? "") && /^-[a-z]*c$/.test(flag ?? "")
          ? stepsOf(script ?? "")
          : [];
      if (nested === undefined) {
        return undefined;
      }
      // Where the shell's own output goes, that of its last step goes.
      const [last] = nested.splice(-1);
      const redirect = inner.findIndex((it, place) => place > 2 && /^\d*>/.test(it));
      const whole =
        last && redirect > 2 ? { ...last, words: [...last.words, ...inner.slice(redirect)] } : last;
      steps.push(...nested, whole ?? { words: inner, before, after: word });
    }
    current = [];
    before = word;
  }
  return steps.some(({ words: [first] }) => conditions.has(first ?? "")) ? undefined : steps;
}

const conditions: ReadonlySet<string> = new Set(
  "if then else elif fi for while until do done case esac function { } ( ) !".split(" "),
);

/** Words and operators; undefined where something else is in it, such as a substitution. */
function wordsOf(command: string): string[] | undefined {
  const words: string[] = [];
  const form =
    /\\\n|[ \t]+|#[^\n]*|(?<operator>&&|\|\||[;|&\n])|(?<word>(?:[^\s;|&'"\\`$()#]|\$\{?\w+\}?|'[^']*'|"(?:[^"\\`$]|\\.|\$\{?\w+\}?)*"|\\.|(?<=\S)#|(?<=>)&)+)/y;
  while (form.lastIndex < command.length) {
    const match = form.exec(command);
    if (match === null) {
      return undefined;
    }
    const { operator, word } = match.groups ?? {};
    if (operator !== undefined) {
      words.push(operator);
    } else if (word !== undefined) {
      words.push(word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, "$1$2$3"));
    }
  }
  return words;
}

const wrappers =
  /^(?:.*\/)?(?:env|exec|nice|ionice|time|timeout|sudo|nohup|npx|pnpm|yarn|bunx|node|bun|deno|python3?|bash|sh|set|dumb-init|tini)$/;

/** Without assignments before the program and programs that only run another. */
function unwrapped(words: readonly string[]): string[] {
  let rest = [...words];
  for (;;) {
    const [first = "", second = ""] = rest;
    const isWrapper = wrappers.test(first) && rest.length > 1 && !/^-[a-z]*c$/.test(second);
    if (/^\w+=/.test(first) || (isWrapper && first !== "set")) {
      rest = rest.slice(1);
    } else if (rest.length > 1 && /^(?:-\S*|\d+[smh]?)$/.test(first) && rest.length < words.length) {
      rest = rest.slice(1);
    } else {
      return rest;
    }
  }
}

const programOf = ([program = ""]: readonly string[]): string => program.replace(/^.*\//, "");

/** Programs that only write text or look at something, whatever the text says. */
const idle: ReadonlySet<string> = new Set(
  "true false : echo printf sleep cat ls test [ [[ which command type cd mkdir touch rm export set date wait head tail grep".split(
    " ",
  ),
);

const makers =
  /^(?:pg_dump(?:all)?|pg_basebackup|pgbackrest|wal-g|barman|barman-cloud-backup|restic|kopia|borg|duplicity)$/;

function makesBackup(words: readonly string[]): boolean {
  const program = programOf(words);
  // Of the checklist's own command, one subcommand makes backups.
  if (program === "optropic" || program === "optropic.js") {
    return words.find((word, place) => place > 0 && !word.startsWith("-")) === "backup";
  }
  if (idle.has(program)) {
    return false;
  }
  return makers.test(program) || words.some((word) => !word.startsWith("-") && /back-?_?up/i.test(word));
}

/** Programs that leave out a part of what they read. */
const partial = /^(?:\S*\/)?(?:head|tail|grep|egrep|sed|awk|cut|sort|uniq|wc|strings)$/;

const endsWell = (words: readonly string[]): boolean =>
  programOf(words) === "exit"
    ? words.length === 1 || words[1] === "0"
    : ["true", ":", "echo", "printf"].includes(programOf(words));

/** A backup that is not made after all, goes nowhere, or whose failure nobody sees. */
function hidden(words: readonly string[], later: readonly Step[]): string | undefined {
  const flag = words.find((word) =>
    /^(?:--(?:dry-?run|help|version|schema-only|schema_only|no-op|noop|list|check|test)|-h|-V|-s)(?:=(?!false)|$)/i.test(
      word,
    ),
  );
  if (flag !== undefined) {
    return `makes no backup with ${flag}`;
  }
  const last = [words, ...later.filter(({ before }) => before === "|").map((step) => step.words)].flat();
  const isThrownAway = last.some(
    (word, index) =>
      /^(?:1|&)?>{1,2}\/dev\/null$/.test(word) ||
      (word === "/dev/null" && !(last[index - 1] ?? "").startsWith("2>")),
  );
  if (isThrownAway) {
    return "throws the backup away, to /dev/null";
  }
  const filter = later.find(({ before, words: [program = ""] }) => before === "|" && partial.test(program));
  if (filter !== undefined) {
    return `keeps only what ${filter.words[0]} leaves of the backup`;
  }
  const next = later.find(({ before }) => before !== "|");
  const isIgnored = next?.before === "||" && endsWell(next.words);
  return isIgnored ? "ends well where the backup fails" : staying(words, later);
}

/** Programs that write a dump where they are told to, and send it nowhere. */
const dumpers = /^pg_dump(?:all)?$/;

/** Programs that send nothing anywhere: they change what they read, or look at it. */
const local =
  /^(?:gzip|pigz|bzip2|xz|zstd|lz4|age|gpg2?|openssl|tee|mv|cp|tar|sha256sum|md5sum|du|stat|chmod|gunzip|sync)$/;

/** Folders that are gone with the container, whatever is mounted into it. */
const temporary = /^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/;

/** A dump that nothing takes out of the job: it ends with the job's own disk, or is in its log. */
function staying(words: readonly string[], later: readonly Step[]): string | undefined {
  const isMoved = later.some((step) => {
    const program = programOf(step.words);
    return !local.test(program) && !idle.has(program) && program !== "exit";
  });
  if (!dumpers.test(programOf(words)) || isMoved) {
    return undefined;
  }
  const targets = [words, ...later.map((step) => step.words)].flatMap(targetsOf);
  if (targets.length === 0) {
    // Options in a variable may name a file.
    const isOpen = words.some((word) => /^\$\{?\w*(?:OPT|ARG|FLAG)/i.test(word));
    return later.length === 0 && !isOpen
      ? "writes the backup to its own log, and stores it nowhere"
      : undefined;
  }
  return targets.every((target) => temporary.test(target))
    ? `leaves the backup in ${targets.at(-1)}, which is gone when the job ends: let it go to the bucket`
    : undefined;
}

/** Every file that the words may name as a place to write to, and what cannot be told from one. */
function targetsOf(words: readonly string[]): string[] {
  const [, ...rest] = words;
  const hasPlaces = /^(?:tee|mv|cp|tar)$/.test(programOf(words));
  return rest.flatMap((word, index) => {
    const previous = rest[index - 1] ?? "";
    const [, redirected] = /^(?:1|&)?>{1,2}(.+)$/.exec(word) ?? [];
    const [, option] = /^(?:--(?:file|output)=|-f)(.+)$/.exec(word) ?? [];
    if (redirected !== undefined && !redirected.startsWith("&")) return [redirected];
    if (option !== undefined) return [option];
    const isNamed = /^(?:(?:1|&)?>{1,2}|--file|--output|-(?!F)[a-zA-Z]*[fo]|-out)$/.test(previous);
    return isNamed || (hasPlaces && !word.startsWith("-")) ? [word] : [];
  });
}
