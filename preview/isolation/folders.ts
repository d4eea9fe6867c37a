import { type Dirent, existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, relative, sep } from "node:path";

/** Whether a path is a folder or below it; both are real paths. */
export function isWithin(path: string, folder: string): boolean {
  const steps = relative(folder, path);
  return !isAbsolute(steps) && steps.split(sep)[0] !== "..";
}

/** The paths that are within no other of them. */
export function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((other) => other !== path && isWithin(path, other)));
}

/** A folder and all above it, from the inside out. */
export function ancestors(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

/** What a folder holds; nothing for what is no folder or a link to one. */
export function entriesOf(folder: string): Dirent[] {
  const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? readdirSync(folder, { withFileTypes: true }) : [];
}

/** Folders that hold what belongs to others: the system, every home, whatever is temporary. */
const systemFolders = new Set([
  ...[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
  ],
  ...[
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
    "/var/lib",
    "/var/tmp",
    "/Users",
  ],
]);

/** The caller's home and folder for temporary files, where they are there. */
export function placesOfOthers(): string[] {
  return [homedir(), tmpdir()].filter((path) => existsSync(path)).map((path) => realpathSync(path));
}

/** Whether a folder is no project's, since it holds the system, a home or what is temporary. */
export function isTooWide(folder: string): boolean {
  return systemFolders.has(folder) || placesOfOthers().includes(folder);
}
