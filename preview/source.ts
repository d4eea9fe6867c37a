import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

/** A place in a file; line and column count from 1. */
export interface SourcePosition {
  /** From the root of the repository, with slashes. */
  path: string;
  line: number;
  column: number;
}

/** A place as a program's SDK reports it. */
const reported = z.object({
  uri: z.string().startsWith("file://").max(5000),
  line: z.int().min(1).max(10_000_000),
  column: z.int().min(1).max(10_000_000),
});

/** Files of the repository that a project belongs to, named from the repository's root. */
export class Sources {
  #root: string;
  #paths = new Map<string, string | undefined>();

  /** @param folder of the project */
  constructor(folder: string) {
    this.#root = repositoryRoot(folder);
  }

  /** @returns the file's path from the root; undefined for one that is not there, outside or installed */
  pathOf(file: string): string | undefined {
    if (!existsSync(file)) return undefined;
    const path = relative(this.#root, realpathSync(file));
    const outside = path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
    const steps = path.split(sep);
    return outside || steps.includes("node_modules") ? undefined : steps.join("/");
  }

  /** @returns the first of the places that is in a file of the repository */
  first(places: Iterable<unknown>): SourcePosition | undefined {
    for (const place of places) {
      const parsed = reported.safeParse(place);
      if (!parsed.success) continue;
      const { uri, line, column } = parsed.data;
      const path = this.#pathOfUri(uri);
      if (path !== undefined) return { path, line, column };
    }
    return undefined;
  }

  #pathOfUri(uri: string): string | undefined {
    if (this.#paths.has(uri)) return this.#paths.get(uri);
    const path = filesOf(uri)
      .map((file) => this.pathOf(file))
      .find((found) => found !== undefined);
    this.#paths.set(uri, path);
    return path;
  }
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
function repositoryRoot(folder: string): string {
  const start = existsSync(folder) ? realpathSync(folder) : folder;
  for (let current = start; ; current = dirname(current)) {
    if (existsSync(join(current, ".git"))) return current;
    if (current === dirname(current)) break;
  }
  const workingDirectory = realpathSync(process.cwd());
  const inside =
    relative(workingDirectory, start).split(sep)[0] !== ".." &&
    !isAbsolute(relative(workingDirectory, start));
  return inside ? workingDirectory : start;
}
