import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { findGoTool, type GoTool, readyGoTool } from "../../tools/go-tool.ts";

/** A command of another name than its package: `cmd/linter` gives `linter`. */
const tool: GoTool = {
  name: "linter-of-no-path",
  module: "go.example/linter/cmd/linter",
  version: "v1.2.3",
  versionArguments: ["--version"],
  guide: "https://linter.example/install",
};

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("a tool that is not on the path", () => {
  it("is built once by Go, and then found", async () => {
    const { environment, cache } = await machineWith(`echo linter > "$GOBIN/linter"`);
    const said: string[] = [];
    const built = join(cache, tool.version, "linter");
    expect(() => readyGoTool(tool, environment, cache)).toThrow(/npm run tools/);
    expect(await findGoTool(tool, environment, (text) => said.push(text), cache)).toBe(built);
    expect(await findGoTool(tool, environment, (text) => said.push(text), cache)).toBe(built);
    expect(readyGoTool(tool, environment, cache)).toBe(built);
    expect(said).toEqual([
      expect.stringContaining(`Building ${tool.name} ${tool.version} with Go`),
      expect.stringMatching(/^Built linter-of-no-path in \d/),
    ]);
    expect(await readdir(cache)).toEqual([tool.version]);
  });

  it("is missing where Go cannot build it, which leaves nothing behind", async () => {
    const { environment, cache } = await machineWith("echo 'go: no such host' >&2; exit 1");
    await expect(findGoTool(tool, environment, undefined, cache)).rejects.toThrow(
      /go install failed: go: no such host/,
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it("is missing where there is no Go, and how to get it is said", async () => {
    const cache = await folder("no-go-");
    const found = findGoTool(tool, { PATH: cache }, undefined, cache);
    await expect(found).rejects.toThrow(Failure);
    await expect(found).rejects.toThrow(/install it or Go.*linter\.example/);
  });
});

describe("Go that is too old", () => {
  it("downloads a newer one as a module, which then builds", async () => {
    const { environment, cache, module } = await machineWith("exit 1", "go1.19.8");
    await newerGo(module, `test -z "$GOROOT" && echo linter > "$GOBIN/linter"`);
    const said: string[] = [];
    const given = { ...environment, GOROOT: "/usr/lib/go-1.19" };
    expect(await findGoTool(tool, given, (text) => said.push(text), cache)).toBe(
      join(cache, tool.version, "linter"),
    );
    expect(said[0]).toMatch(/^go1\.19\.8 is too old to build with: downloading go1\.\d+\.\d+/);
    for (const path of ["bin/go", "bin/gofmt", "pkg/tool/linux_amd64/compile"]) {
      expect((await stat(join(module, path))).mode & 0o111, path).toBe(0o111);
    }
  });

  it.each([
    [
      "Go says why not",
      `echo '{"Error": "not found: no such version"}'; exit 1`,
      /toolchain@v0\.0\.1-go1\.\d+\.\d+\.linux-riscv64: not found/,
    ],
    ["Go says nothing of use", "echo 'dial tcp: no route' >&2; exit 1", /: dial tcp: no route$/],
  ])("leaves the tool missing where %s", async (_, download, reason) => {
    const { environment, cache } = await machineWith("exit 0", "go1.19.8", download);
    await expect(findGoTool(tool, environment, undefined, cache)).rejects.toThrow(reason);
  });

  it.each(["go1.21.0", "go1.26.8", "go2.0", "devel +a1b2c3"])("is not %s", async (version) => {
    const { environment, cache } = await machineWith(`echo linter > "$GOBIN/linter"`, version, "exit 1");
    expect(await findGoTool(tool, environment, undefined, cache)).toContain(cache);
  });
});

/** A path with nothing but a `go`, whose version, install and download of modules are lines of shell. */
async function machineWith(install: string, version = "go1.25.0", download?: string) {
  const path = await folder("go-");
  const [cache, module] = [join(path, "cache"), join(path, "module")];
  await mkdir(cache);
  await writeFile(
    join(path, "go"),
    `#!/bin/sh
case "$1" in
  env) printf '${version}\\nlinux\\nriscv64\\n' ;;
  mod) ${download ?? `echo '{"Dir": "${module}"}'`} ;;
  install) ${install} ;;
esac
`,
    { mode: 0o755 },
  );
  const environment: NodeJS.ProcessEnv = { PATH: path };
  return { environment, cache, module };
}

/** A toolchain as Go's module cache holds it: no file can be executed. */
async function newerGo(module: string, install: string): Promise<void> {
  await mkdir(join(module, "bin"), { recursive: true });
  await mkdir(join(module, "pkg", "tool", "linux_amd64"), { recursive: true });
  const files = { "bin/go": `#!/bin/sh\n${install}\n`, "bin/gofmt": "", "pkg/tool/linux_amd64/compile": "" };
  for (const [path, text] of Object.entries(files))
    await writeFile(join(module, path), text, { mode: 0o444 });
}

async function folder(prefix: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  folders.push(path);
  return path;
}
