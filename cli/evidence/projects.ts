import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectNameOf } from "../../project/project.ts";

/**
 * Projects whose evidence counts in a folder: its own and those of the folders right below it, such as delivery/. One
 * key may sign for other projects too, and what was shown of these says nothing here.
 */
export function projectsIn(cwd: string): ReadonlySet<string> {
  const below = existsSync(cwd)
    ? readdirSync(cwd, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(cwd, entry.name, "Pulumi.yaml")))
        .map(({ name }) => projectNameOf(join(cwd, name)))
    : [];
  return new Set([projectNameOf(cwd), ...below]);
}
