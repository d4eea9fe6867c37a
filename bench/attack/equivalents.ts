import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const schema = z.array(
  z.strictObject({
    /** Ids of mutants, with `*` for any text and `?` for one character. */
    at: z.union([z.string(), z.array(z.string())]),
    reason: z.string().min(10),
    /** Set where the entry is only of what the pack accepts: what it refuses of these counts as refused. */
    accepted: z.literal(true).optional(),
  }),
);

/** Mutants that were reviewed and break no item of the checklist, each with the reason. */
export class Equivalents {
  readonly #entries: readonly { readonly form: RegExp; readonly at: string; readonly accepted: boolean }[];
  readonly #used = new Set<string>();

  constructor(file = join(import.meta.dirname, "equivalents.json")) {
    this.#entries = schema
      .parse(JSON.parse(readFileSync(file, "utf8")))
      .flatMap(({ at, accepted = false }) => [at].flat().map((text) => ({ at: text, accepted })))
      .map((entry) => ({ ...entry, form: formOf(entry.at) }));
  }

  /** Whether nobody has to judge the mutant, or whether it breaks nothing if the pack accepts it. */
  find(id: string): "equivalent" | "equivalent if accepted" | undefined {
    const found = this.#entries.find(({ form }) => form.test(id));
    if (found === undefined) return undefined;
    this.#used.add(found.at);
    return found.accepted ? "equivalent if accepted" : "equivalent";
  }

  /** Entries that no mutant matched: what they were about is gone. */
  unused(): string[] {
    return this.#entries.map(({ at }) => at).filter((at) => !this.#used.has(at));
  }
}

function formOf(at: string): RegExp {
  const parts = at.split("*").map((part) => part.replace(/[$()+.[\\\]^{|}/]/g, "\\$&").replaceAll("?", "."));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
