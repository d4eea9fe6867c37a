import { existsSync, lstatSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { credentialsBelow } from "./credentials.ts";
import { ancestors, entriesOf, isTooWide, isWithin, outermost, placesOfOthers } from "./folders.ts";
import { isPackage, repositoryOf } from "./packages.ts";

/** What isolated code can read of the file system beside the system's own programs and libraries; real paths. */
export interface Visible {
  /** Folders and files, none of which is within another. */
  shown: readonly string[];
  /** What is covered of them. */
  hidden: readonly string[];
  /** What the caller shows whatever it is, which goes before `hidden`. */
  given: readonly string[];
  /** Links to what is shown that are outside of it, by path: a `node_modules` above a repository may be one. */
  links: ReadonlyMap<string, string>;
}

/** Folders that are shown at most; each is a mount. An SDK alone has nearly 400 packages, each of which may be one. */
const mostFolders = 500;

/**
 * Finds what a program or a pack needs to load: its repository or workspace, the `node_modules` of the folders
 * above it, and the packages that these link to. The code itself may have made the links, so what they lead to
 * outside is shown only where it is a package of the link's name. Files that commonly hold credentials are
 * hidden, as are the home folder and the folder for temporary files where they are inside.
 *
 * @param folder of the project or the pack, as the caller names it
 * @param needs further folders and files, as the project itself names them
 * @param given files and folders that the caller shows in addition
 * @throws {Failure} where the home folder or the system would be shown, or a need is outside
 */
export function visibleTo(folder: string, needs: readonly string[], given: readonly string[] = []): Visible {
  const finder = new Finder(repositoryOf(realpathSync(folder)));
  const givenPaths = given.map(givenPath);
  finder.followModules(realpathSync(folder));
  const shows = (path: string): boolean =>
    [...finder.folders, ...givenPaths].some((shown) => isWithin(path, shown));
  for (const need of needs.map((path) => realpathSync(path))) {
    if (!shows(need)) {
      throw new Failure(
        "isolation",
        `${need} is outside of the project's repository: show it with --read ${need}`,
      );
    }
    finder.followModules(need);
  }
  const shown = outermost([...finder.folders]);
  const hidden = [...finder.bases].flatMap(credentialsBelow).concat(placesOfOthers());
  return {
    shown,
    hidden: outermost(
      hidden.filter((path) => shown.some((other) => isWithin(path, other) && path !== other)),
    ),
    given: givenPaths,
    links: new Map([...finder.links].filter(([path]) => !shown.some((folder) => isWithin(path, folder)))),
  };
}

/** Whether a path, by whatever link, leads to what is visible. */
export function isVisible(path: string, { shown, hidden, given }: Visible): boolean {
  if (!existsSync(path)) return false;
  const real = realpathSync(path);
  const isIn = (folders: readonly string[]): boolean => folders.some((folder) => isWithin(real, folder));
  return isIn(given) || (isIn(shown) && !isIn(hidden));
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
  /** The repository and the linked packages among them, which may hold credentials of their own. */
  readonly bases = new Set<string>();
  /** Links to folders of packages, by path. */
  readonly links = new Map<string, string>();
  /** Folders whose own `node_modules` and those above are followed, and such folders whose links are. */
  #above = new Set<string>();
  #linking = new Set<string>();

  constructor(repository: string) {
    this.folders.add(repository);
    this.bases.add(repository);
  }

  /** Shows the `node_modules` in a folder and in those above it, with what they link to. */
  followModules(folder: string): void {
    for (const above of ancestors(folder)) {
      if (this.#above.has(above)) return;
      this.#above.add(above);
      const modules = join(above, "node_modules");
      if (!existsSync(modules)) continue;
      const real = realpathSync(modules);
      if (real.split(sep).at(-1) !== "node_modules") continue;
      if (lstatSync(modules).isSymbolicLink()) this.links.set(modules, real);
      this.#followLinks(real);
    }
  }

  #followLinks(modules: string): void {
    if (this.#linking.has(modules)) return;
    this.#linking.add(modules);
    this.#show(modules);
    for (const [name, link] of linksIn(modules)) {
      // A link to nowhere is no package.
      if (!existsSync(link)) continue;
      const target = realpathSync(link);
      const isShown = this.#isShown(target);
      // What a package manager keeps beside the packages that link to it is shown with them.
      if (isShown && target.split(sep).includes("node_modules")) continue;
      if (!isShown && (isTooWide(target) || !isPackage(target, name))) continue;
      if (!isShown) this.bases.add(target);
      this.#show(target);
      this.followModules(target);
    }
  }

  #isShown(path: string): boolean {
    return [...this.folders].some((folder) => isWithin(path, folder));
  }

  #show(folder: string): void {
    if (this.#isShown(folder)) return;
    for (const inner of this.folders) if (isWithin(inner, folder)) this.folders.delete(inner);
    this.folders.add(folder);
    if (this.folders.size <= mostFolders) return;
    throw new Failure(
      "isolation",
      `node_modules links to more than ${mostFolders} folders elsewhere, more than --isolate can show: install the packages below the project`,
    );
  }
}

/** The links in a `node_modules` folder and in its scopes, with the names of their packages. */
function linksIn(modules: string, scope = ""): [name: string, path: string][] {
  return entriesOf(modules).flatMap((entry): [string, string][] => {
    const path = join(modules, entry.name);
    if (entry.isSymbolicLink()) return [[`${scope}${entry.name}`, path]];
    return entry.isDirectory() && entry.name.startsWith("@") ? linksIn(path, `${entry.name}/`) : [];
  });
}
