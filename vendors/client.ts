import { createHash } from "node:crypto";
import type * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { defaultLimits, type VendorLimits } from "./limits.ts";
import { codeOf, conceal, messageOf } from "./messages.ts";
import { VendorProblem } from "./problem.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What a client needs to ask one vendor. */
export interface VendorOptions {
  /** The vendor's name in messages. */
  readonly vendor: string;
  readonly baseUrl: URL;
  /** The token, and the variable that it comes from. */
  readonly token: { readonly variable: string; readonly value: string | undefined };
  /** How the vendor wants the token. Default: `Bearer TOKEN`. */
  readonly authorization?: (token: string) => string;
  readonly limits?: Partial<VendorLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is given each answer as it came, for a digest. */
  readonly record?: ((raw: Uint8Array) => void) | undefined;
}

/** What every client of a vendor takes from whoever uses it. */
export interface Access extends Pick<VendorOptions, "limits" | "clock" | "signal" | "record"> {
  /** Variables with tokens; by default those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface VendorRequest<Answer> {
  /** Default: GET. */
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Of the API, with a slash first; see `path`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands, in place of `body`. */
  readonly text?: string;
  /** What the token must allow, as in "lacks the right to …". */
  readonly right: string;
  readonly schema: z.ZodType<Answer>;
  /** Set for an answer of lines of JSON that need not end, which the schema gets as a list: see {@link Sent}. */
  readonly streamMs?: number;
  /** Whether it may be sent again after an error of the server. Default: unless it is a POST. */
  readonly repeatable?: boolean;
  /** Statuses besides those of success with which the vendor sends an answer of the schema, too. */
  readonly answeredBy?: readonly number[];
}

/** An answer with the headers that carry a place in a list. */
export interface VendorAnswer<Answer> {
  readonly data: Answer;
  readonly headers: Headers;
}

/**
 * Asks the API of one vendor. The token goes to the vendor's own address only, and no redirect is followed. What
 * an answer can cost is bounded in time, bytes and repetitions.
 */
export class VendorClient {
  readonly limits: VendorLimits;
  #options: VendorOptions;
  #clock: Clock;

  constructor(options: VendorOptions) {
    this.#options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws {VendorProblem} when there is no answer of the documented form */
  async ask<Answer>(request: VendorRequest<Answer>): Promise<Answer> {
    const { data } = await this.askFully(request);
    return data;
  }

  /** The same with the headers of the answer. */
  async askFully<Answer>(request: VendorRequest<Answer>): Promise<VendorAnswer<Answer>> {
    const token = this.#token();
    const { vendor } = this.#options;
    const { method = "GET" } = request;
    const asked = `${vendor}, ${method} ${request.path}`;
    const response = await this.#persist(request, token, asked);
    const { raw } = response;
    this.#options.record?.(raw);
    const text = raw.toString("utf8");
    const refusal = () => refused(request, response, conceal(messageOf(text), token), asked);
    if (!response.ok && request.answeredBy?.includes(response.status) !== true) throw refusal();
    const answer = request.schema.safeParse(
      request.streamMs !== undefined ? linesIn(text) : text === "" ? undefined : parseJson(text),
    );
    if (answer.success) return { data: answer.data, headers: response.headers };
    if (!response.ok) throw refusal();
    const where = answer.error.issues[0]?.path.map(String).join(".") || "its body";
    throw new VendorProblem(
      "not-understood",
      `${asked}: the answer does not have the documented form at ${conceal(where, token)}`,
      response.status,
    );
  }

  /**
   * All items of a list that comes in pages.
   *
   * @param ask is given the cursor of the page, undefined for the first, and gives the next one
   * @throws {VendorProblem} `too-large` after the most pages; `not-understood` where the pages go in a circle, or
   *   where one is like another: then a vendor did not look at the cursor, and what comes after it is not known
   */
  async collect<Item>(
    what: string,
    ask: (cursor: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
  ): Promise<Item[]> {
    const items: Item[] = [];
    const seen = new Set<string>();
    const pages = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < this.limits.pages; page += 1) {
      const answer = await ask(cursor);
      if (answer.items.length > 0 && !isNew(pages, digestOf(answer.items))) throw this.#circle(what);
      items.push(...answer.items);
      if (answer.next === undefined) return items;
      if (!isNew(seen, answer.next)) throw this.#circle(what);
      cursor = answer.next;
    }
    throw new VendorProblem(
      "too-large",
      `${this.#options.vendor}: there are more than ${this.limits.pages} pages of ${what}`,
    );
  }

  #circle(what: string): VendorProblem {
    return new VendorProblem(
      "not-understood",
      `${this.#options.vendor}: the pages of ${what} go in a circle`,
    );
  }

