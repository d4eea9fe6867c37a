import type { Resource } from "./stack.ts";
import { UnknownRead, type Value } from "./value.ts";

/** One of three answers: the requirement holds, is violated, or cannot be told before the update. */
export type Finding =
  | { readonly answer: "holds" }
  | { readonly answer: "violated"; readonly message: string; readonly resource?: Resource }
  | { readonly answer: "unknown"; readonly value: Value };

/** What a test says: true where the requirement holds, else what is wrong, as a sentence. */
export type Verdict = true | string;

/**
 * Judges one thing. A test that reads an unknown value gets the answer unknown, so that an unknown in one
 * finding never hides a violation in another. `resource` is what a violation is reported on; a requirement
 * on the whole stack has none.
 */
export function judge(resource: Resource | undefined, test: () => Verdict): Finding {
  try {
    const verdict = test();
    if (verdict === true) {
      return { answer: "holds" };
    }
    return { answer: "violated", message: verdict, ...(resource && { resource }) };
  } catch (error) {
    if (error instanceof UnknownRead) {
      return { answer: "unknown", value: error.value };
    }
    throw error;
  }
}

/** Judges each resource. Where there is none at all, the requirement is violated with the message `absent`. */
export function judgeEach(
  resources: readonly Resource[],
  absent: string,
  test: (resource: Resource) => Verdict,
): Finding[] {
  if (resources.length === 0) {
    return [violation(absent)];
  }
  return resources.map((resource) => judge(resource, () => test(resource)));
}

/** A violation by the resource, or by the stack as a whole. */
export function violation(message: string, resource?: Resource): Finding {
  return judge(resource, () => message);
}

/** Gives the answer unknown: only the value could tell. */
export function undecided(value: Value): never {
  throw new UnknownRead(value);
}

/** Whether the test is true of at least one; throws UnknownRead where only unknown ones could be it. */
export function some<T>(candidates: Iterable<T>, test: (candidate: T) => boolean): boolean {
  return select(candidates, test).length > 0;
}

/** Whether the test is true of all; false as soon as one fails, unknown only where none does. */
export function every<T>(candidates: Iterable<T>, test: (candidate: T) => boolean): boolean {
  return !some(candidates, (candidate) => !test(candidate));
}

/**
 * Those of which the test is surely true. Throws UnknownRead where there is none and an unknown candidate
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
