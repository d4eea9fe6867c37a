import type { Drill } from "../../evidence/drill.ts";

/** Times steps, in milliseconds. */
export class Stopwatch {
  readonly steps: Drill["steps"] = [];
  #started = performance.now();
  #progress: ((step: string) => void) | undefined;

  constructor(progress: ((step: string) => void) | undefined) {
    this.#progress = progress;
  }

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#progress?.(name);
    const started = performance.now();
    const result = await work();
    this.steps.push({ name, durationMs: Math.round(performance.now() - started) });
    return result;
  }

  total(): number {
    return Math.round(performance.now() - this.#started);
  }
}
