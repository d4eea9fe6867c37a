import type { Context } from "./context.ts";

/** Answers that several probes of a run need and only the first of them asks for. */
export class Shared<Answer> {
  #runs = new WeakMap<object, Map<string, Promise<{ answer: Answer; digest: string | undefined }>>>();

  /**
   * @param name of what is asked for, such as a host
   * @param ask is given a context of its own, whose digest every probe gets that uses the answer
   */
  async of(context: Context, name: string, ask: (own: Context) => Promise<Answer>): Promise<Answer> {
    const known = this.#runs.get(context.run) ?? new Map();
    this.#runs.set(context.run, known);
    const asked = known.get(name) ?? this.#ask(context.apart(), ask);
    known.set(name, asked);
    const { answer, digest } = await asked;
    if (digest !== undefined) context.record(digest);
    return answer;
  }

  async #ask(own: Context, ask: (own: Context) => Promise<Answer>) {
    const answer = await ask(own);
    return { answer, digest: own.digest };
  }
}
