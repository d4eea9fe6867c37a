import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { SourcePosition } from "../lib/failure.ts";

/** A place as a program's SDK reports it. */
const reported = z.object({
  uri: z.string().startsWith("file://").max(5000),
  line: z.int().min(1).max(10_000_000),
  column: z.int().min(1).max(10_000_000),
});

/** Files of the repository that a project belongs to, named from the repository's root. */
export class Sources {
  /** The repository's root, without symbolic links. */
  readonly root: string;
  /** Folder of the program's own package. */
  #package: string | undefined;
  #files = new Map<string, SourceFile | undefined>();

  /**
   * @param folder of the project
   * @param programFolder in which its program is
   */
  constructor(folder: string, programFolder = folder) {
    this.root = repositoryRoot(realpathSync(folder));
    this.#package = nearestWith("package.json", realpathSync(programFolder));
  }

  /** @returns the file's path from the root; undefined for one that is not there, outside or installed */
  pathOf(file: string): string | undefined {
    if (!existsSync(file)) return undefined;
    const path = relative(this.root, realpathSync(file));
    const outside = path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
    const steps = path.split(sep);
    return outside || steps.includes("node_modules") ? undefined : steps.join("/");
  }

  /**
   * @param places from the inside out
   * @returns the first of the places in the program's own package, else in a file of the repository: a resource
   * class that the repository keeps in a package of its own does not declare anything
   */
  first(places: Iterable<unknown>): SourcePosition | undefined {
    let fallback: SourcePosition | undefined;
    for (const place of places) {
      const parsed = reported.safeParse(place);
      if (!parsed.success) continue;
      const { uri, line, column } = parsed.data;
      const file = this.#fileAt(uri);
      if (file === undefined) continue;
      const position = { path: file.path, line, column };
      if (file.isProgram) return position;
      fallback ??= position;
    }
    return fallback;
  }

  #fileAt(uri: string): SourceFile | undefined {
    if (this.#files.has(uri)) return this.#files.get(uri);
    const [file] = filesOf(uri).flatMap((name) => {
      const path = this.pathOf(name);
      if (path === undefined) return [];
      return { path, isProgram: nearestWith("package.json", dirname(realpathSync(name))) === this.#package };
    });
    this.#files.set(uri, file);
    return file;
  }
}

interface SourceFile {
  path: string;
  /** In the package that the program is in. */
  isProgram: boolean;
}

/** The file that an address names; the SDK encodes the address of an ES module a second time. */
function filesOf(uri: string): string[] {
  const files: string[] = [];
  try {
    files.push(fileURLToPath(uri));
    files.push(...files.map(decodeURIComponent));
  } catch {
    // It is no address, or its path is not encoded another time.
  }
  return files;
}

/** The nearest folder above with `.git`; without one, the working directory or else the folder itself. */
export function repositoryRoot(folder: string): string {
  const repository = nearestWith(".git", folder);
  if (repository !== undefined) return repository;
  const workingDirectory = realpathSync(process.cwd());
  const path = relative(workingDirectory, folder);
  return isAbsolute(path) || path.split(sep)[0] === ".." ? folder : workingDirectory;
}

/** The folder itself or the nearest one above that holds an entry of the name. */
function nearestWith(name: string, folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, name))) return current;
    if (current === dirname(current)) return undefined;
  }
}
