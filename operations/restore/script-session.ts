import { randomBytes } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { escapeLiteral } from "pg";
import * as z from "zod";
import { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { rawBytes, rawText } from "../../lib/raw-text.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";
import { batchesOf, inOrder, type Session } from "../../postgres/session.ts";
import { namesOf } from "../archive/names.ts";
import { sessionName } from "../archive/own-sessions.ts";
import { Refusals } from "../archive/refused.ts";
import { Colons } from "./colons.ts";
import { partsOf } from "./row-script.ts";

/**
 * A session in psql, which can run a script of pg_restore, data included, and queries in between. It ends at
 * the first error, and the server rolls an open transaction back.
 */
export class ScriptSession implements Session {
  /** What the server knows it by. */
  readonly name = sessionName("restore");
  #child: Child;
  #lines: Lines;
  #cursors = 0;
  /** Settles once all that was asked so far is answered. */
  #answered: Promise<unknown> = Promise.resolve();
  #refusals = new Refusals();
  /** What psql is asked to write to its errors, and who waits for it. */
  #said: { mark: string; resolve: () => void } | undefined;
  #settings: Promise<ReadonlySet<string>> | undefined;
  #state: string | undefined;
  #goesOn = false;

  /** @param atLeast the major version of the pg_restore whose scripts are run, which have commands of psql in them */
  constructor(connection: Connection, signal: AbortSignal, atLeast?: number) {
    const args = [
      "--no-psqlrc",
      "--no-password",
      "--quiet",
      "--no-align",
      "--tuples-only",
      "--set=ON_ERROR_STOP=1",
      // With the server's codes, which are the same in every language.
      "--set=VERBOSITY=verbose",
      "--file=-",
    ];
    const env = programEnvironment(connection, this.name);
    const keepsError = (line: string): boolean | string => {
      if (line === this.#said?.mark) {
        this.#said.resolve();
        return false;
      }
      // Where the server's program says it.
      if (line.startsWith("LOCATION:  ")) return false;
      const [, start, state, rest] = coded.exec(line) ?? [];
      if (state === undefined) {
        this.#refusals.take(line);
        return true;
      }
      if (!isNotice.test(state) && state !== isConsequence) {
        this.#state = state;
        this.#refusals.take(`${start}${rest}`);
      }
      return `${start}${rest}`;
    };
    this.#child = new Child({
      label: "psql",
      launch: launchOf("psql", args, env, atLeast),
      signal,
      keepsError,
    });
    this.#lines = new Lines(this.#child.stdout);
  }

  async rows(query: string, value?: readonly string[]): Promise<unknown[]> {
    const text = withValue(query, value);
    const [answer = "[]"] = await this.#ask(
      `select coalesce(json_agg(row_to_json(answer)), '[]')::jsonb from (${text}) answer;`,
    );
    return z.array(z.unknown()).parse(JSON.parse(answer));
  }

  async *batches(query: string, value?: readonly string[]): AsyncGenerator<unknown[]> {
    this.#cursors += 1;
    const cursor = `optropic_${this.#cursors}`;
    const declared = this.run(
      `declare ${cursor} no scroll cursor for select row_to_json(answer)::jsonb from (${withValue(query, value)}) answer`,
    );
    yield* batchesOf(async (count) => {
      const [, lines] = await inOrder(declared, this.#ask(`fetch ${count} from ${cursor};`));
      const bytes = lines.reduce((sum, line) => sum + line.length, 0);
      return { rows: lines.map((line): unknown => JSON.parse(line)), bytes };
    });
    // What fails after it says the same.
    this.run(`close ${cursor}`).catch(() => undefined);
  }

  /** A query that fails ends this session. */
  attempt(query: string): Promise<unknown[]> {
    return this.rows(query);
  }

  async run(statements: string): Promise<void> {
    await this.#ask(`${statements};`);
  }

  /**
   * Runs a script from a stream, which may be of any length: what it prints, such as a line for each large object, is
   * not kept. If both the stream and psql fail, the failure of the stream is thrown.
   */
  async script(source: AsyncIterable<Uint8Array>): Promise<void> {
    const { stdin } = this.#child;
    // The answer is not waited for: a program that ends before its output is read would lose it.
    stdin.write("\\o /dev/null\n");
    for await (const chunk of source) {
      if (stdin.destroyed) await this.#fail(undefined);
      if (!stdin.write(chunk)) await drained(stdin);
    }
    await this.#ask("\\o");
  }

  /**
   * Runs a script of rows from a stream, as `script` does. What follows a COPY that the server refuses is no rows to
   * psql, but statements of whoever wrote these rows: so each COPY is run without rows first, and its own are left out
   * where that is refused. So is everything after it, unless the session goes on with what is not refused.
   */
  async rowScript(source: AsyncIterable<Uint8Array>): Promise<void> {
    const { stdin } = this.#child;
    stdin.write("\\o /dev/null\n");
    let isLeft = false;
    for await (const { kind, bytes } of partsOf(source)) {
      if (kind === "copy") isLeft = !(await this.#takesRows(bytes));
      if (isLeft && !this.#goesOn) break;
      if (isLeft && kind !== "statements") continue;
      if (stdin.destroyed) await this.#fail(undefined);
      if (!stdin.write(bytes)) await drained(stdin);
    }
    await this.#ask("\\o");
  }

  async #takesRows(copy: Buffer): Promise<boolean> {
    const end = Buffer.from("\n\\.\n\\echo :ERROR");
    const [isRefused] = await this.#send(Buffer.concat([copy, end]));
    return isRefused === "false";
  }

  /** Runs work of which the server may refuse some statements, within the transaction: the others are run. */
  async goingOn(work: () => Promise<void>): Promise<void> {
    await this.#ask("\\set ON_ERROR_ROLLBACK on\n\\set ON_ERROR_STOP 0");
    this.#goesOn = true;
    await work();
    this.#goesOn = false;
    await this.#ask("\\set ON_ERROR_STOP 1\n\\set ON_ERROR_ROLLBACK off");
  }

  /**
   * Runs definitions of which the server may refuse some, within the transaction: the others are made. All are tried
   * together first, since a savepoint for each statement takes longer than most statements, and more than 64 of them
   * slow down every other session of the server.
   *
   * @param work is run again, each statement by itself, where the server refused anything
   */
  async makingAll(work: () => Promise<void>): Promise<void> {
    // What was refused is refused again.
    if (!(await this.tries(work))) await this.goingOn(work);
  }

  /**
   * Runs work that the server may refuse, within the transaction, all of it or nothing. What it refuses counts only
   * here.
   *
   * @returns whether it refused nothing
   */
  async tries(work: () => Promise<void>): Promise<boolean> {
    return (await this.refusalOf(work)) === undefined;
  }

  /**
   * Runs work as {@link tries} does.
   *
   * @returns what the server refused first; undefined where it refused nothing
   */
  async refusalOf(work: () => Promise<void>): Promise<string | undefined> {
    await this.refused();
    const before = this.#refusals;
    this.#refusals = new Refusals();
    await this.#ask("savepoint optropic_all;\n\\set ON_ERROR_STOP 0");
    await work();
    // Within a transaction that has failed, the server answers nothing.
    const [answer] = await this.#ask("select 'made';");
    const isMade = answer === "made";
    if (!isMade) await this.#ask("rollback to savepoint optropic_all;");
    await this.#ask("\\set ON_ERROR_STOP 1\nrelease savepoint optropic_all;");
    const [first = "the server refused it"] = await this.refused();
    this.#refusals = before;
    return isMade ? undefined : first;
  }

  /** The names of the server's settings. */
  settings(): Promise<ReadonlySet<string>> {
    this.#settings ??= namesOf(this, "select name from pg_catalog.pg_settings");
    return this.#settings;
  }

  /** The server's code for the last that went wrong. */
  get state(): string | undefined {
    return this.#state;
  }

  /** Why the server refused statements, as far as psql has said so, also when it has ended. */
  get refusedYet(): readonly string[] {
    return this.#refusals.sentences;
  }

  /** Why the server refused statements so far, one sentence each. */
  async refused(): Promise<readonly string[]> {
    // psql may say it later than it answers.
    const mark = randomBytes(16).toString("hex");
    const said = new Promise<void>((resolve) => {
      this.#said = { mark, resolve };
    });
    await this.#ask(`\\warn ${mark}`);
    await Promise.race([said, this.#child.exited.catch(() => undefined)]);
    return this.#refusals.sentences;
  }

  /** Commits. From here on an abort no longer ends the session. */
  async commit(): Promise<void> {
    this.#child.shield();
    await this.run("commit");
  }

  /** Ends the session. An open transaction is rolled back. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#child.stop();
  }

  /** @returns the lines that the statements print */
  #ask(statements: string): Promise<string[]> {
    return this.#send(rawBytes(statements.includes(":") ? new Colons().apart(statements) : statements));
  }

  #send(statements: Buffer): Promise<string[]> {
    const mark = randomBytes(16).toString("hex");
    this.#child.stdin.write(Buffer.concat([statements, Buffer.from(`\n\\echo ${mark}\n`)]));
    const answer = this.#answered.then(() => this.#linesBefore(mark));
    this.#answered = answer.catch(() => undefined);
    return answer;
  }

  async #linesBefore(mark: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#lines.next();
      if (line === undefined) return this.#fail(undefined);
      if (line === mark) return lines;
      lines.push(line);
    }
  }

  /** Throws psql's own error, if it ended with one. */
  async #fail(error: unknown): Promise<never> {
    this.#child.stdin.end();
    await this.#child.success();
    throw new Failure("failed", `psql ended early${error === undefined ? "" : `: ${reasonOf(error)}`}`);
  }
}

