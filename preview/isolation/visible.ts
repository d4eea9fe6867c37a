import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { credentialsBelow } from "./credentials.ts";
import { ancestors, entriesOf, isTooWide, isWithin, outermost, placesOfOthers } from "./folders.ts";

/** What isolated code can read of the file system beside the system's own programs and libraries; real paths. */
export interface Visible {
  /** Folders and files, none of which is within another. */
  shown: string[];
  /** What is covered of them. */
  hidden: string[];
  /** What the caller shows whatever it is, which goes before `hidden`. */
  given: string[];
}

/** Folders that are shown at most; each is a mount. */
const mostFolders = 200;

/**
 * Finds what a program or a pack needs to load: its repository or workspace, the `node_modules` of the folders
 * above it, and the packages that these link to, wherever they are. Files that commonly hold credentials are
 * hidden, as are the home folder and the folder for temporary files where they are inside.
 *
 * @param starts folders and files that are needed
 * @param given folders and files that the caller shows in addition
 * @throws {Failure} where that would show the home folder or the system
 */
export function visibleTo(starts: readonly string[], given: readonly string[] = []): Visible {
  const finder = new Finder();
  for (const start of starts) finder.follow(start);
  const shown = outermost([...finder.folders]);
  const hidden = [...[...finder.bases].flatMap(credentialsBelow), ...placesOfOthers()];
  return {
    shown,
    hidden: outermost(
      hidden.filter((path) => shown.some((folder) => isWithin(path, folder) && path !== folder)),
    ),
    given: given.map(givenPath),
  };
}

function givenPath(path: string): string {
  if (!existsSync(path)) throw new Failure("isolation", `--read ${path}: there is no such file or folder`);
  const real = realpathSync(path);
  if (!isTooWide(real)) return real;
  throw new Failure("isolation", `--read ${path} would show what --isolate is to hide: name a folder in it`);
}

class Finder {
  /** What is shown. */
  readonly folders = new Set<string>();
  /** The repositories, workspaces and packages among them. */
  readonly bases = new Set<string>();
  #followed = new Set<string>();

  follow(start: string): void {
    const real = realpathSync(start);
    const folder = lstatSync(real).isDirectory() ? real : dirname(real);
    if (this.#followed.has(folder)) return;
    this.#followed.add(folder);
    const base = baseOf(folder);
    this.bases.add(base);
    this.#show(base);
    for (const above of ancestors(folder)) {
      const modules = join(above, "node_modules");
      if (existsSync(modules)) this.#followLinks(realpathSync(modules));
    }
  }

  #followLinks(modules: string): void {
    if (this.#followed.has(modules)) return;
    this.#followed.add(modules);
    this.#show(modules);
    for (const link of linksIn(modules)) {
      // A link to nowhere is no package.
      if (!existsSync(link)) continue;
      const target = realpathSync(link);
      // What a package manager keeps beside the packages that link to it is shown with them.
      if (this.#isShown(target) && target.split(sep).includes("node_modules")) continue;
      this.follow(target);
    }
  }

  #isShown(path: string): boolean {
    return [...this.folders].some((folder) => isWithin(path, folder));
  }

  #show(folder: string): void {
    if (this.#isShown(folder)) return;
    this.folders.add(folder);
    if (this.folders.size <= mostFolders) return;
    throw new Failure(
      "isolation",
      `node_modules links to more than ${mostFolders} folders elsewhere, more than --isolate can show: install the packages below the project`,
    );
  }
}

/** The repository or the workspace that a folder belongs to; else its package, else the folder itself. */
function baseOf(folder: string): string {
  if (isTooWide(folder)) {
    throw new Failure(
      "isolation",
      `${folder} holds more than a project, and --isolate would have to show all of it to the code that it isolates: move the project into a folder of its own`,
    );
  }
  const above = ancestors(folder);
  const inside = above.slice(0, above.findIndex(isTooWide));
  return (
    inside.find((path) => existsSync(join(path, ".git"))) ??
    inside.findLast(isWorkspace) ??
    inside.find((path) => existsSync(join(path, "package.json"))) ??
    folder
  );
}

const workspace = z.object({ workspaces: z.unknown().refine((value) => value !== undefined) });
/** Bytes of a package.json that are read to tell whether it is a workspace's. */
const manifestLimit = 1024 * 1024;

function isWorkspace(folder: string): boolean {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return true;
  const path = join(folder, "package.json");
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size > manifestLimit) return false;
  return workspace.safeParse(parseJson(readFileSync(path, "utf8"))).success;
}

/** The links in a `node_modules` folder, also those in its scopes. */
function linksIn(modules: string): string[] {
  return entriesOf(modules).flatMap((entry) => {
    const path = join(modules, entry.name);
    if (entry.isSymbolicLink()) return [path];
    return entry.isDirectory() && entry.name.startsWith("@") ? linksIn(path) : [];
  });
}
