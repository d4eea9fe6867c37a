import { shortened } from "../../lib/text.ts";

/** Most warnings that are kept, and most characters of each: a manifest keeps them, too. */
const mostWarnings = 100;
const mostCharacters = 1000;

/** Most items that a warning is about. */
const mostDetails = 50;

/** What pg_dump warns of, such as definitions that need each other in a circle, by what it prints line by line. */
export class DumpWarnings {
  #warnings: string[][] = [];
  #further = 0;
  #isWarning = false;

  /** Takes a line. What pg_dump says of its progress, or of how to restore by hand, is no warning. */
  take(line: string): void {
    const [, kind, text] = /^pg_dump: (?:(warning|detail|hint|error): )?(.*)$/s.exec(line) ?? [];
    if (text === undefined) return;
    if (kind !== "detail") this.#isWarning = kind === "warning";
    if (!this.#isWarning) return;
    const last = this.#warnings.at(-1);
    if (kind === "detail") {
      if (this.#further === 0 && last !== undefined && last.length <= mostDetails) last.push(text.trim());
    } else if (this.#warnings.length < mostWarnings) this.#warnings.push([text.trim()]);
    else this.#further += 1;
  }

  /** One sentence each. */
  get sentences(): string[] {
    const all = this.#warnings.map(([warning = "", ...details]) => {
      const text = details.length === 0 ? warning : `${warning.replace(/:$/, "")}: ${details.join(", ")}`;
      return `pg_dump warned: ${shortened(text, mostCharacters).replace(/\.?$/, ".")}`;
    });
    const different = [...new Set(all)];
    return this.#further === 0 ? different : [...different, `pg_dump warned ${this.#further} more times.`];
  }
}
