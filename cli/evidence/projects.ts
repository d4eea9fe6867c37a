import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectNameOf } from "../../project/project.ts";

/**
 * Projects whose evidence counts in a folder: its own and those of the folders right below it, such as delivery/. One
 * key may sign for other projects too, and what was shown of these says nothing here.
 */
export function projectsIn(cwd: string): ReadonlySet<string> {
  return new Set(projectFoldersIn(cwd).map(projectNameOf));
}

/** The folders of these projects, its own first. */
export function projectFoldersIn(cwd: string): string[] {
  const below = existsSync(cwd)
    ? readdirSync(cwd, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(cwd, entry.name, "Pulumi.yaml")))
        .map(({ name }) => join(cwd, name))
    : [];
  return [cwd, ...below];
}
