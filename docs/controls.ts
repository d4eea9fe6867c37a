import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { items } from "../checklist/items.ts";
import { registeredControls } from "../cli/evidence/controls.ts";
import { controlKey } from "../evidence/registered.ts";
import { writeAtomic } from "../lib/files.ts";

/** checklist/named-controls.ts: the controls of each item, by the names that the code registers. */
export function namedControlsSource(): string {
  const controls = registeredControls();
  const lines = items.map(({ id }) => {
    const names = controls
      .filter((control) => control.items.includes(id))
      .map(controlKey)
      .sort();
    return `  ${JSON.stringify(id)}: ${JSON.stringify(names)},`;
  });
  return `import type { ItemId } from "./items.ts";

/**
 * The controls that show each item, by the names that the code registers. Generated: \`npm run docs\`. A control that
 * is added, renamed or dropped changes this file, so that whoever reviews the change sees which items it concerns.
 */
// biome-ignore format: a table reads best with one item a line
export const namedControls: Readonly<Record<ItemId, readonly string[]>> = {
${lines.join("\n")}
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeAtomic(join(import.meta.dirname, "..", "checklist", "named-controls.ts"), namedControlsSource());
}
