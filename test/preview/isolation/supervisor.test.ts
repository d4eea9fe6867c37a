import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { supervised } from "../../../preview/isolation/supervisor.ts";
import { processesWith } from "../hostile/machine.ts";

const marker = `supervised-${process.pid}`;

/** Runs a shell's script as a sandbox would be run; descriptor 6 is open for as long as the preview is there. */
function run(script: string): ChildProcess {
  const { command, args } = supervised("/bin/sh", ["-c", script, marker]);
  const piped = Array.from({ length: 6 }, () => "pipe" as const);
  return spawn(command, args, { stdio: ["ignore", ...piped], detached: true });
}

function endPreview(child: ChildProcess): void {
  streamOf(child, 6).destroy();
}

function streamOf({ stdio }: ChildProcess, descriptor: number): Socket {
  const stream = stdio.at(descriptor);
  if (!(stream instanceof Socket)) throw new Error(`there is no descriptor ${descriptor}`);
  return stream;
}

describe("the supervisor of a sandbox", () => {
  it.each([0, 7])("ends with its status: %i", async (status) => {
    const child = run(`exit ${status}`);
    expect(await once(child, "close")).toEqual([status, null]);
    expect(processesWith(marker)).toEqual([]);
  });

  it("holds nothing open that a guest closes", async () => {
    const child = run("exec >&- 2>&- 3>&- 4>&- 5>&-; sleep 300");
    await Promise.all([1, 2, 3, 4, 5].map((each) => once(streamOf(child, each).resume(), "end")));
    expect(child).toMatchObject({ exitCode: null, signalCode: null });
    endPreview(child);
    await once(child, "close");
  });

  it("leaves nothing behind when the preview ends", async () => {
    const child = run("sleep 300 & echo ready; wait");
    if (child.stdout === null) throw new Error("there is no output");
    await once(child.stdout, "data");
    endPreview(child);
    await once(child, "close");
    expect(processesWith(marker)).toEqual([]);
  });

  it("leaves nothing behind when the preview ends at once", async () => {
    const child = run("sleep 300; true");
    endPreview(child);
    await once(child, "close");
    expect(processesWith(marker)).toEqual([]);
  });
});
