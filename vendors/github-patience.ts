import type { Octokit } from "@octokit/core";
import * as z from "zod";
import type { Clock } from "./clock.ts";
import type { VendorLimits } from "./limits.ts";
import { VendorProblem } from "./problem.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What GitHub asks to wait at least where its answer names no time. */
const shortestLimitMs = 60_000;

/** An answer that is final. The plugins do not know its form, so none of them repeats what it was for. */
export class Settled extends Error {
  readonly answer: { readonly status: number; readonly data: unknown };
  readonly problem: VendorProblem | undefined;

  constructor(answer: { status: number; data: unknown }, problem?: VendorProblem) {
    super("The answer is final");
    this.answer = answer;
    this.problem = problem;
  }
}

/** A failed request, as the library throws it. */
const failed = z.object({
  status: z.number(),
  message: z.string(),
  cause: z.unknown(),
  request: z.unknown(),
  response: z
    .object({
      headers: z.record(z.string(), z.union([z.string(), z.number(), z.undefined()])),
      data: z.unknown(),
    })
    .optional(),
});
const own = z.object({ request: z.object({ asked: z.string(), repeatable: z.boolean() }) });

interface Call {
  failures: number;
  limits: number;
  waitMs: number;
  readonly deadline: number;
}

/**
 * Decides of each failure whether it is final, and waits before the next attempt: as long as the answer asks,
 * else longer each time, and never longer than the limits allow.
 *
 * Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class Patience {
  #limits: VendorLimits;
  #clock: Clock;
  #signal: AbortSignal;
  #calls = new WeakMap<object, Call>();

  constructor(limits: VendorLimits, clock: Clock, signal?: AbortSignal) {
    this.#limits = limits;
    this.#clock = clock;
    this.#signal = signal ?? new AbortController().signal;
  }

  /** Sees every failure before the plugins that repeat do. */
  plugin = (octokit: Octokit): object => {
    octokit.hook.before("request", (options) => {
      if (this.#calls.has(options)) return;
      const deadline = this.#clock.now() + this.#limits.totalMs;
      this.#calls.set(options, { failures: 0, limits: 0, waitMs: 0, deadline });
    });
    octokit.hook.error("request", async (error, options) => {
      throw await this.#judged(error, options);
    });
    return {};
  };

  /** Waits for a limit of rate to end; {@link plugin} has found for how long. */
  wait = async (options: object): Promise<boolean> => {
    await this.#clock.sleep(this.#calls.get(options)?.waitMs ?? shortestLimitMs, this.#signal);
    return true;
  };

  async #judged(error: unknown, options: object): Promise<unknown> {
    const call = this.#calls.get(options);
    const failure = failed.safeParse(error).data;
    if (call === undefined || failure === undefined) return error;
    const { asked, repeatable } = own.parse(options).request;
    const { status, cause, response } = failure;
    const headers = response?.headers ?? {};
    const answer = { status, data: response?.data };
    call.failures += 1;
    const limited = isLimit(status, failure.message, headers);
    if (!limited && status < 500) return new Settled(answer);
    const reason = cause instanceof VendorProblem ? cause : undefined;
    const problem =
      reason ??
      (limited
        ? new VendorProblem("rate-limited", `${asked}: GitHub's limit of requests is reached`, status)
        : new VendorProblem("unreachable", `${asked}: status ${status}`, status));
    const final = new Settled(answer, problem);
    const passing = limited || (repeatable && (reason === undefined || isPassing(reason)));
    if (!passing || call.failures >= this.#limits.attempts) return final;
    call.waitMs = limited ? this.#limitMs(call, headers) : this.#pauseMs(call, headers);
    if (call.waitMs > this.#limits.longestWaitMs || this.#clock.now() + call.waitMs >= call.deadline) {
      return limited ? new Settled(answer, tooLong(asked, call.waitMs, status)) : final;
    }
    if (limited) return asLimit(error);
    await this.#clock.sleep(call.waitMs, this.#signal);
    return error;
  }

  #limitMs(call: Call, headers: Headers): number {
    call.limits += 1;
    const asks = retryAfterMs(textOf(headers["retry-after"]), this.#clock.now());
    if (asks !== undefined) return Math.max(asks, 1000);
    const reset = Number(headers["x-ratelimit-reset"]);
    if (String(headers["x-ratelimit-remaining"]) === "0" && Number.isSafeInteger(reset) && reset > 0) {
      // A second more: the reset itself may still count as before.
      return Math.max(1000, reset * 1000 - this.#clock.now() + 1000);
    }
    return shortestLimitMs * 2 ** (call.limits - 1);
  }

  #pauseMs({ failures }: Call, headers: Headers): number {
    const asks = retryAfterMs(textOf(headers["retry-after"]), this.#clock.now()) ?? 0;
    return Math.max(asks, this.#limits.pauseMs * 2 ** (failures - 1));
  }
}

type Headers = Readonly<Record<string, string | number | undefined>>;

function textOf(header: string | number | undefined): string | null {
  return header === undefined ? null : String(header);
}

function isLimit(status: number, message: string, headers: Headers): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers["retry-after"] !== undefined ||
      String(headers["x-ratelimit-remaining"]) === "0" ||
      /\b(?:secondary rate|abuse detection|rate limit exceeded)\b/i.test(message))
  );
}

/** The throttling plugin knows a secondary limit by these words alone, which an answer may lack. */
function asLimit(error: unknown): unknown {
  if (error instanceof Error) error.message = "A secondary rate limit";
  return error;
}

function isPassing({ reason, status }: VendorProblem): boolean {
  return reason === "unreachable" && status === undefined;
}

function tooLong(asked: string, waitMs: number, status: number): VendorProblem {
  const seconds = Math.ceil(waitMs / 1000);
  return new VendorProblem(
    "rate-limited",
    `${asked}: GitHub's limit of requests ends in ${seconds} s, which is too long to wait for; run it again then`,
    status,
  );
}
