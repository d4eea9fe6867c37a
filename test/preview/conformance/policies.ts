import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { installed } from "../../fixtures/installed.ts";
import type { SdkName } from "./sdks.ts";

/** Every version of @pulumi/policy that npm has, each with a @pulumi/pulumi of the matrix that it accepts. */
export const policySdks: Readonly<Record<string, SdkName>> = {
  "1.4.0": "sdk-3.40",
  "1.5.0": "sdk-3.100",
  "1.11.0": "sdk-3.100",
  "1.12.0": "sdk-3.200",
  "1.13.0": "sdk-3.255",
  "1.14.0": "sdk-3.200",
  "1.15.0": "sdk-3.255",
  "1.20.0": "sdk-3.255",
  "1.21.0": "sdk-newest",
};

const here = import.meta.dirname;

/**
 * Installs every @pulumi/policy of the matrix, without an SDK, of which each pack gets one of the matrix, and without
 * protobufjs, which none loads.
 *
 * @returns the folder in which they are installed
 */
export function installPolicies(): string {
  return installed(join(here, "policies"), "conformance-policies", ["@pulumi/pulumi", "protobufjs"]);
}

/** Makes a pack of the conformance pack that has one @pulumi/policy of the matrix, and the SDK that goes with it. */
export function packWith(
  version: string,
  { policies, sdks, folder }: { policies: string; sdks: string; folder: string },
): string {
  const pack = join(folder, `policy-${version}`);
  const modules = join(pack, "node_modules");
  cpSync(join(here, "pack"), pack, { recursive: true });
  mkdirSync(join(modules, "@grpc"), { recursive: true });
  // A copy takes its SDK from beside itself, and not what is installed for all of them.
  const alias = `policy-${version.split(".").slice(0, 2).join(".")}`;
  cpSync(join(policies, "node_modules", alias), join(modules, "@pulumi", "policy"), {
    recursive: true,
    filter: (path) => !path.endsWith(join(alias, "node_modules")),
  });
  const sdk = join(sdks, "node_modules", policySdks[version] ?? "");
  symlinkSync(sdk, join(modules, "@pulumi", "pulumi"));
  // Its server is of the version that it asks for; its messages are those of the SDK, as where both are installed anew.
  symlinkSync(join(policies, "node_modules", "@grpc", "grpc-js"), join(modules, "@grpc", "grpc-js"));
  const messages = createRequire(join(sdk, "package.json")).resolve("google-protobuf/package.json");
  symlinkSync(dirname(messages), join(modules, "google-protobuf"));
  return pack;
}
