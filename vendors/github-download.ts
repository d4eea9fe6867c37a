import type { Clock } from "./clock.ts";
import { exchange } from "./exchange.ts";
import type { VendorLimits } from "./limits.ts";
import { codeOf } from "./messages.ts";
import { VendorProblem } from "./problem.ts";
import { retryAfterMs } from "./retry-after.ts";

/** A failure of the store that may pass, and how many milliseconds it asks to wait. */
class Passing extends Error {
  readonly problem: VendorProblem;
  readonly waitMs: number;

  constructor(problem: VendorProblem, waitMs = 0) {
    super("The download may succeed later");
    this.problem = problem;
    this.waitMs = waitMs;
  }
}

/** Repeats a download until its answer is final, each time after a longer pause or the one that was asked for. */
export async function persistently<Answer>(
  { attempts, pauseMs, longestWaitMs, totalMs }: VendorLimits,
  clock: Clock,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  const deadline = clock.now() + totalMs;
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      const waitMs = Math.max(error.waitMs, pauseMs * 2 ** (count - 1));
      const tooLong = error.waitMs > longestWaitMs || clock.now() + waitMs >= deadline;
      if (count >= attempts || tooLong) throw error.problem;
      await clock.sleep(waitMs, signal ?? new AbortController().signal);
    }
  }
}

interface Signed {
  /** The request in words. */
  readonly asked: string;
  readonly limits: VendorLimits;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly mostBytes: number;
}

/** Fetches from an address that carries its own signature: no credential is sent there. */
export async function fetchSigned(
  location: URL,
  { asked, limits, clock, signal, mostBytes }: Signed,
): Promise<Buffer> {
  const time = AbortSignal.timeout(limits.requestMs);
  try {
    const { ok, raw, status, headers } = await exchange(
      location,
      {
        method: "GET",
        headers: { "user-agent": "optropic" },
        signal: signal === undefined ? time : AbortSignal.any([signal, time]),
        bodyBytes: mostBytes,
      },
      asked,
    );
    if (ok) return raw;
    const what = `${asked}: the download has status ${status}`;
    if (status === 404 || status === 410) throw new VendorProblem("not-found", what, status);
    const problem = new VendorProblem("unreachable", what, status);
    // A signature that has ended is 403, or 401 at some stores; the next attempt has a new one.
    const passes = status >= 500 || [401, 403, 408, 425, 429].includes(status);
    throw passes ? new Passing(problem, retryAfterMs(headers.get("retry-after"), clock.now())) : problem;
  } catch (error) {
    if (error instanceof VendorProblem || error instanceof Passing) throw error;
    signal?.throwIfAborted();
    const problem = time.aborted
      ? new VendorProblem("timed-out", `${asked}: no complete download in ${limits.requestMs / 1000} s`)
      : new VendorProblem("unreachable", `${asked}: the download broke off (${codeOf(error)})`);
    throw new Passing(problem);
  }
}
