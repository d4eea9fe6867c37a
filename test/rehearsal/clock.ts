/** A clock that is driven, and runs by itself only while something is measured in real time. */
export class RehearsalClock {
  #time: number;
  #runningSince: number | undefined;

  constructor(time: number) {
    this.#time = time;
  }

  readonly now = (): Date => new Date(this.#time + this.#elapsed);

  /** Goes on to a moment, but never back. */
  to(moment: Date): void {
    this.#time = Math.max(this.#time, moment.getTime());
  }

  /** Runs with the machine's clock while something is done. @returns how long that took, in milliseconds */
  async inRealTime(work: () => Promise<void>): Promise<number> {
    this.#runningSince = performance.now();
    try {
      await work();
      return this.#elapsed;
    } finally {
      this.#time += this.#elapsed;
      this.#runningSince = undefined;
    }
  }

  get #elapsed(): number {
    return this.#runningSince === undefined ? 0 : performance.now() - this.#runningSince;
  }
}
