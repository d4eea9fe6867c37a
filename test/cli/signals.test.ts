import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { preview } from "../../preview/index.ts";
import { pack, program } from "../preview/harness.ts";
import { ended, start } from "./command.ts";

const processIds = z.array(z.number().int().positive());

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signals-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Waits until processes have said their ids in a file of the folder. */
function saidIn(name: string): Promise<number[]> {
  const path = join(folder, name);
  return new Promise((resolve) => {
    const look = (): void => {
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (!text.endsWith("]")) return;
      watcher.close();
      resolve(processIds.parse(JSON.parse(text)));
    };
    const watcher = watch(folder, look);
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
async function startBoth() {
  const command = start(
    [
      ...["preview", "--cwd", program("misbehaving"), "--stack", "dev"],
      ...["--config", "mode=never-end", "--config", "pack:mode=never-serves"],
      ...["--policy-pack", pack("misbehaving"), "--timeout", "600"],
    ],
    { PID_FILE: join(folder, "program"), PACK_PID_FILE: join(folder, "pack") },
  );
  const end = ended(command);
  // Neither waits for the other: both have started though neither will ever be done.
  const ids = (await Promise.all([saidIn("program"), saidIn("pack")])).flat();
  return { command, end, ids };
}

describe("a preview that is told to end", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s leaves no process behind", async (signal) => {
    const { command, end, ids } = await startBoth();
    expect(running(ids)).toHaveLength(4);
    command.kill(signal);
    expect(await end).toEqual({ status: null, signal, stdout: "", stderr: "" });
    await vi.waitFor(() => expect(running(ids)).toEqual([]));
  });
});

describe("a preview within another command", () => {
  it("ends with that command, and leaves no process behind", async () => {
    vi.stubEnv("PID_FILE", join(folder, "program"));
    const stop = new AbortController();
    const options = { cwd: program("misbehaving"), stack: "dev", config: ["mode=never-end"] };
    const end = preview({ ...options, signal: stop.signal }).catch((error: unknown) => error);
    const ids = await saidIn("program");
    stop.abort(new Error("Stopped by SIGINT"));
    expect(String(await end)).toContain("Stopped by SIGINT");
    await vi.waitFor(() => expect(running(ids)).toEqual([]));
    vi.unstubAllEnvs();
  });
});

describe("a preview whose time is up", () => {
  it("leaves no process behind", async () => {
    const command = start(
      [
        ...["preview", "--cwd", program("misbehaving"), "--stack", "dev", "--timeout", "6"],
        ...["--config", "mode=never-end", "--policy-pack", pack("echo")],
      ],
      { PID_FILE: join(folder, "program") },
    );
    const end = ended(command);
    const ids = await saidIn("program");
    expect(await end).toMatchObject({ status: 2, stderr: expect.stringContaining("stopped after 6 s") });
    await vi.waitFor(() => expect(running(ids)).toEqual([]));
  });
});
