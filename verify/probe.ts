import type { ItemId } from "../checklist/items.ts";
import type { SourcePosition } from "../lib/failure.ts";
import type { Context } from "./context.ts";
import { Unknown, type UnknownReason } from "./unknown.ts";

/** What a probe needs before it can measure, besides the settings. */
export type Need =
  | "web"
  | "dns"
  | "database"
  | "metrics-token"
  | "test-account"
  | "release-commit"
  | "outputs"
  | "writes"
  | `vendor:${string}`;

/** One comparison of what is declared with what was measured. */
export interface Check {
  /** What was looked at, such as a host, a header of a host, or a table. */
  readonly subject: string;
  readonly state: "holds" | "does-not-hold" | "unknown";
  readonly expected: string;
  readonly measured: string;
  /** Unit of both, where they are numbers. */
  readonly unit?: string | undefined;
  /** Path of the setting that declares what is expected, such as `edge.hsts.maxAgeSeconds`. */
  readonly setting?: string | undefined;
  /** Where the program declares what is expected, where no setting does. */
  readonly at?: SourcePosition | undefined;
  /** Set where the state is `unknown`. */
  readonly reason?: UnknownReason | undefined;
}

/**
 * A measurement of what runs. It takes what it expects from the stack's settings and outputs, reads, and
 * compares; it changes nothing unless it needs `writes`.
 */
export interface Probe {
  /** In kebab case, unique. */
  readonly name: string;
  readonly items: readonly ItemId[];
  /** What must hold, in a sentence. */
  readonly title: string;
  readonly needs: readonly Need[];
  /** Paths of the settings that declare what is expected, the first one foremost. */
  readonly settings: readonly string[];
  /** Milliseconds after which it is given up. Default: {@link Limits.probeMs}. */
  readonly limitMs?: number;
  /**
   * Whether it uses up something that other probes need, such as the requests that an address may send. Such
   * probes run after all others, one at a time. `most` comes at the very end: what it uses up, the others need too.
   */
  readonly disturbs?: boolean | "most";
  /**
   * @returns at least one check: an empty list is `unknown`
   * @throws {Unknown} when nothing can be told
   */
  readonly measure: (context: Context) => Promise<readonly Check[]>;
}

/** A probe as it is written: the identity, so that its type is checked where it stands. */
export function probe(definition: Probe): Probe {
  return definition;
}

/** A check that holds where `holds` says so. */
export function compare(
  subject: string,
  found: {
    expected: string | number;
    measured: string | number;
    holds: boolean;
    unit?: string;
    setting?: string;
  },
): Check {
  const { expected, measured, holds, unit, setting } = found;
  return {
    subject,
    state: holds ? "holds" : "does-not-hold",
    expected: String(expected),
    measured: String(measured),
    unit,
    setting,
  };
}

/**
 * Measures each of several subjects. One that cannot be told does not keep the others from being told.
 */
export async function eachOf<Subject>(
  subjects: readonly Subject[],
  nameOf: (subject: Subject) => string,
  measure: (subject: Subject) => Promise<readonly Check[]>,
): Promise<Check[]> {
  const checks = await Promise.all(
    subjects.map(async (subject) => {
      try {
        return await measure(subject);
      } catch (error) {
        if (error instanceof Unknown) return [unknownCheck(nameOf(subject), error)];
        throw error;
      }
    }),
  );
  return checks.flat();
}

export function unknownCheck(subject: string, { reason, message }: Unknown): Check {
  return { subject, state: "unknown", expected: "", measured: message, reason };
}
