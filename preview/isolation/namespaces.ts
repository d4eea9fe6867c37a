import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { release, totalmem, userInfo } from "node:os";
import { join } from "node:path";
import type { Launch } from "../../lib/child.ts";
import { bubblewrapArgs, findBubblewrap, sandboxHome, sandboxTemporary } from "./bubblewrap.ts";
import { closedEnvironment } from "./environment.ts";
import { isWithin } from "./folders.ts";
import {
  cacheFolder,
  type Guest,
  hostFolder,
  type Isolation,
  type IsolationOptions,
  isolatedBytes,
} from "./isolation.ts";
import { Sandbox } from "./sandbox.ts";
import { syscallFilter } from "./seccomp.ts";
import { supervised } from "./supervisor.ts";
import { Views } from "./views.ts";

/** Where a guest finds what the preview gives it. */
const givenFolder = "/run/preview";
const socketPath = `${givenFolder}/engine`;

/** Bytes that a guest may write to its folder for temporary files, which is in memory. */
const temporaryBytes = 512 * 1024 * 1024;
/** Bytes of memory and number of processes that a guest may have, unless the machine has less. */
const memoryBytes = Math.min(8 * 1024 ** 3, totalmem() * 0.75);
const processes = 512;
/** Bytes of memory that the machine keeps. */
const leftBytes = Math.min(256 * 1024 ** 2, totalmem() / 32);
/** Threads that a guest may have, each process having at least one; Node.js has some eleven. */
const threads = 4096;

/**
 * Runs each guest in a sandbox of its own, by the namespaces of Linux.
 *
 * @param folder of the run, which only the caller can read
 * @throws {Failure} where this machine cannot
 */
export function inNamespaces({ env, read }: IsolationOptions, folder: string): Isolation {
  const bubblewrap = findBubblewrap();
  const filter = syscallFilter();
  const settings = writeSettings(join(folder, "etc"));
  const views = new Views(read);
  return {
    answerBytes: isolatedBytes,
    address: () => `unix:${socketPath}`,
    path: (path) => realpathSync(path),
    mayRead: (...asked) => views.mayRead(...asked),
    isTemporary: (path) => isWithin(path, sandboxTemporary),
    launch(guest: Guest): Launch {
      const cache = existsSync(cacheFolder) ? `${givenFolder}/cache` : undefined;
      const args = bubblewrapArgs({
        visible: views.of(guest.folder, [...guest.needs, guest.runner]),
        mounts: new Map([
          ...settings,
          [guest.socket, socketPath],
          [hostFolder, `${givenFolder}/host`],
          ...(cache === undefined ? [] : [[realpathSync(cacheFolder), cache] as const]),
        ]),
        temporaryBytes,
        descriptors: { status: 4, filter: 5 },
      });
      return {
        ...supervised(bubblewrap, [
          ...args,
          ...["--chdir", guest.cwd, "--", ...limitThreads()],
          ...[realpathSync(process.execPath), ...guest.nodeArgs],
          ...[`${givenFolder}/host/${guest.host}.cjs`, guest.runner, ...guest.args],
        ]),
        cwd: "/",
        env: {
          ...closedEnvironment(guest.env, env),
          // Nothing that a stranger runs may leave compiled code for others: what is there is read alone.
          ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
        },
        closed: true,
        guard: new Sandbox(filter, { memoryBytes, processes, leftBytes }),
      };
    },
  };
}

/** What sets a process's own limits, of util-linux, before it becomes another program. */
const limiter = "/usr/bin/prlimit";

/**
 * Has the kernel refuse more threads, which needs no count. It does so for all but root. Before Linux 5.14 it counted
 * what the caller runs outside of the namespace, too.
 */
function limitThreads(kernel: string = release()): string[] {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  const countsByNamespace = major > 5 || (major === 5 && minor >= 14);
  return countsByNamespace && existsSync(limiter) ? [limiter, `--nproc=${threads}:${threads}`] : [];
}

/** The few files of /etc that a C library reads, which name nobody of this machine. */
function writeSettings(folder: string): (readonly [string, string])[] {
  const { uid, gid } = userInfo();
  mkdirSync(folder);
  const files = {
    passwd: `preview:x:${uid}:${gid}::${sandboxHome}:/bin/sh\n`,
    group: `preview:x:${gid}:\n`,
    hosts: "127.0.0.1 localhost preview\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  };
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return [path, `/etc/${name}`];
  });
}
