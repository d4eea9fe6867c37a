import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { parseJson } from "../lib/json.ts";

/** What an older Go builds with. No tool of go-tools.ts asks for a newer one. */
const toolchain = "go1.25.12";

/** Since this minor version, Go itself downloads the toolchain that a module asks for. */
const firstThatDownloads = 21;

/** How to run a Go that can build the tools. */
export interface GoCommand {
  readonly command: string;
  /** The environment to run it in. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Finds Go on the path. One that is too old, such as Debian 12's 1.19, downloads a newer one as a module into its
 * module cache, checked against Go's checksum database.
 *
 * @param environment where `PATH` is
 * @param say told what takes long
 * @returns undefined when there is no Go
 * @throws {Failure} when a newer Go is needed and cannot be downloaded
 */
export function findGo(
  environment: NodeJS.ProcessEnv,
  say: (text: string) => void = () => {},
): GoCommand | undefined {
  const { status, stdout } = run(["env", "GOVERSION", "GOHOSTOS", "GOHOSTARCH"], environment);
  if (status !== 0) return undefined;
  const [version = "", system = "", architecture = ""] = stdout.trim().split(/\s+/);
  const minor = /^go1\.(\d+)/.exec(version)?.[1];
  // A development build has no such version, and is new.
  if (minor === undefined || Number(minor) >= firstThatDownloads) {
    return { command: "go", environment: { GOTOOLCHAIN: "auto", ...environment } };
  }
  say(`${version} is too old to build with: downloading ${toolchain} as a Go module, about 60 MB, once.`);
  const folder = download(`golang.org/toolchain@v0.0.1-${toolchain}.${system}-${architecture}`, environment);
  allowToRun(folder);
  // GOROOT would name the folder of the older Go.
  const { GOROOT: _, ...rest } = environment;
  return { command: join(folder, "bin", "go"), environment: { GOTOOLCHAIN: "auto", ...rest } };
}

const downloadSchema = z.object({ Dir: z.string().optional(), Error: z.string().optional() });

function download(module: string, environment: NodeJS.ProcessEnv): string {
  const { stdout, stderr } = run(["mod", "download", "-json", module], environment);
  const answer = downloadSchema.safeParse(parseJson(stdout)).data;
  if (answer?.Dir !== undefined && answer.Error === undefined) return answer.Dir;
  const reason = answer?.Error ?? stderr.trim().split("\n").at(-1) ?? "";
  throw new Failure("refused", `Go cannot download ${module}: ${reason}`);
}

/**
 * Files in Go's module cache cannot be executed. A Go that downloads its own toolchain does this too, and in this
 * order: another process takes an executable `bin/go` for a sign that the rest is ready.
 */
function allowToRun(folder: string): void {
  for (const part of [join("pkg", "tool"), "bin"]) {
    for (const entry of readdirSync(join(folder, part), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o555);
    }
  }
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv) {
  // Outside of any module, whose own go.mod and settings would count.
  return spawnSync("go", args, { cwd: tmpdir(), env: environment, encoding: "utf8", timeout: 1_200_000 });
}
