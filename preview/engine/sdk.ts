import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";

/** The oldest SDK whose protocol and runner the preview speaks: 3.40 of October 2022. */
const oldest = [3, 40] as const;

/** What of a program's own @pulumi/pulumi runs a preview. */
export interface Sdk {
  /** Runs the program. */
  runner: string;
  /** Runs the dynamic providers that the program brings. */
  dynamicProviders: string;
}

/**
 * @param mayRead asked before a file is read
 * @throws {Failure} where it is not installed, or older than a preview can serve
 */
export function findSdk(programDirectory: string, mayRead: (path: string) => void): Sdk {
  const require = createRequire(join(programDirectory, "package.json"));
  let manifest: string;
  try {
    manifest = require.resolve("@pulumi/pulumi/package.json");
  } catch {
    throw new Failure(
      "project",
      `@pulumi/pulumi is not installed for ${programDirectory}: run npm install there`,
    );
  }
  mayRead(manifest);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, "utf8")));
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major !== oldest[0] || minor < oldest[1]) {
    throw new Failure(
      "unsupported",
      `${programDirectory} has @pulumi/pulumi ${version}: an offline preview needs ${oldest.join(".")} or a later version of ${oldest[0]}`,
    );
  }
  const folder = dirname(manifest);
  return {
    runner: join(folder, "cmd", "run", "index.js"),
    dynamicProviders: join(folder, "cmd", "dynamic-provider", "index.js"),
  };
}
