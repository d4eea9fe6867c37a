import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { isTooWide } from "./folders.ts";
import type { Visible } from "./visible.ts";

/** What a process in a sandbox sees of the machine. */
export interface SandboxView {
  visible: Visible;
  /** Further files and folders to read, from where they are to where they are seen. */
  mounts: ReadonlyMap<string, string>;
  /** Bytes that it may write to its folder for temporary files, which is in memory. */
  temporaryBytes: number;
  /** Descriptors of bubblewrap's own: for what it says of itself, and for the filter of system calls. */
  descriptors: { status: number; filter: number };
}

/** The home and the folder for temporary files of what runs in a sandbox. */
export const sandboxHome = "/tmp/home";
export const sandboxTemporary = "/tmp";

/**
 * Arguments of bubblewrap for a sandbox: namespaces of its own for users, processes, mounts, network, IPC and
 * names; a root folder with what it is shown, to read alone; no capability; no terminal; an end with its parent.
 */
export function bubblewrapArgs(sandbox: SandboxView): string[] {
  const { visible, mounts, temporaryBytes, descriptors } = sandbox;
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"],
    ...["--unshare-cgroup-try", "--disable-userns", "--cap-drop", "ALL"],
    ...["--die-with-parent", "--new-session", "--hostname", "preview"],
    ...["--json-status-fd", String(descriptors.status), "--seccomp", String(descriptors.filter)],
    ...systemArgs(),
    // Whoever is root outside owns the files of /proc/sys, whatever its capabilities here.
    ...["--proc", "/proc", ...maskedProc(), "--remount-ro", "/proc"],
    ...["--dev", "/dev", "--remount-ro", "/dev"],
    ...["--size", String(temporaryBytes), "--tmpfs", sandboxTemporary, "--dir", sandboxHome],
    ...visible.shown.flatMap((path) => ["--ro-bind", path, path]),
    ...visible.hidden.flatMap(hide),
    ...[...visible.links].flatMap(([path, target]) => ["--symlink", target, path]),
    ...visible.given.flatMap((path) => ["--ro-bind", path, path]),
    ...[...mounts].flatMap(([from, to]) => ["--ro-bind", from, to]),
    ...["--remount-ro", "/"],
  ];
}

/** Where bubblewrap is installed; the path of the caller may lead to a program of the project. */
const bubblewrapPaths = [
  "/usr/bin/bwrap",
  "/bin/bwrap",
  "/usr/local/bin/bwrap",
  "/run/current-system/sw/bin/bwrap",
];

/** @throws {Failure} where there is no bubblewrap to run */
export function findBubblewrap(platform: string = process.platform): string {
  if (platform !== "linux") {
    throw new Failure(
      "isolation",
      `--isolate needs the namespaces of Linux, and this is ${platform}: run it in a Linux machine or container, or use --isolate=permissions, which stops less (docs/security.md)`,
    );
  }
  const found = bubblewrapPaths.find(existsSync);
  if (found === undefined) {
    throw new Failure(
      "isolation",
      "--isolate needs bubblewrap, which is not installed: on Debian and Ubuntu, apt-get install bubblewrap",
    );
  }
  if ((statSync(found).mode & 0o4000) !== 0) {
    throw new Failure(
      "isolation",
      `--isolate needs a bubblewrap without privileges, and ${found} is setuid: chmod u-s ${found}`,
    );
  }
  return found;
}

/** The system's programs and libraries, and of its settings those that loading them needs. */
function systemArgs(): string[] {
  const folders = ["/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin"].filter((path) => existsSync(path));
  const stores = ["/usr", "/nix/store", "/gnu/store"].filter((path) => existsSync(path));
  const settings = [
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
  ];
  return [
    ...stores.flatMap((path) => ["--ro-bind", path, path]),
    ...folders.flatMap((path) =>
      lstatSync(path).isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path],
    ),
    ...settings.flatMap((path) => ["--ro-bind-try", path, path]),
    ...nodeMounts().flatMap((path) => ["--ro-bind", path, path]),
  ];
}

/** Node.js itself: its installation where it is in a folder of its own, else the program alone. */
function nodeMounts(program: string = realpathSync(process.execPath)): string[] {
  const prefix = dirname(dirname(program));
  const isInstallation =
    basename(dirname(program)) === "bin" && existsSync(join(prefix, "lib", "node_modules"));
  const shown = isInstallation && !isTooWide(prefix) ? prefix : program;
  return shown.startsWith("/usr/") ? [] : [shown];
}

/** Files of /proc that root outside may read without a capability. */
function maskedProc(): string[] {
  return [
    "keys",
    "key-users",
    "kcore",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "sched_debug",
    "timer_list",
  ]
    .concat(["slabinfo", "vmallocinfo", "pagetypeinfo", "iomem"])
    .map((name) => `/proc/${name}`)
    .filter((path) => existsSync(path))
    .flatMap((path) => ["--ro-bind", "/dev/null", path]);
}

function hide(path: string): string[] {
  return lstatSync(path).isDirectory()
    ? ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    : ["--ro-bind", "/dev/null", path];
}
