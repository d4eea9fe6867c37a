import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Failure } from "../lib/failure.ts";
import { formatDuration } from "../lib/units.ts";
import { findGo, type GoCommand } from "./go.ts";

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
 * The command to run: the one on the path, or one that was built before.
 *
 * @param environment where `PATH` is
 * @param cache folder where built releases of this tool are kept
 * @throws {Failure} when there is neither
 */
export function readyGoTool(
  tool: GoTool,
  environment: NodeJS.ProcessEnv = process.env,
  cache: string = join(ownCache, tool.name),
): string {
  const command = lookFor(tool, environment, cache);
  if (command === undefined) throw missing(tool, "it is not on the path", "run `npm run tools`");
  return command;
}

/**
 * The command to run, as {@link readyGoTool} finds it, or else built now, which takes some minutes once.
 *
 * @param say told what takes long
 * @throws {Failure} when there is none and none can be built
 */
export async function findGoTool(
  tool: GoTool,
  environment: NodeJS.ProcessEnv = process.env,
  say: (text: string) => void = () => {},
  cache: string = join(ownCache, tool.name),
): Promise<string> {
  const command = lookFor(tool, environment, cache);
  if (command !== undefined) return command;
  const go = findGo(environment, say);
  if (go === undefined) throw missing(tool, `neither ${tool.name} nor Go is on the path`);
  say(`Building ${tool.name} ${tool.version} with Go, once. This may take some minutes.`);
  const started = performance.now();
  const elapsed = (): string => formatDuration(performance.now() - started);
  const ticks = setInterval(() => say(`Still building ${tool.name} (${elapsed()})`), 30_000);
  try {
    await build(tool, go, cache);
  } finally {
    clearInterval(ticks);
  }
  say(`Built ${tool.name} in ${elapsed()}`);
  return builtPath(tool, cache);
}

function lookFor(tool: GoTool, environment: NodeJS.ProcessEnv, cache: string): string | undefined {
  const { status } = spawnSync(tool.name, tool.versionArguments, { env: environment, stdio: "ignore" });
  if (status === 0) return tool.name;
  return existsSync(builtPath(tool, cache)) ? builtPath(tool, cache) : undefined;
}

/** Builds beside the cache and moves the result in, so that no other process sees half of it. */
async function build(tool: GoTool, { command, environment }: GoCommand, cache: string): Promise<void> {
  const folder = join(cache, `building-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const child = spawn(command, ["install", "-ldflags=-s -w", `${tool.module}@${tool.version}`], {
      env: { ...environment, GOBIN: folder, CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 3_600_000,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (status !== 0) {
      throw missing(tool, `go install failed: ${said.trim().split("\n").at(-1) ?? ""}`);
    }
    mkdirSync(join(cache, tool.version), { recursive: true });
    renameSync(join(folder, executable(tool)), builtPath(tool, cache));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function missing(
  { name, guide }: GoTool,
  reason: string,
  remedy = "install it or Go, which can build it",
): Failure {
  return new Failure("refused", `Cannot run ${name}: ${reason}. To get it, ${remedy} (${guide}).`);
}

function builtPath(tool: GoTool, cache: string): string {
  return join(cache, tool.version, executable(tool));
}

function executable({ module }: GoTool): string {
  return basename(module) + (process.platform === "win32" ? ".exe" : "");
}
