import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Settings } from "../config/settings.ts";
import { preview } from "../preview/index.ts";
import { readStackSettings } from "../project/settings.ts";
import { apiPage, openApi } from "./guides/api.ts";
import { databaseSecurity } from "./guides/database-security.ts";
import { deploymentGuide } from "./guides/deployment.ts";
import { type Declared, platformPage } from "./guides/platform.ts";

/** The pages that the checklist asks for by name, by file name in docs/. */
export function guidePages(settings: Settings, resources: readonly Declared[]): ReadonlyMap<string, string> {
  return new Map([
    ["DEPLOYMENT_GUIDE.md", deploymentGuide(settings)],
    ["DATABASE_SECURITY.md", databaseSecurity(settings)],
    ["api.md", apiPage(settings)],
    ["openapi.json", openApi(settings)],
    ["platform.md", platformPage(settings, resources)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { resources } = await preview({ cwd: root, stack: "production" });
  for (const [name, text] of guidePages(readStackSettings(root, "production"), resources)) {
    writeFileSync(new URL(name, import.meta.url), text);
  }
}
