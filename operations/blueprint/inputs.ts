/**
 * What a declared resource has under a name. What is secret, or not known before the deployment, counts as absent and
 * is among what is left.
 */
export class Inputs {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #seen = new Set<string>();
  readonly #asked = new Set<string>();

  constructor(values: unknown) {
    this.#values = isRecord(values) ? values : {};
  }

  text(name: string): string | undefined {
    const value = this.#take(name);
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#take(name);
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    return typeof value === "boolean" ? value : undefined;
  }

  texts(name: string): string[] | undefined {
    const value = this.#take(name);
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
  }

  list(name: string): Inputs[] {
    const value = this.#take(name);
    return Array.isArray(value) ? value.map((each) => new Inputs(each)) : [];
  }

  /** By the names of its entries. */
  map(name: string): [string, Inputs][] {
    const value = this.#take(name);
    return isRecord(value) ? Object.entries(value).map(([key, each]) => [key, new Inputs(each)]) : [];
  }

  within(name: string): Inputs | undefined {
    const value = this.#take(name);
    return isRecord(value) ? new Inputs(value) : undefined;
  }

  /** Names that were not asked for, and of those that say nothing here. */
  rest(): string[] {
    return Object.entries(this.#values)
      .filter(([name, value]) => !this.#seen.has(name) || (this.#asked.has(name) && saysNothing(value)))
      .map(([name]) => name);
  }

  /** For what says nothing that a Blueprint would have to say. */
  ignore(...names: string[]): void {
    for (const name of names) this.#seen.add(name);
  }

  #take(name: string): unknown {
    this.#seen.add(name);
    this.#asked.add(name);
    const value = this.#values[name];
    return saysNothing(value) ? undefined : value;
  }
}

/** As a preview writes a secret, and what is not known yet. */
function saysNothing(value: unknown): boolean {
  return (
    value === "[secret]" || (isRecord(value) && value.unknown === true && Object.keys(value).length === 1)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
