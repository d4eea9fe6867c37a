import { join } from "node:path";
import { entriesOf } from "./folders.ts";

/** Names of what commonly holds a credential, or leads to one as the settings of a clone do. */
const credentialName =
  /^\.(?:git|env|env\..+|envrc|npmrc|netrc|yarnrc\.yml|pypirc|pulumi|aws|azure|ssh|gnupg|git-credentials)$/;
const publicName = /^\.env\.(?:example|sample|template|dist|defaults)$/;

/** Folders that are searched, outermost first; what is deeper in a larger repository is not found. */
const mostFolders = 1000;

/** Files and folders in a repository that commonly hold credentials; what packages bring is not searched. */
export function credentialsBelow(base: string): string[] {
  const found: string[] = [];
  const folders = [base];
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      // A link leads only to what is shown elsewhere, or to nothing.
      if (entry.isSymbolicLink()) continue;
      if (credentialName.test(entry.name) && !publicName.test(entry.name)) found.push(path);
      else if (isSearched(entry.name, entry.isDirectory()) && folders.length < mostFolders)
        folders.push(path);
    }
  }
  return found;
}

function isSearched(name: string, isFolder: boolean): boolean {
  return isFolder && name !== "node_modules" && !name.startsWith(".");
}
