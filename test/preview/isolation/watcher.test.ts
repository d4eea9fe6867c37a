import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { expect, it, vi } from "vitest";
import { type SandboxLimits, watch } from "../../../preview/isolation/watcher.ts";

const plenty: SandboxLimits = { processes: 1000, memoryBytes: 2 ** 40, leftBytes: 0 };

it.each<[keyof SandboxLimits, number]>([
  ["processes", 4],
  ["memoryBytes", 4096],
  ["leftBytes", 2 ** 60],
])("more than its %s allows ends a sandbox, while the thread that serves it is busy", async (limit, most) => {
  const bomb = spawn("/bin/sh", ["-c", "for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait"], {
    detached: true,
    stdio: "ignore",
  });
  const { pid = 0 } = bomb;
  const ended = once(bomb, "exit");
  const excess = watch(pid, { ...plenty, [limit]: most });
  try {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    // Nothing of this thread's runs until the process is gone.
    const last = performance.now() + 150_000;
    while (performance.now() < last && stateOf(pid) !== "Z") Atomics.wait(sleeper, 0, 0, 10);
    expect(stateOf(pid)).toBe("Z");
    expect(await ended).toEqual([null, "SIGKILL"]);
  } finally {
    expect(excess()).toBe(limit);
    process.kill(-pid, "SIGKILL");
  }
});

it("gives a crowd of processes what the others of the machine leave", async () => {
  const crowd = spawn("/bin/sh", ["-c", "for i in $(seq 70); do sleep 60 & done; wait"], {
    detached: true,
    stdio: "ignore",
  });
  const { pid = 0 } = crowd;
  const ended = once(crowd, "exit");
  const excess = watch(pid, plenty);
  try {
    await vi.waitUntil(() => getPriority(pid) === constants.priority.PRIORITY_LOW, { timeout: 150_000 });
    expect(excess()).toBeUndefined();
  } finally {
    process.kill(-pid, "SIGKILL");
    await ended;
  }
});

/** `Z` for a process that has ended and that nobody has heard of yet. */
function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
}