  #token(): string {
    const { vendor, token } = this.#options;
    const value = token.value?.trim() ?? "";
    if (value === "") throw new VendorProblem("no-credential", `${vendor}: ${token.variable} is not set`);
    // Node.js would quote a header that it cannot send.
    if (/^[\x21-\x7e]{1,4096}$/.test(value)) return value;
    throw new VendorProblem("no-credential", `${vendor}: ${token.variable} does not hold a token`);
  }

  /** Sends the request until an answer is final. */
  async #persist(request: VendorRequest<unknown>, token: string, asked: string): Promise<Exchanged> {
    const { attempts, pauseMs, longestWaitMs, totalMs } = this.limits;
    const repeatable = request.repeatable ?? request.method !== "POST";
    const deadline = this.#clock.now() + totalMs;
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= attempts;
      let waitMs = pauseMs * 2 ** (attempt - 1);
      let problem: VendorProblem;
      try {
        const answer = await this.#exchange(request, token, asked, deadline - this.#clock.now());
        const { status, headers } = answer;
        const limited = status === 429;
        if (!limited && status < 500) return answer;
        const asks = retryAfterMs(headers.get("retry-after"), this.#clock.now());
        problem = new VendorProblem(
          limited ? "rate-limited" : "unreachable",
          limited ? `${asked}: too many requests${asksToWait(asks)}` : `${asked}: status ${status}`,
          status,
        );
        if ((asks ?? 0) > longestWaitMs || (!limited && !repeatable)) throw problem;
        waitMs = Math.max(waitMs, asks ?? 0);
      } catch (error) {
        if (!(error instanceof VendorProblem)) throw error;
        problem = error;
        const passing = error.reason === "unreachable" && error.status === undefined && repeatable;
        if (!passing) throw error;
      }
      if (last || this.#clock.now() + waitMs >= deadline) throw problem;
      await this.#clock.sleep(waitMs, this.#signal());
    }
  }

  #signal(): AbortSignal {
    return this.#options.signal ?? new AbortController().signal;
  }

  async #exchange(
    { method = "GET", path, query = {}, headers = {}, body, text, streamMs }: VendorRequest<unknown>,
    token: string,
    asked: string,
    leftMs: number,
  ): Promise<Exchanged> {
    const { baseUrl, authorization = (value: string) => `Bearer ${value}` } = this.#options;
    const url = new URL(`${baseUrl.pathname.replace(/\/$/, "")}${path}`, baseUrl.origin);
    // `//host/path` is an address of its own.
    if (url.origin !== baseUrl.origin) throw new RangeError(`${path} leads away from the API`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const limitMs = Math.max(1, Math.min(this.limits.requestMs, leftMs));
    const time = AbortSignal.timeout(limitMs);
    const signal = this.#signal();
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    try {
      return await exchange(
        url,
        {
          method,
          headers: {
            accept: "application/json",
            "user-agent": "optropic",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
            authorization: authorization(token),
          },
          body: sent,
          signal: AbortSignal.any([signal, time]),
          bodyBytes: this.limits.bodyBytes,
          streamMs,
        },
        asked,
      );
    } catch (error) {
      if (error instanceof VendorProblem) throw error;
      signal.throwIfAborted();
      if (time.aborted) {
        throw new VendorProblem("timed-out", `${asked}: no complete answer in ${limitMs / 1000} s`);
      }
      // Only the kind of error, since its message could quote a header.
      throw new VendorProblem("unreachable", `${asked}: no answer (${codeOf(error)})`);
    }
  }
}

function isNew(known: Set<string>, one: string): boolean {
  if (known.has(one)) return false;
  known.add(one);
  return true;
}

function digestOf(items: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(items)).digest("base64");
}

/** The lines of a stream; one that was cut off at its end is left out. */
function linesIn(text: string): unknown[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const parsed = lines.map((line) => parseJson(line));
  return text.endsWith("\n") || parsed.at(-1) !== undefined ? parsed : parsed.slice(0, -1);
}

function asksToWait(milliseconds: number | undefined): string {
  return milliseconds === undefined ? "" : `; it asks to wait ${Math.ceil(milliseconds / 1000)} s`;
}

/** What an answer means that refuses the request. */
export function refused(
  { right }: VendorRequest<unknown>,
  { status }: { readonly status: number },
  message: string,
  asked: string,
): VendorProblem {
  const said = message === "" ? "" : ` (${message})`;
  switch (status) {
    case 401:
      return new VendorProblem("no-right", `${asked}: the vendor does not accept this token${said}`, status);
    case 403:
      return new VendorProblem("no-right", `${asked}: this token lacks the right to ${right}${said}`, status);
    case 404:
      return new VendorProblem("not-found", `${asked}: not found${said}`, status);
    default:
      return status >= 300 && status < 400
        ? new VendorProblem("unreachable", `${asked}: a redirect, which is not followed`, status)
        : new VendorProblem("conflict", `${asked}: status ${status}${said}`, status);
  }
}
