import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** A program of the tests or the load test that Go can build, in the release that is built. */
export interface GoTool {
  /** The command, as it is on the path. */
  readonly name: string;
  /** The package that `go install` takes; its last part is the command's name. */
  readonly module: string;
  /** Release, such as `v1.8.1`. */
  readonly version: string;
  /** What makes the command say its version, and tells that it runs. */
  readonly versionArguments: readonly string[];
  /** Where people read how to install it. */
  readonly guide: string;
}

/** Where built releases are kept, a folder for each tool. */
const ownCache = join(import.meta.dirname, "..", "node_modules", ".cache");

/**
 * The command to run: that of the path, one that was built before, or one that the Go toolchain builds now,
 * which takes some minutes the first time.
 *
 * @param environment where `PATH` is; the build gets it as it is
 * @param say told what takes long
 * @param cache folder where built releases of this tool are kept
 * @throws {ToolMissing} when there is none and none can be built
 */
export async function findGoTool(
  tool: GoTool,
  environment: NodeJS.ProcessEnv = process.env,
  say: (text: string) => void = () => {},
  cache: string = join(ownCache, tool.name),
): Promise<string> {
  if (runs(tool.name, tool.versionArguments, environment)) return tool.name;
  const built = join(cache, tool.version, executable(tool));
  if (existsSync(built)) return built;
  if (!runs("go", ["version"], environment)) {
    throw new ToolMissing(tool, `there is neither ${tool.name} nor Go on the path`);
  }
  say(
    `${tool.name} is not on the path: building ${tool.version} with Go, which may take some minutes, once.`,
  );
  await build(tool, environment, cache);
  return built;
}

/** A tool is not there, and what to do about it. */
export class ToolMissing extends Error {
  constructor({ name, guide }: GoTool, reason: string) {
    super(
      `${name} cannot be run: ${reason}. Install it (${guide}), or Go 1.21 or newer, with which this builds it.`,
    );
    this.name = "ToolMissing";
  }
}

/** Builds beside the cache and moves the result in, so that what is there is whole. */
async function build(tool: GoTool, environment: NodeJS.ProcessEnv, cache: string): Promise<void> {
  const folder = join(cache, `building-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const child = spawn("go", ["install", `${tool.module}@${tool.version}`], {
      // An older Go fetches the one that the tool asks for, unless it is told not to.
      env: { GOTOOLCHAIN: "auto", ...environment, GOBIN: folder, CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (status !== 0) {
      throw new ToolMissing(tool, `go install failed: ${said.trim().split("\n").at(-1) ?? ""}`);
    }
    mkdirSync(join(cache, tool.version), { recursive: true });
    renameSync(join(folder, executable(tool)), join(cache, tool.version, executable(tool)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function executable({ module }: GoTool): string {
  return basename(module) + (process.platform === "win32" ? ".exe" : "");
}

function runs(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  return spawnSync(command, args, { env: environment, stdio: "ignore" }).status === 0;
}
