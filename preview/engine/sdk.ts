import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { isVersion } from "../../project/version.ts";
import { ancestors } from "../isolation/folders.ts";

/** The oldest SDK whose protocol and runner the preview speaks: 3.40 of October 2022. */
const oldest = [3, 40] as const;

const described = z.object({ version: z.string().refine(isVersion) });

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
    throw notInstalled(programDirectory);
  }
  mayRead(manifest);
  const { data } = described.safeParse(parseJson(readFileSync(manifest, "utf8")));
  if (data === undefined) {
    throw new Failure("project", `${manifest} has no valid version: install @pulumi/pulumi again`);
  }
  const { version } = data;
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

/** What a package manager leaves beside the packages that it installs, and how to run it. */
const installers = [
  ["package-lock.json", "npm install"],
  ["pnpm-lock.yaml", "pnpm install"],
  ["yarn.lock", "yarn install"],
  ["bun.lock", "bun install"],
  ["bun.lockb", "bun install"],
] as const;

/** Why there is no SDK for a program or a pack, and what to do. */
export function notInstalled(folder: string): Failure {
  const above = ancestors(folder);
  const has = (name: string): boolean => above.some((path) => existsSync(join(path, name)));
  if ([".pnp.cjs", ".pnp.js"].some(has)) {
    return new Failure(
      "unsupported",
      `${folder} has its packages by Yarn's Plug'n'Play, from which neither Pulumi nor an offline preview loads its SDK: write nodeLinker: node-modules in .yarnrc.yml and run yarn install`,
    );
  }
  const nearest = above.flatMap((path) => installers.filter(([file]) => existsSync(join(path, file))));
  const [, command] = nearest[0] ?? installers[0];
  return new Failure("project", `@pulumi/pulumi is not installed for ${folder}: run ${command} there`);
}
