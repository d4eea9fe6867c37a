import { parseSettings } from "../config/parse.ts";
import type { Settings } from "../config/settings.ts";
import { Failure } from "../lib/failure.ts";
import { readProject } from "./project.ts";

/**
 * The settings that an update of a stack would have, read from its file, every default filled in.
 *
 * @param cwd folder of Pulumi.yaml
 * @throws {Failure} `refused`, when the project or its stack cannot be read or a setting is wrong
 */
export function readStackSettings(cwd: string, stack: string): Settings {
  try {
    const project = readProject({ cwd, stack });
    return parseSettings(Object.fromEntries(project.config), {
      stack: project.stack,
      namespace: project.name,
      isSecret: (key) => project.secretKeys.has(`${project.name}:${key}`),
    });
  } catch (error) {
    throw error instanceof Failure ? new Failure("refused", error.message, { cause: error }) : error;
  }
}
