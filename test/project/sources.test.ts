import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sources } from "../../project/sources.ts";
import { previewOf } from "../preview/harness.ts";

const folder = "test/fixtures/programs/placed";

describe("where a program declares a resource", () => {
  it("is known at a module's top level, in its functions, for what is read and after a wait", async () => {
    const { resources } = await previewOf("placed");
    const places = resources
      .filter(({ source }) => source !== undefined)
      .map(({ name, source }) => `${name} ${source?.path}:${source?.line}:${source?.column}`);
    expect(places.sort()).toEqual([
      `group ${folder}/index.ts:7:1`,
      `group-child ${folder}/with space/group.ts:7:5`,
      `later ${folder}/index.ts:10:1`,
      `own ${folder}/index.ts:6:1`,
      `read ${folder}/index.ts:8:11`,
      `top ${folder}/index.ts:5:1`,
    ]);
  });

  it("is not known of the stack itself and of providers that nobody declares", async () => {
    const { resources } = await previewOf("placed");
    const types = resources.filter(({ source }) => source === undefined).map(({ type }) => type);
    expect(types).toEqual(["pulumi:pulumi:Stack", "pulumi:providers:random"]);
  });
});

describe("files of a repository", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "sources-")));

  beforeAll(() => {
    for (const path of ["repo/.git", "repo/project", "repo/lib", "repo/sdk", "repo/node_modules/p"]) {
      mkdirSync(join(root, path), { recursive: true });
    }
    for (const path of [
      ...["outside.ts", "repo/package.json", "repo/lib/a.ts", "repo/project/100% b.ts"],
      ...["repo/sdk/package.json", "repo/sdk/b.ts", "repo/node_modules/p/i.js"],
    ]) {
      writeFileSync(join(root, path), "");
    }
    symlinkSync(join(root, "repo"), join(root, "link"));
  });

  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  const at = (path: string, more = {}) => ({
    uri: pathToFileURL(join(root, path)).toString(),
    line: 1,
    column: 2,
    ...more,
  });

  it("are named from the root of the repository, above the project", () => {
    const sources = new Sources(join(root, "repo/project"));
    expect(sources.first([at("repo/lib/a.ts")])).toEqual({ path: "lib/a.ts", line: 1, column: 2 });
    expect(sources.pathOf(join(root, "repo/project/100% b.ts"))).toBe("project/100% b.ts");
  });

  it("are those of the program's own package first, then those of others in the repository", () => {
    const sources = new Sources(join(root, "repo/project"));
    const sdk = at("repo/sdk/b.ts");
    expect(sources.first([sdk, sdk, at("repo/lib/a.ts")])?.path).toBe("lib/a.ts");
    expect(sources.first([at("outside.ts"), sdk])?.path).toBe("sdk/b.ts");
    expect(new Sources(join(root, "repo/sdk")).first([sdk, at("repo/lib/a.ts")])?.path).toBe("sdk/b.ts");
  });

  it("are the same by way of a symbolic link", () => {
    expect(new Sources(join(root, "link/project")).pathOf(join(root, "link/lib/a.ts"))).toBe("lib/a.ts");
  });

  it("are found though their address is encoded twice", () => {
    const { uri } = at("repo/project/100% b.ts");
    const twice = pathToFileURL(new URL(uri).pathname).toString();
    expect(twice).not.toBe(uri);
    for (const address of [uri, twice]) {
      const place = new Sources(join(root, "repo")).first([{ uri: address, line: 1, column: 1 }]);
      expect(place?.path).toBe("project/100% b.ts");
    }
  });

  it.each([
    ["is outside", at("outside.ts")],
    ["leaves by a detour", at("repo/lib/../../outside.ts")],
    ["is installed", at("repo/node_modules/p/i.js")],
    ["is not there", at("repo/lib/none.ts")],
    ["is the root", at("repo")],
    ["has no line", at("repo/lib/a.ts", { line: 0 })],
    ["has no such line", at("repo/lib/a.ts", { line: 2 ** 31 })],
    ["is on another machine", { uri: "file://host/repo/lib/a.ts", line: 1, column: 1 }],
    ["is no file", { uri: "https://evil.example/repo/lib/a.ts", line: 1, column: 1 }],
    ["is no address", { uri: "file://%", line: 1, column: 1 }],
    ["is nothing", undefined],
  ])("are passed over where one %s", (_, place) => {
    const sources = new Sources(join(root, "repo"));
    expect(sources.first([place])).toBeUndefined();
    expect(sources.first([place, at("repo/lib/a.ts")])?.path).toBe("lib/a.ts");
  });

  it("are named from the project's folder where there is no repository", () => {
    expect(new Sources(join(root, "repo/../repo/lib")).pathOf(join(root, "repo/lib/a.ts"))).toBe("lib/a.ts");
    const alone = mkdtempSync(join(tmpdir(), "alone-"));
    writeFileSync(join(alone, "a.ts"), "");
    expect(new Sources(alone).pathOf(join(alone, "a.ts"))).toBe("a.ts");
    rmSync(alone, { recursive: true });
  });
});
