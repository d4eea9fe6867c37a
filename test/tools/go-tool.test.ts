import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findGoTool, type GoTool, ToolMissing } from "../../tools/go-tool.ts";

/** A command of another name than its package: `cmd/linter` gives `linter`. */
const tool: GoTool = {
  name: "linter-of-no-path",
  module: "go.example/linter/cmd/linter",
  version: "v1.2.3",
  versionArguments: ["--version"],
  guide: "https://linter.example/install",
};

describe("a tool that is not on the path", () => {
  it("is built once by Go, and then found", async () => {
    const { environment, cache } = await machineWith(`echo linter > "$GOBIN/linter"`);
    const said: string[] = [];
    const built = join(cache, tool.version, "linter");
    expect(await findGoTool(tool, environment, (text) => said.push(text), cache)).toBe(built);
    expect(await findGoTool(tool, environment, (text) => said.push(text), cache)).toBe(built);
    expect(said).toEqual([expect.stringContaining(`building ${tool.version} with Go`)]);
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
    const cache = await mkdtemp(join(tmpdir(), "no-go-"));
    await expect(findGoTool(tool, { PATH: cache }, undefined, cache)).rejects.toThrow(ToolMissing);
    await expect(findGoTool(tool, { PATH: cache }, undefined, cache)).rejects.toThrow(
      /linter\.example.*Go 1\.21/,
    );
  });
});

/** A path with nothing but a `go`, whose install is a line of shell. */
async function machineWith(install: string): Promise<{ environment: NodeJS.ProcessEnv; cache: string }> {
  const folder = await mkdtemp(join(tmpdir(), "go-"));
  const cache = join(folder, "cache");
  await mkdir(cache);
  await writeFile(join(folder, "go"), `#!/bin/sh\n[ "$1" = version ] && exit 0\n${install}\n`, {
    mode: 0o755,
  });
  return { environment: { PATH: folder }, cache };
}
