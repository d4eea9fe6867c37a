/** Most reasons that are kept. */
const mostReasons = 20;

/** What a server refused, by what psql or pg_restore prints of it, line by line. */
export class Refusals {
  #reasons = new Set<string>();
  #isCommand = false;
  #isLost = false;
  #last = "";

  /** Takes a line. The statements that pg_restore repeats may have any text in them. */
  take(line: string): void {
    if (/^pg_restore: /.test(line)) this.#isCommand = false;
    else if (line.startsWith("Command was: ")) this.#isCommand = true;
    if (this.#isCommand) return;
    if (line.trim() !== "") this.#last = line;
    this.#isLost ||= lost.test(line);
    const [, reason] = /\bERROR: +(.*)/.exec(line) ?? [];
    if (reason === undefined || isConsequence.test(reason)) return;
    if (this.#reasons.size < mostReasons) this.#reasons.add(reason);
  }

  /** Why, one sentence each. */
  get sentences(): string[] {
    return [...this.#reasons].map(refusal);
  }

  /** Whether pg_restore made everything that the server did not refuse. It goes on without a server, too. */
  get wentOn(): boolean {
    return this.#reasons.size > 0 && !this.#isLost && /: errors ignored on restore: \d+$/.test(this.#last);
  }
}

/** A sentence on what a server refused for a reason, of which the first line counts. */
export function refusal(reason: string): string {
  return `The server refused a part of the backup: ${reason.split("\n", 1)[0]}.`;
}

/** What a server says of statements that follow a refused one in its transaction. */
const isConsequence = /^current transaction is aborted, /;

/** What libpq and a server that stops say. */
const lost =
  /closed the connection|terminating connection|no connection to the server|connection to server|could not connect|lost synchronization|FATAL: |PANIC: /;
