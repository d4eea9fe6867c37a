import { Failure } from "../lib/failure.ts";

/** What may take long as long as it goes on. */
export interface Advancing {
  /** What is being waited for, in a few words. */
  readonly waitingFor: string;
  /** To be called whenever something came of it. */
  advanced: () => unknown;
}

/**
 * Ends a preview of which nothing comes any more: large ones may take as long as they need.
 *
 * @param silenceMs milliseconds without a registration or an answer
 * @param wholeMs milliseconds for the whole; undefined without a limit
 */
export function deadline(
  silenceMs: number,
  session: Advancing,
  wholeMs: number | undefined,
): { expired: Promise<never>; cancel: () => void } {
  const timers: NodeJS.Timeout[] = [];
  const expired = new Promise<never>((_, reject) => {
    const expire = (afterMs: number): void => {
      const seconds = Math.round(afterMs / 100) / 10;
      reject(
        new Failure(
          "limit",
          `stopped after ${seconds} s waiting for ${session.waitingFor}: allow more with --timeout, or find what never ends`,
        ),
      );
    };
    const silence = setTimeout(expire, silenceMs, silenceMs);
    session.advanced = () => silence.refresh();
    timers.push(silence);
    if (wholeMs !== undefined) timers.push(setTimeout(expire, wholeMs, wholeMs));
  });
  expired.catch(() => undefined);
  return {
    expired,
    cancel: () => {
      session.advanced = () => undefined;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
