import { readdirSync } from "node:fs";
import { parseSettings } from "../config/parse.ts";
import type { Settings } from "../config/settings.ts";
import { readProject } from "../project/project.ts";

/**
 * The settings of a stack, read from its file.
 *
 * @param root folder of Pulumi.yaml
 * @throws when the stack is unknown or its settings are refused
 */
export function settingsOf(stack: string, root: string): Settings {
  const { name, config, secretKeys } = readProject({ cwd: root, stack });
  return parseSettings(Object.fromEntries(config), {
    stack,
    namespace: name,
    isSecret: (key) => secretKeys.has(`${name}:${key}`),
  });
}

/** Zones of every stack whose stage is production: none of their hosts is put under load by mistake. */
export function productionZones(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? [])
    .map((stack) => settingsOf(stack, root))
    .filter(({ stage }) => stage === "production")
    .map(({ domains }) => domains.zone);
}

/** Whether a URL is that of a host in one of the zones. */
export function isInZones(url: string, zones: readonly string[]): boolean {
  const host = new URL(url).hostname.replace(/\.$/, "");
  return zones.some((zone) => host === zone || host.endsWith(`.${zone}`));
}
