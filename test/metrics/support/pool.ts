/** Connections to a database that is not there: so many, and whoever waits too long for one is refused. */
export class Pool {
  readonly max: number;
  readonly #patienceMs: number;
  #active = 0;
  #opened = 0;
  #waiting: (() => void)[] = [];

  constructor(max: number, patienceMs: number) {
    this.max = max;
    this.#patienceMs = patienceMs;
  }

  get active(): number {
    return this.#active;
  }

  get idle(): number {
    return this.#opened - this.#active;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether a connection was free in time. */
  acquire(): Promise<boolean> {
    if (this.#active < this.max) {
      this.#take();
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const turn = () => {
        clearTimeout(patience);
        this.#take();
        resolve(true);
      };
      const patience = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== turn);
        resolve(false);
      }, this.#patienceMs);
      this.#waiting.push(turn);
    });
  }

  release(): void {
    this.#active -= 1;
    this.#waiting.shift()?.();
  }

  #take(): void {
    this.#active += 1;
    this.#opened = Math.max(this.#opened, this.#active);
  }
}
