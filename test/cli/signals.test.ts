import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { preview } from "../../preview/index.ts";
import { pack, program } from "../preview/harness.ts";
import { ended, start } from "./command.ts";

/** Of what has been killed, the kernel removes one after the other. */
const patience = { timeout: 60_000 };

const processIds = z.array(z.number().int().positive());

// One of them waits for a time limit: the others run meanwhile, each with a folder of its own.

function freshFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "signals-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Waits until processes have said their ids in a file. */
function saidIn(path: string): Promise<number[]> {
  return new Promise((resolve) => {
    const look = (): void => {
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (!text.endsWith("]")) return;
      watcher.close();
      resolve(processIds.parse(JSON.parse(text)));
    };
    const watcher = watch(dirname(path), look);
    look();
  });
}

/** Those of the processes that still run; one that ended and waits for its parent to hear of it does not. */
function running(ids: readonly number[]): number[] {
  return ids.filter((id) => {
    try {
      process.kill(id, 0);
    } catch {
      return false;
    }
    const stat = `/proc/${id}/stat`;
    return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, "utf8"));
  });
}

/** Starts a preview of a program that never ends with a pack that never serves, each with a child. */
async function startBoth(folder: string) {
  const [ofProgram, ofPack] = [join(folder, "program"), join(folder, "pack")];
  const command = start(
    [
      ...["preview", "--cwd", program("misbehaving"), "--stack", "dev"],
      ...["--config", "mode=never-end", "--config", "pack:mode=never-serves"],
      ...["--policy-pack", pack("misbehaving"), "--timeout", "600"],
    ],
    { PID_FILE: ofProgram, PACK_PID_FILE: ofPack },
  );
  const end = ended(command);
  // Neither waits for the other: both have started though neither will ever be done.
  const ids = (await Promise.all([saidIn(ofProgram), saidIn(ofPack)])).flat();
  return { command, end, ids };
}

describe.concurrent("a preview that is told to end", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s leaves no process behind", async (signal) => {
    using folder = freshFolder();
    const { command, end, ids } = await startBoth(folder.path);
    expect(running(ids)).toHaveLength(4);
    command.kill(signal);
    expect(await end).toEqual({ status: null, signal, stdout: "", stderr: "" });
    await vi.waitFor(() => expect(running(ids)).toEqual([]), patience);
  });
});

describe.concurrent("a preview within another command", () => {
  it("ends with that command, and leaves no process behind", async () => {
    using folder = freshFolder();
    const file = join(folder.path, "program");
    vi.stubEnv("PID_FILE", file);
    const stop = new AbortController();
    const options = { cwd: program("misbehaving"), stack: "dev", config: ["mode=never-end"] };
    const end = preview({ ...options, signal: stop.signal }).catch((error: unknown) => error);
    const ids = await saidIn(file);
    stop.abort(new Error("Stopped by SIGINT"));
    expect(String(await end)).toContain("Stopped by SIGINT");
    await vi.waitFor(() => expect(running(ids)).toEqual([]), patience);
    vi.unstubAllEnvs();
  });
});

describe.concurrent("a preview whose time is up", () => {
  it("leaves no process behind", async () => {
    using folder = freshFolder();
    const file = join(folder.path, "program");
    const command = start(
      [
        ...["preview", "--cwd", program("misbehaving"), "--stack", "dev", "--timeout", "12"],
        ...["--config", "mode=never-end", "--policy-pack", pack("echo")],
      ],
      { PID_FILE: file },
    );
    const end = ended(command);
    const ids = await saidIn(file);
    expect(await end).toMatchObject({ status: 2, stderr: expect.stringContaining("stopped after 12 s") });
    await vi.waitFor(() => expect(running(ids)).toEqual([]), patience);
  });
});
