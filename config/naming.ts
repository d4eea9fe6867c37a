import type { Settings, Stage } from "./settings.ts";

/**
 * Name of a thing at a vendor: `optropic-web` in production, `optropic-web-staging` elsewhere. Vendors keep
 * the names of all stages in one account, so a stage other than production is part of the name.
 */
export function vendorName(project: Pick<Settings["project"], "name">, stage: Stage, part: string): string {
  return stage === "production" ? `${project.name}-${part}` : `${project.name}-${part}-${stage}`;
}
