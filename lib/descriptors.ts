import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { Failure } from "./failure.ts";

/** The flag of a descriptor that a program which is started does not get (`O_CLOEXEC`). */
const closedAtStart = 0o2000000;

/** The highest descriptor that is covered; covering those below it takes an entry for each. */
const highest = 4095;

/**
 * Covers the descriptors that this process itself inherited, such as those of a shell's `<(…)`, which every program
 * that it starts would get too.
 *
 * @param given how many the program is given, from 0 on
 * @returns entries for `stdio` from `given` on, and what is to be called once the program is started
 * @throws {Failure} for a descriptor too high to be covered
 */
export function coveredDescriptors(given: number): {
  entries: ("ignore" | number)[];
  release: () => void;
} {
  const inherited = new Set(inheritedDescriptors().filter((descriptor) => descriptor >= given));
  const last = Math.max(given - 1, ...inherited);
  if (last < given) return { entries: [], release: () => undefined };
  if (last > highest) {
    throw new Failure(
      "isolation",
      `--isolate cannot keep descriptor ${last} from the program, which this process inherited: close it in what calls optropic`,
    );
  }
  const nothing = openSync("/dev/null", "r");
  const entries = Array.from({ length: last + 1 - given }, (_, index) =>
    inherited.has(given + index) ? nothing : ("ignore" as const),
  );
  return { entries, release: () => closeSync(nothing) };
}

/** Descriptors that a program which is started gets unless something is put in their place; none without /proc. */
function inheritedDescriptors(): number[] {
  return namesIn("/proc/self/fd").map(Number).filter(isInherited);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const [, flags = ""] =
      /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return (Number.parseInt(flags, 8) & closedAtStart) === 0;
  } catch {
    // The one by which the folder was read is closed again.
    return false;
  }
}
