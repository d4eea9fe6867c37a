import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** SDKs by the name that `sdks/package.json` gives each. */
export const sdkNames = ["sdk-3.40", "sdk-3.100", "sdk-3.200", "sdk-3.255", "sdk-newest"] as const;
export type SdkName = (typeof sdkNames)[number];

const here = import.meta.dirname;
const manifests = ["package.json", "package-lock.json"].map((name) => join(here, "sdks", name));
const cache = join(here, "..", "..", "..", "node_modules", ".cache");

/**
 * Installs every SDK of the matrix, once for each lockfile: another test run finds them below
 * `node_modules/.cache`.
 *
 * @returns the folder in which they are installed
 */
export function installSdks(): string {
  const digest = createHash("sha256");
  for (const path of manifests) digest.update(readFileSync(path));
  const folder = join(cache, `conformance-${digest.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "conformance-new-"));
  for (const path of manifests) copyFileSync(path, join(fresh, path.slice(dirname(path).length + 1)));
  execFileSync("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: fresh,
    stdio: "pipe",
  });
  renameSync(fresh, folder);
  return folder;
}

/** Makes a project of the conformance program that has one SDK of the matrix alone. */
export function projectWith(sdk: SdkName, sdks: string, folder: string): string {
  const project = join(folder, sdk);
  cpSync(join(here, "program"), project, { recursive: true });
  mkdirSync(join(project, "node_modules", "@pulumi"), { recursive: true });
  symlinkSync(join(sdks, "node_modules", sdk), join(project, "node_modules", "@pulumi", "pulumi"));
  // Packages of a provider's SDK: of two versions the newer one counts.
  installPlugin(join(project, "node_modules", "@acme", "widget"), "2.10.0");
  installPlugin(join(project, "node_modules", "user", "node_modules", "@acme", "widget"), "v2.9.0");
  return project;
}

function installPlugin(folder: string, version: string): void {
  mkdirSync(folder, { recursive: true });
  const pulumi = { resource: true, name: "widget", version, server: "https://example.com/widgets" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "@acme/widget", pulumi }));
}

/** Takes a folder away again. */
export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