/** How psql prints what the server says, with its code. */
const coded = /^(psql:[^:]*:\d+: [^\s:]+: {2})([0-9A-Z]{5}): (.*)$/s;

/** Codes of what is no error, and of a statement after one in its transaction. */
const isNotice = /^0[0-2]/;
const isConsequence = "25P02";

/** Waits until a stream takes more, or no more at all. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });
}

/**
 * Lines that end with a newline; other line separators may be part of a name. They are read as they arrive,
 * since psql blocks when nothing reads its output.
 */
class Lines {
  #lines: string[] = [];
  /** How many of them were taken. To shift each out would move all that follow. */
  #taken = 0;
  #rest: Buffer[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(output: Readable) {
    output.on("data", (chunk: Buffer) => {
      const end = chunk.lastIndexOf("\n") + 1;
      if (end === 0) {
        this.#rest.push(chunk);
        return;
      }
      const text = rawText(Buffer.concat([...this.#rest, chunk.subarray(0, end - 1)]));
      this.#rest = [chunk.subarray(end)];
      for (const line of text.split("\n")) this.#lines.push(line);
      this.#wake();
    });
    output.once("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The next line; undefined after the last one. Only one caller may wait at a time. */
  async next(): Promise<string | undefined> {
    while (this.#taken === this.#lines.length && !this.#ended) {
      this.#lines = [];
      this.#taken = 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const line = this.#lines[this.#taken];
    if (line !== undefined) this.#taken += 1;
    return line;
  }
}

/** A query with its value in place. */
function withValue(query: string, value: readonly string[] | undefined): string {
  return value === undefined ? query : query.replaceAll("$1", () => arrayLiteral(value));
}

function arrayLiteral(values: readonly string[]): string {
  return `array[${values.map(escapeLiteral).join(",")}]::text[]`;
}

const closingBytes = 4096;

/** Most bytes before the first object of a script. */
const headBytes = 4096;

/**
 * A script of pg_restore without those settings at its beginning that the server does not know: a newer pg_restore sets
 * some, such as `transaction_timeout`, which PostgreSQL 17 added. Which messages the server sends stays as the session
 * has it.
 *
 * @param known names of settings of the server
 */
export async function* withKnownSettings(
  script: AsyncIterable<Uint8Array>,
  known: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of script) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < headBytes) continue;
    yield withoutUnknown(head, known);
    head = undefined;
  }
  if (head !== undefined) yield withoutUnknown(head, known);
}

function withoutUnknown(head: Buffer, known: ReadonlySet<string>): Buffer {
  const text = head.toString("latin1");
  const end = text.search(/\n-- (?:Data for )?Name: /);
  const [settings, rest] = end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end)];
  const kept = settings.replace(/^SET (\w+) = [^\n]*;\n/gm, (line, name: string) =>
    known.has(name) && name !== "client_min_messages" ? line : "",
  );
  return Buffer.from(kept + rest, "latin1");
}

/**
 * The script of `pg_restore --single-transaction` without the COMMIT at its end, which is sent after the
 * result was checked.
 *
 * @throws {Failure} `failed`, when pg_restore fails or its script has no COMMIT at its end
 */
export async function* withoutCommit(program: Pick<Child, "stdout" | "success">): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of program.stdout) {
    held = Buffer.concat([held, chunk]);
    if (held.length > closingBytes) {
      yield held.subarray(0, -closingBytes);
      held = held.subarray(-closingBytes);
    }
  }
  await program.success();
  const closing = held.toString("latin1");
  const at = closing.lastIndexOf("\nCOMMIT;\n");
  if (at === -1) throw new Failure("failed", "The script of pg_restore has no COMMIT at its end");
  yield Buffer.from(`${closing.slice(0, at)}\n${closing.slice(at + "\nCOMMIT;\n".length)}`, "latin1");
}
