import { parseSettings } from "../config/parse.ts";
import type { Settings } from "../config/settings.ts";
import { readProject } from "./project.ts";

/**
 * The settings that an update of a stack would have, read from its file, every default filled in.
 *
 * @param cwd folder of Pulumi.yaml
 * @throws {Failure} when the project or its stack cannot be read, of the kind that a preview has for it; `refused`, when
 * a setting is wrong
 */
export function readStackSettings(cwd: string, stack: string): Settings {
  const project = readProject({ cwd, stack });
  return parseSettings(Object.fromEntries(project.config), {
    stack: project.stack,
    namespace: project.name,
    isSecret: (key) => project.secretKeys.has(`${project.name}:${key}`),
  });
}
