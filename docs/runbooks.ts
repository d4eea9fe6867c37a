import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { objectivesSchema } from "../config/operations.ts";
import { alertRules } from "../metrics/alerts.ts";
import { runbookPages } from "../metrics/runbook-pages.ts";

/** The runbooks for the default objectives, by file name: docs/runbooks holds them, and a test compares them. */
export function defaultRunbooks(): ReadonlyMap<string, string> {
  // The pages do not show these links: they are where the links lead.
  const links = { grafana: "https://grafana.example", runbooks: "https://runbooks.example" };
  return runbookPages(alertRules(objectivesSchema.parse({}), links));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("runbooks/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of defaultRunbooks()) writeFileSync(new URL(name, folder), text);
}
