import type { Clock } from "../../../operations/store/persist.ts";

/** A clock whose time passes only while somebody sleeps. */
export interface FakeClock extends Clock {
  /** Milliseconds that passed. */
  slept: number;
  sleeps: number[];
  /** Ends every attempt whose time limit runs. */
  expire(): void;
}

export function fakeClock(): FakeClock {
  const limits = new Set<() => void>();
  const clock: FakeClock = {
    slept: 0,
    sleeps: [],
    now: () => clock.slept,
    async sleep(milliseconds) {
      clock.slept += milliseconds;
      clock.sleeps.push(milliseconds);
    },
    limit(_, expire) {
      limits.add(expire);
      return () => limits.delete(expire);
    },
    random: () => 1,
    expire() {
      for (const expire of [...limits]) expire();
    },
  };
  return clock;
}
