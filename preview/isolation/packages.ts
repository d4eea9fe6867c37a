import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { ancestors, isTooWide } from "./folders.ts";

/**
 * The repository or the workspace that a folder belongs to; else its package, else the folder itself.
 *
 * @throws {Failure} for a folder that holds more than a project
 */
export function repositoryOf(folder: string): string {
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

/** Whether a folder holds the package of a name. */
export function isPackage(folder: string, name: string): boolean {
  return manifestIn(folder).name === name;
}

function isWorkspace(folder: string): boolean {
  return existsSync(join(folder, "pnpm-workspace.yaml")) || manifestIn(folder).workspaces !== undefined;
}

const manifest = z.object({ name: z.string().optional(), workspaces: z.unknown().optional() });
/** Bytes of a package.json that are read. */
const manifestLimit = 1024 * 1024;

function manifestIn(folder: string): z.infer<typeof manifest> {
  const path = join(folder, "package.json");
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size > manifestLimit) return {};
  return manifest.safeParse(parseJson(readFileSync(path, "utf8"))).data ?? {};
}
