import { spawn } from "node:child_process";
import { once } from "node:events";

/** Watches over a folder with data in plain. */
export interface Guard {
  /** Names a group of processes that write to the folder, by its number. */
  kills(group: number): void;
  /** Forgets the group, whose number another one may get. */
  spares(): void;
  /** Ends the watch, and leaves the folder as it is. */
  release(): Promise<void>;
}

/**
 * Starts a process that outlives this one: once this one is gone, for whatever reason, it kills what writes to the
 * folder, which may be a PostgreSQL server with its data in `data`, and removes the folder.
 */
export function guardFolder(folder: string): Guard {
  const watch = spawn("/bin/sh", ["-c", script, folder], {
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: ["pipe", "ignore", "ignore"],
  });
  watch.on("error", () => undefined);
  watch.stdin.on("error", () => undefined);
  watch.unref();
  return {
    kills: (group) => watch.stdin.write(`${group}\n`),
    spares: () => watch.stdin.write("\n"),
    async release() {
      const ended = once(watch, "exit");
      watch.ref();
      if (watch.kill("SIGKILL")) await ended;
    },
  };
}

/** What was being started may still write after the first time. The server's number is the first line of its file. */
const script = `
  group=
  while read -r line; do group=$line; done
  [ -z "$group" ] || kill -s KILL -- "-$group"
  for pause in 0 1 3; do
    sleep $pause
    if [ -f "$0/data/postmaster.pid" ]; then
      read -r server < "$0/data/postmaster.pid"
      case $server in "" | *[!0-9]*) ;; *) kill -s QUIT -- "$server" ;; esac
    fi
    rm -rf -- "$0"
  done`;
