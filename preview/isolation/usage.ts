import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that descend from it use. */
export interface Usage {
  processes: ReadonlySet<number>;
  /** Bytes of memory that is resident; what several share counts for each. */
  memoryBytes: number;
}

/** Bytes of a page of memory where the processor allows for it; larger ones only make the count too small. */
const pageBytes = 4096;

/**
 * Counts a process and its descendants. In a PID namespace everything descends from its first process, also what
 * left its session or lost its parent.
 *
 * @param most when there are more processes than these, the count ends: they become more while they are counted
 */
export function usageBelow(pid: number, most: number): Usage {
  const found = new Set([pid]);
  let memoryBytes = 0;
  for (const process of found) {
    if (found.size > most) break;
    memoryBytes += residentBytes(process);
    for (const child of childrenOf(process)) found.add(child);
  }
  return { processes: found, memoryBytes };
}

/** Bytes that the machine can still give without swapping; all there could be where it does not say. */
export function bytesLeft(): number {
  const [, kibibytes] = /^MemAvailable:\s*(\d+) kB$/m.exec(read("/proc/meminfo")) ?? [];
  return kibibytes === undefined ? Number.POSITIVE_INFINITY : Number(kibibytes) * 1024;
}

function residentBytes(pid: number): number {
  const [, resident = "0"] = read(`/proc/${pid}/statm`).split(" ");
  return Number(resident) * pageBytes;
}

function childrenOf(pid: number): number[] {
  return tasksOf(pid).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`)
      .split(" ")
      .filter((text) => text !== "")
      .map(Number),
  );
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The text of a file of /proc; nothing for a process that has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
