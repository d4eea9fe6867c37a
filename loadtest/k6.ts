import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The release of k6 that is built where the machine has none (https://github.com/grafana/k6/releases). */
export const k6Version = "v1.8.1";

/** Where built releases are kept. */
const ownCache = join(import.meta.dirname, "..", "node_modules", ".cache", "k6");
const executable = process.platform === "win32" ? "k6.exe" : "k6";

/**
 * The k6 to run: that of the path, one that was built before, or one that the Go toolchain builds now, which
 * takes some minutes the first time.
 *
 * @param environment where `PATH` is; the build gets it as it is
 * @param say told what takes long
 * @param cache folder where built releases are kept
 * @throws {K6Missing} when there is none and none can be built
 */
export async function findK6(
  environment: NodeJS.ProcessEnv = process.env,
  say: (text: string) => void = () => {},
  cache: string = ownCache,
): Promise<string> {
  if (runs("k6", ["version"], environment)) return "k6";
  const built = join(cache, k6Version, executable);
  if (existsSync(built)) return built;
  if (!runs("go", ["version"], environment)) throw new K6Missing("there is neither k6 nor Go on the path");
  say(`k6 is not on the path: building ${k6Version} with Go, which takes some minutes once.`);
  await build(environment, cache);
  return built;
}

/** There is no k6, and what to do about it. */
export class K6Missing extends Error {
  constructor(reason: string) {
    super(
      `k6 cannot be run: ${reason}. Install it (https://grafana.com/docs/k6/latest/set-up/install-k6/), or Go 1.21 or newer, with which this builds it.`,
    );
    this.name = "K6Missing";
  }
}

/** Builds beside the cache and moves the result in, so that what is there is whole. */
async function build(environment: NodeJS.ProcessEnv, cache: string): Promise<void> {
  const folder = join(cache, `building-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const child = spawn("go", ["install", `go.k6.io/k6@${k6Version}`], {
      // An older Go fetches the one that k6 asks for, unless it is told not to.
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
    if (status !== 0) throw new K6Missing(`go install failed: ${said.trim().split("\n").at(-1) ?? ""}`);
    mkdirSync(join(cache, k6Version), { recursive: true });
    renameSync(join(folder, executable), join(cache, k6Version, executable));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runs(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  return spawnSync(command, args, { env: environment, stdio: "ignore" }).status === 0;
}

// By itself, this file makes k6 ready and says where it is.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await findK6(process.env, console.error));
}
