import { Failure } from "../lib/failure.ts";

/** What ends a preview of which nothing comes any more. */
export interface Deadline {
  /** Rejects when the time is up; never resolves. */
  readonly expired: Promise<never>;
  /** To be called whenever something came of the preview. */
  readonly advanced: () => void;
  readonly cancel: () => void;
}

/**
 * Ends a preview of which nothing comes any more: large ones may take as long as they need.
 *
 * @param silenceMs milliseconds without a registration or an answer
 * @param wholeMs milliseconds for the whole; undefined without a limit
 * @param waitingFor says in a few words what is being waited for
 */
export function deadline(silenceMs: number, wholeMs: number | undefined, waitingFor: () => string): Deadline {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => undefined);
  const expire = (afterMs: number): void => {
    const seconds = Math.round(afterMs / 100) / 10;
    const advice = "allow more with --timeout, or find what never ends";
    reject(new Failure("limit", `stopped after ${seconds} s waiting for ${waitingFor()}: ${advice}`));
  };
  const silence = setTimeout(expire, silenceMs, silenceMs);
  const whole = wholeMs === undefined ? undefined : setTimeout(expire, wholeMs, wholeMs);
  let isOver = false;
  return {
    expired,
    advanced: () => {
      // A timer that was cleared would start again.
      if (!isOver) silence.refresh();
    },
    cancel: () => {
      isOver = true;
      clearTimeout(silence);
      clearTimeout(whole);
    },
  };
}
