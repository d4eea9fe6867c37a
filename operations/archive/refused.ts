/** Most reasons that are kept. */
const mostReasons = 1000;

/**
 * What a server refused, by what psql or pg_restore prints of it, line by line. What a newer pg_restore sets for its
 * sessions and an older server does not know is not a part of the backup.
 */
export class Refusals {
  #reasons = new Set<string>();
  #isCommand = false;
  #isLost = false;
  /** The last reason, which may be of a setting of pg_restore's own: the statement, which it prints next, tells. */
  #open: string | undefined;
  #hasIgnored = false;
  #last = "";

  /** Takes a line. The statements that pg_restore repeats may have any text in them. */
  take(line: string): void {
    this.#decide(line);
    if (/^pg_restore: /.test(line)) this.#isCommand = false;
    else if (line.startsWith("Command was: ")) this.#isCommand = true;
    if (this.#isCommand) return;
    if (line.trim() !== "") this.#last = line;
    this.#isLost ||= lost.test(line);
    const [, reason] = refusing.exec(line) ?? [];
    if (reason === undefined || isConsequence.test(reason)) return;
    if (line.startsWith("pg_restore: ")) this.#open = reason;
    else this.#keep(reason);
  }

  #decide(line: string): void {
    if (this.#open === undefined) return;
    if (ofProgram.test(line)) this.#hasIgnored = true;
    else this.#keep(this.#open);
    this.#open = undefined;
  }

  #keep(reason: string): void {
    if (this.#reasons.size < mostReasons) this.#reasons.add(reason);
  }

  /** Why, one sentence each. */
  get sentences(): string[] {
    return [...this.#all].map(refusal);
  }

  /** Whether the server only refused something, and was there until the end. */
  get isRefused(): boolean {
    return this.#all.size > 0 && !this.#isLost;
  }

  /** Whether it is certain by now that the server refused something. */
  get isCertain(): boolean {
    return this.#reasons.size > 0;
  }

  get #all(): ReadonlySet<string> {
    return this.#open === undefined ? this.#reasons : new Set([...this.#reasons, this.#open]);
  }

  /** Whether pg_restore made everything that the server did not refuse. It goes on without a server, too. */
  get wentOn(): boolean {
    const isRefused = this.#all.size > 0 || this.#hasIgnored;
    return isRefused && !this.#isLost && /: errors ignored on restore: \d+$/.test(this.#last);
  }
}

/**
 * How psql and pg_restore print what the server refuses, which may have a word of any language for ERROR. libpq writes
 * two spaces after that. A server sends what functions say at the level INFO whatever a session asks for.
 */
const refusing =
  /^(?:psql:[^:]*:\d+|pg_restore: error: .*?): (?!(?:INFO|NOTICE|WARNING|LOG|DEBUG): )[^\s:]+: {2}(.*)/s;

/**
 * A setting of pg_restore's own, which an older server does not know, such as `transaction_timeout`, which PostgreSQL 17
 * added: nothing else can be wrong with one. Each session of pg_restore makes them, those of its jobs too.
 */
const ofProgram = /^Command was: SET \w+_timeout = 0;$/;

/**
 * A sentence on what a server refused for a reason, of which the first line counts, without the value that types quote
 * which cannot read it: it may be of a row.
 */
export function refusal(reason: string): string {
  return `The server refused a part of the backup: ${reason.split("\n", 1)[0]?.replace(/: ".*$/, "")}.`;
}

/** What a server says of statements that follow a refused one in its transaction. */
const isConsequence = /^current transaction is aborted, /;

/** What libpq and a server that stops say, and one that takes no more. */
const lost =
  /No space left on device|closed the connection|terminating connection|no connection to the server|connection to server|could not connect|lost synchronization|FATAL: |PANIC: /;
