import type { Settings } from "../../config/settings.ts";

/** Lets a service keep the variables and files that it has beside the platform's, where the settings say so. */
export function keptVariables({ variables }: Pick<Settings["api"], "variables">): {
  ignoreChanges?: string[];
} {
  return variables === "keep" ? { ignoreChanges: ["envVars", "secretFiles"] } : {};
}
