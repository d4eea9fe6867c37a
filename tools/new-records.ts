import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Copies the records of a folder that Git does not have yet, for a workflow to keep them: `npm run new-records`.
 *
 * @returns their paths in the folder
 */
export function copyNewRecords(root: string, folder: string, target: string): string[] {
  const found = execFileSync("git", ["ls-files", "--others", "-z", "--", folder], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const names = found
    .split("\0")
    .filter((path) => path.endsWith(".json"))
    .map((path) => relative(folder, path));
  for (const name of names) cpSync(join(root, folder, name), join(target, name), { recursive: true });
  return names;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  const names = copyNewRecords(root, process.env.EVIDENCE ?? "records", join(root, "reports", "records"));
  console.log(`${names.length} new records`);
}
