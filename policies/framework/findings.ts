import { UnknownRead } from "./value.ts";
import type { AnyValue, Resource } from "./view.ts";

/**
 * One of four answers: the requirement holds, is violated, is not proved since the policy cannot read what could
 * weaken it, or cannot be told before the update.
 */
export type Finding =
  | { readonly answer: "holds" }
  | ({ readonly answer: "violated" | "unproved"; readonly resource?: Resource } & Fault)
  | { readonly answer: "unknown"; readonly value: AnyValue; readonly found?: string };

/** What is wrong. */
export interface Fault {
  /** What was found, as a sentence. */
  readonly found: string;
  /** The value that is wrong. */
  readonly at?: AnyValue;
  /** Path of the setting that is wrong, without the project's namespace. */
  readonly setting?: string;
  /** What must hold, where the policy's title does not say it. */
  readonly expected?: string;
  /** What to do, where the policy's fix is not for this. */
  readonly fix?: string;
  /** Set where nothing is known to be wrong, but the policy cannot read what it would have to prove. */
  readonly isUnproved?: true;
}

/** What a test says: true where the requirement holds, else what is wrong; a sentence alone names no value. */
export type Verdict = true | string | Fault;

/**
 * The value is wrong, for the reason that the sentence says.
 *
 * @param fix what to do, where the policy's fix is not for this.
 */
export function fault(at: AnyValue, found: string, fix?: string): Fault {
  return { found, at, ...(fix !== undefined && { fix }) };
}

/**
 * The value could weaken the requirement and cannot be read: it counts as a violation until it is written so that
 * the policy can prove it, or is waived.
 *
 * @param found what could not be read, as a sentence.
 * @param fix how to write it so that it can be proved.
 */
export function unproved(at: AnyValue | undefined, found: string, fix: string): Fault {
  return { found, fix, isUnproved: true, ...(at && { at }) };
}

/** Gives the fault as the answer, from inside a helper that has another result. */
export function object(wrong: Fault): never {
  throw new Objected(wrong);
}

class Objected extends Error {
  readonly fault: Fault;

  constructor(wrong: Fault) {
    super(wrong.found);
    this.name = "Objected";
    this.fault = wrong;
  }
}

/**
 * Gives the answer unknown where only something after the preview can tell, such as a probe of what the application
 * answers.
 *
 * @param found what tells it, and when, as a sentence.
 */
export function postponed(value: AnyValue, found: string): never {
  throw new Postponed(value, found);
}

class Postponed extends Error {
  readonly value: AnyValue;

  constructor(value: AnyValue, found: string) {
    super(found);
    this.name = "Postponed";
    this.value = value;
  }
}

/**
 * Judges one thing. A test that reads an unknown value gets the answer unknown, so that an unknown in one
 * finding never hides a violation in another. A violation is reported on `resource`; without one, on the
 * stack.
 */
export function judge(resource: Resource | undefined, test: () => Verdict): Finding {
  try {
    const verdict = test();
    if (verdict === true) {
      return { answer: "holds" };
    }
    return wrong(resource, typeof verdict === "string" ? { found: verdict } : verdict);
  } catch (error) {
    if (error instanceof UnknownRead) {
      return error.value.isUnknown
        ? { answer: "unknown", value: error.value }
        : wrong(resource, unreadable(error.value));
    }
    if (error instanceof Postponed) {
      return { answer: "unknown", value: error.value, found: error.message };
    }
    if (error instanceof Objected) {
      return wrong(resource, error.fault);
    }
    throw error;
  }
}

/** The value is known, and in a form or a language that the policy does not read. */
function unreadable(value: AnyValue): Fault {
  const path = value.path.join(".");
  return unproved(
    value,
    `${value.resource.name} has ${path === "" ? "properties" : `a value at ${path}`} that this policy cannot read.`,
    "Write it in a form that the policy reads, or waive the policy for this resource.",
  );
}

function wrong(resource: Resource | undefined, found: Fault): Finding {
  return { answer: found.isUnproved ? "unproved" : "violated", ...found, ...(resource && { resource }) };
}

/** Judges the stack, where no resource is at fault. */
export function judgeStack(test: () => Verdict): Finding {
  return judge(undefined, test);
}

/**
 * Judges each thing by its resource. Without any, the requirement is violated with the sentence `absent`, if there is
 * one.
 */
export function judgeEach<Thing extends { readonly resource: Resource | undefined }>(
  all: readonly Thing[],
  absent: string | undefined,
  test: (thing: Thing) => Verdict,
): Finding[] {
  if (all.length > 0) return all.map((thing) => judge(thing.resource, () => test(thing)));
  return absent === undefined ? [] : [violation(absent)];
}

/** A violation by the resource, or by the stack. */
export function violation(found: string | Fault, resource?: Resource): Finding {
  return judge(resource, () => found);
}

/** Gives the answer unknown, or unproved where the value is known: only the value could tell. */
export function undecided(value: AnyValue): never {
  throw new UnknownRead(value);
}

/** What is known now; undefined where reading it throws UnknownRead. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownRead) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the test is true of at least one; throws UnknownRead where only unknown ones could be it. */
export function some<T>(candidates: Iterable<T>, test: (candidate: T) => boolean): boolean {
  return select(candidates, test).length > 0;
}

/** Whether the test is true of all; false as soon as one fails, unknown only if no known one fails. */
export function every<T>(candidates: Iterable<T>, test: (candidate: T) => boolean): boolean {
  return !some(candidates, (candidate) => !test(candidate));
}

/**
 * Those of which the test is surely true. Throws UnknownRead where there are none and an unknown candidate
 * could be one.
 */
export function select<T>(candidates: Iterable<T>, test: (candidate: T) => boolean): T[] {
  const selected: T[] = [];
  let unknown: UnknownRead | undefined;
  for (const candidate of candidates) {
    try {
      if (test(candidate)) {
        selected.push(candidate);
      }
    } catch (error) {
      if (!(error instanceof UnknownRead)) {
        throw error;
      }
      unknown ??= error;
    }
  }
  if (selected.length === 0 && unknown !== undefined) {
    throw unknown;
  }
  return selected;
}
