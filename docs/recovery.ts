import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { preview } from "../preview/index.ts";
import { readStackSettings } from "../project/settings.ts";
import { backupStrategy } from "./recovery/backup-strategy.ts";
import { disasterRecovery } from "./recovery/disaster-recovery.ts";
import { readDrill } from "./recovery/drill.ts";
import { type RecoveryFacts, recoveryFacts } from "./recovery/facts.ts";

/** The pages on recovery, by file name in docs/ (items 8.1 and 8.5). */
export function recoveryPages(facts: RecoveryFacts): ReadonlyMap<string, string> {
  return new Map([
    ["backup-strategy.md", backupStrategy(facts)],
    ["disaster-recovery.md", disasterRecovery(facts)],
  ]);
}

/** What the pages say of the production stack: its settings, its previewed resources and its last drill. */
export async function productionFacts(root: string): Promise<RecoveryFacts> {
  const stack = "production";
  const { resources } = await preview({ cwd: root, stack });
  return recoveryFacts(readStackSettings(root, stack), { stack, resources, drill: readDrill(root, stack) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const facts = await productionFacts(fileURLToPath(new URL("..", import.meta.url)));
  for (const [name, text] of recoveryPages(facts)) writeFileSync(new URL(name, import.meta.url), text);
}
