import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installed } from "../../fixtures/installed.ts";

/** SDKs by the name that `sdks/package.json` gives each. */
export const sdkNames = ["sdk-3.40", "sdk-3.100", "sdk-3.200", "sdk-3.255", "sdk-newest"] as const;
export type SdkName = (typeof sdkNames)[number];

const here = import.meta.dirname;

/** What SDKs need for what the tests do not ask of them: three quarters of all files. */
const unloaded = [
  ...["@logdna/tail-file", "@npmcli/arborist", "execa", "got", "js-yaml", "tmp", "util-promisify"],
  ...["core", "exporter-trace-otlp-grpc", "exporter-zipkin", "instrumentation", "instrumentation-grpc"].map(
    (name) => `@opentelemetry/${name}`,
  ),
  ...["resources", "sdk-trace-base", "sdk-trace-node"].map((name) => `@opentelemetry/${name}`),
  ...["google-protobuf", "node", "semver", "tmp"].map((name) => `@types/${name}`),
];

/**
 * Installs every SDK of the matrix.
 *
 * @returns the folder in which they are installed
 */
export function installSdks(): string {
  return installed(join(here, "sdks"), "conformance", unloaded);
}

/** Makes a project of the conformance program that has one SDK of the matrix alone. */
export function projectWith(sdk: SdkName, sdks: string, folder: string): string {
  const project = projectOf("program", sdk, sdks, folder);
  // Packages of a provider's SDK: of two versions the newer one counts.
  installPlugin(join(project, "node_modules", "@acme", "widget"), "2.10.0");
  installPlugin(join(project, "node_modules", "user", "node_modules", "@acme", "widget"), "v2.9.0");
  return project;
}

/** Makes a project of a program beside this file that has one SDK of the matrix alone. */
export function projectOf(program: string, sdk: SdkName, sdks: string, folder: string): string {
  const project = join(folder, sdk);
  cpSync(join(here, program), project, { recursive: true });
  mkdirSync(join(project, "node_modules", "@pulumi"), { recursive: true });
  symlinkSync(join(sdks, "node_modules", sdk), join(project, "node_modules", "@pulumi", "pulumi"));
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
