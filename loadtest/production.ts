import { stackNames } from "../project/project.ts";
import { readStackSettings } from "../project/settings.ts";

/** The zones of every production stack, so that none of their hosts is put under load by mistake. */
export function productionZones(root: string): string[] {
  return stackNames(root)
    .map((stack) => readStackSettings(root, stack))
    .filter(({ stage }) => stage === "production")
    .map(({ domains }) => domains.zone);
}

/** Whether the host of a URL is in one of the zones. */
export function isInZones(url: string, zones: readonly string[]): boolean {
  const host = new URL(url).hostname.replace(/\.$/, "");
  return zones.some((zone) => host === zone || host.endsWith(`.${zone}`));
}
