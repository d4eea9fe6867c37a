import { S3ServiceException } from "@aws-sdk/client-s3";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { codeOf } from "../../lib/file-reasons.ts";
import { counted } from "../../lib/text.ts";

/** Time as requests need it, so that a test needs none. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** Calls back once the time is up; @returns what takes that back */
  limit(milliseconds: number, expire: () => void): () => void;
  /** From 0 to 1. */
  random(): number;
}

/** How long requests are tried, and who is told. */
export interface Patience {
  clock: Clock;
  /** How long a request is tried again while the store is out, in milliseconds; 0 tries it three times. */
  forMs: number;
  /** Called once for each request that the store keeps waiting. */
  warn?: ((message: string) => void) | undefined;
}

/** One request, which may be sent several times. */
export interface Request {
  /** Completes the sentence "The store failed to …". */
  what: string;
  /** Time limit of one attempt, from the start to the answer, in milliseconds. */
  limitMs: number;
  signal: AbortSignal | undefined;
  /** Raised when a further attempt is of no use; the running one may end. */
  giveUp?: AbortSignal;
}

const second = 1000;

/** Attempts that follow each other closely, as for a connection that was reset. */
const quickAttempts = 3;
const firstDelayMs = 200;
const longestDelayMs = 30 * second;

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener("abort", done, { once: true });
      if (signal?.aborted) done();
    }),
  limit: (milliseconds, expire) => {
    const timer = setTimeout(expire, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** What may be different at the next attempt. */
export class TemporaryError extends Error {
  override readonly name = "TemporaryError";
}

/**
 * Sends a request until it is answered: an outage of minutes is waited out, with pauses that grow and vary.
 *
 * @param send is given a signal that ends the attempt
 * @throws {Failure} with the store's answer, when that is final or the patience is used up; the reason of the
 * signal, when that is raised
 */
export async function persist<T>(
  { clock, forMs, warn }: Patience,
  request: Request,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { what, signal, giveUp } = request;
  const begun = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await limited(clock, request, send);
    } catch (error) {
      signal?.throwIfAborted();
      const delay = delayBefore(attempt, clock);
      const isOver = attempt >= quickAttempts && clock.now() - begun + delay > forMs;
      if (isOver || giveUp?.aborted || !isTemporary(error)) throw storeFailure(what, error);
      if (attempt === quickAttempts) {
        const minutes = counted(Math.round(forMs / (60 * second)), "minute");
        warn?.(`The store failed to ${what}: ${answerOf(error)}. It is asked again for up to ${minutes}`);
      }
      await clock.sleep(delay, eitherOf(signal, giveUp));
    }
  }
}

function eitherOf(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

/** The library's own limits leave out a request that is not accepted, and one that it cannot abort. */
async function limited<T>(
  clock: Clock,
  { limitMs, signal }: Request,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const expired = Promise.withResolvers<never>();
  const cancel = clock.limit(limitMs, () => {
    expired.reject(new TemporaryError(`no answer within ${counted(Math.round(limitMs / second), "second")}`));
    stop.abort();
  });
  const abort = (): void => {
    expired.reject(signal?.reason);
    stop.abort();
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([send(stop.signal), expired.promise]);
  } finally {
    cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/** Half of it varies, so that clients that failed together do not come back together. */
function delayBefore(attempt: number, clock: Clock): number {
  const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(longest * (0.5 + clock.random() / 2));
}

const networkCodes: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "EPROTO",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/**
 * Answers with a status below 500 that another attempt may change. The library corrects its clock after the
 * last two. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const temporaryAnswers: ReadonlySet<string> = new Set([
  "BadDigest",
  "ConditionalRequestConflict",
  "IncompleteBody",
  "OperationAborted",
  "RequestTimeout",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "XAmzContentSHA256Mismatch",
  "RequestExpired",
  "RequestTimeTooSkewed",
]);

const temporaryStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether another attempt may succeed. What is not known to be temporary is final. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof TemporaryError) return true;
  if (!(error instanceof Error) || error instanceof Failure) return false;
  if (temporaryAnswers.has(error.name) || error.name === "TimeoutError") return true;
  const status = statusOf(error);
  // What a proxy answers in the store's place is often no XML, so the library's error may be of any kind.
  if (status !== undefined && status !== 501 && (status >= 500 || temporaryStatuses.has(status))) return true;
  return networkCodes.has(codeOf(error) ?? "");
}

/** Status of the answer that led to an error; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return answered.safeParse(error).data?.$metadata.httpStatusCode;
}

const answered = z.object({ $metadata: z.object({ httpStatusCode: z.number().optional() }) });

/** A Failure, such as that of the stream that is uploaded, stays as it is. */
export function storeFailure(what: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.name === "CredentialsProviderError") {
    return new Failure(
      "refused",
      "There are no keys for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile, web identity, or the role of a container or an instance",
      { cause: error },
    );
  }
  return new Failure("failed", `The store failed to ${what}: ${answerOf(error)}`, { cause: error });
}

function answerOf(error: unknown): string {
  const answer = error instanceof S3ServiceException ? error.name : reasonOf(error);
  const status = statusOf(error);
  return status === undefined ? answer : `${answer}, status ${status}`;
}
