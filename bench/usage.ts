import { readdirSync, readFileSync } from "node:fs";

/** What this process and those that it started used of the machine; of the memory, the most at one time. */
export interface Usage {
  processorMs: number;
  peakBytes: number;
}

/** How often the memory is read, in milliseconds. */
const sampleMs = 100;
/** Milliseconds of a tick, the unit of times in /proc. */
const tickMs = 10;

/** Measures what a piece of work uses, with the processes that it starts and waits for. Needs Linux's /proc. */
export async function usageOf<T>(work: () => Promise<T>): Promise<Usage & { result: T }> {
  const before = processorMs();
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, memoryOfAll());
  }, sampleMs);
  try {
    const result = await work();
    return { result, processorMs: processorMs() - before, peakBytes: Math.max(peakBytes, memoryOfAll()) };
  } finally {
    clearInterval(timer);
  }
}

/** Fields 14 to 17 of a process's `stat`: its own times and those of its children that have ended. */
function processorMs(): number {
  return statOf("self")
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks) * tickMs, 0);
}

/** Bytes of memory of this process and all below it. */
function memoryOfAll(): number {
  const parents = new Map<string, string>();
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name)) parents.set(name, statOf(name)[1] ?? "");
  }
  const isBelow = (pid: string): boolean => {
    if (pid === String(process.pid)) return true;
    const parent = parents.get(pid);
    return parent !== undefined && isBelow(parent);
  };
  return [...parents.keys()].filter(isBelow).reduce((sum, pid) => sum + memoryOf(pid), 0);
}

function memoryOf(pid: string): number {
  const [, kibibytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kibibytes) * 1024;
}

/** The fields of a process's `stat` from the third on, behind the name, which may hold spaces. */
function statOf(pid: string): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The text of a file of /proc; of a process that has ended, nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
