import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Launch } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";

/** The process of a PostgreSQL server, which outlives this one unless it is stopped. */
export interface ServerProcess {
  /**
   * Waits until it takes connections.
   *
   * @throws {Failure} `failed`, when it ends before that or takes longer than a minute
   */
  ready(signal: AbortSignal): Promise<void>;
  /** Ends it at once, without a last checkpoint. */
  stop(): Promise<void>;
}

/** How often the server is looked at while it starts, in milliseconds: pg_ctl does it every 100. */
const pauseMs = 5;
const startMs = 60_000;
const stopMs = 30_000;

/**
 * Starts a server as the leader of a session of its own, which no signal of this one's terminal reaches.
 *
 * @param data folder of its data
 * @param log file that it writes to
 */
export function startServer(
  { command, args, env, cwd, account }: Launch,
  { data, log }: { data: string; log: string },
): ServerProcess {
  const output = openSync(log, "a", 0o600);
  const child = spawn(command, args, {
    env,
    cwd,
    ...account,
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(String(error)));
    child.once("exit", (code, signal) => resolve(`it ended with ${signal ?? `exit status ${code}`}`));
  });
  return {
    async ready(signal) {
      const last = performance.now() + startMs;
      while (!isReady(data)) {
        const reason = await Promise.race([ended, delay(pauseMs, undefined, { signal })]);
        if (reason !== undefined) throw new Failure("failed", reason);
        if (performance.now() > last) throw new Failure("failed", "it takes no connections after 60 seconds");
      }
    },
    async stop() {
      child.ref();
      if (!child.kill("SIGQUIT")) return;
      const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Source: LOCK_FILE_LINE_PM_STATUS in PostgreSQL's pidfile.h */
function isReady(data: string): boolean {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    // It has none yet.
    return false;
  }
}
