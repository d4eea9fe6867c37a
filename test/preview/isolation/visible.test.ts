import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isVisible, visibleTo } from "../../../preview/isolation/visible.ts";

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "visible-")));
});

afterEach(() => {
  rmSync(root, { recursive: true });
  vi.unstubAllEnvs();
});

/** Writes files, or makes links where the text begins with `-> `. */
function lay(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(join(root, text.slice(3)), path);
    else writeFileSync(path, text);
  }
}

/** What is visible from a folder, from the root. */
function seen(folder: string, needs: readonly string[] = [], given: readonly string[] = []) {
  const at = (path: string): string => join(root, path);
  const { shown, hidden } = visibleTo(at(folder), needs.map(at), given.map(at));
  const named = (paths: readonly string[]): string[] =>
    paths.map((path) => path.slice(root.length + 1)).sort();
  return { shown: named(shown), hidden: named(hidden) };
}

describe("isolated code sees", () => {
  it("its repository, less what commonly holds credentials", () => {
    lay({
      "repo/.git/config": "",
      "repo/.npmrc": "",
      "repo/.env.example": "",
      "repo/infra/Pulumi.yaml": "",
      "repo/infra/.env": "",
      "repo/apps/web/.env.local": "",
      "repo/apps/web/node_modules/x/.env": "",
    });
    expect(seen("repo/infra")).toEqual({
      shown: ["repo"],
      hidden: ["repo/.git", "repo/.npmrc", "repo/apps/web/.env.local", "repo/infra/.env"],
    });
  });

  it("its workspace where there is no repository, else its package, else its folder", () => {
    lay({
      "space/package.json": '{"workspaces":["a/*"]}',
      "space/a/b/package.json": "{}",
      "alone/package.json": "{}",
      "alone/infra/index.js": "",
      "bare/index.js": "",
      "odd/package.json": "no JSON",
      "odd/x/index.js": "",
    });
    expect(seen("space/a/b").shown).toEqual(["space"]);
    expect(seen("alone/infra").shown).toEqual(["alone"]);
    expect(seen("bare").shown).toEqual(["bare"]);
    expect(seen("odd/x").shown).toEqual(["odd"]);
  });

  it("packages that node_modules links to, wherever they are, and theirs", () => {
    lay({
      "repo/.git": "gitdir: elsewhere",
      "repo/package.json": "{}",
      "repo/node_modules/@acme/kit": "-> elsewhere/kit",
      "elsewhere/kit/package.json": '{"name":"@acme/kit"}',
      "elsewhere/kit/.env": "",
      "elsewhere/node_modules/base": "-> deeper/base",
      "elsewhere/secret.txt": "",
      "deeper/base/package.json": '{"name":"base"}',
    });
    expect(seen("repo")).toEqual({
      shown: ["deeper/base", "elsewhere/kit", "elsewhere/node_modules", "repo"],
      hidden: ["elsewhere/kit/.env", "repo/.git"],
    });
  });

  it("packages in a store of pnpm elsewhere, with those beside them that they need", () => {
    lay({
      "repo/package.json": "{}",
      "repo/node_modules/kit": "-> store/links/kit/1/hash/node_modules/kit",
      "store/links/kit/1/hash/node_modules/kit/package.json": '{"name":"kit"}',
      "store/links/kit/1/hash/node_modules/base": "-> store/links/base/2/hash/node_modules/base",
      "store/links/base/2/hash/node_modules/base/package.json": '{"name":"base"}',
      "store/links/other/3/hash/node_modules/other/package.json": '{"name":"other"}',
    });
    expect(seen("repo").shown).toEqual([
      "repo",
      "store/links/base/2/hash/node_modules",
      "store/links/kit/1/hash/node_modules",
    ]);
  });

  it("a folder of modules that is linked as a whole, and those above the project", () => {
    lay({
      "installed/node_modules/x/package.json": "{}",
      "up/node_modules/y/package.json": "{}",
      "up/repo/package.json": "{}",
      "up/repo/node_modules": "-> installed/node_modules",
    });
    expect(seen("up/repo").shown).toEqual(["installed/node_modules", "up/node_modules", "up/repo"]);
  });

  it("a folder of modules above the repository where a link names it, and then the link too", () => {
    lay({ "shared/node_modules/x/package.json": '{"name":"x"}', "work/repo/.git/config": "" });
    lay({ "work/node_modules": "-> shared/node_modules" });
    const { shown, links } = visibleTo(join(root, "work/repo"), []);
    expect(shown).toContain(join(root, "shared/node_modules"));
    expect([...links]).toEqual([[join(root, "work/node_modules"), join(root, "shared/node_modules")]]);
  });

  it("nothing of the machine by a link that is no package of its name", () => {
    lay({
      "home/.ssh/id": "",
      "home/project/package.json": '{"name":"private"}',
      "repo/package.json": "{}",
      "repo/node_modules/ssh": "-> home/.ssh",
      "repo/node_modules/other": "-> home/project",
      "repo/node_modules/gone": "-> nowhere",
      "repo/infra/node_modules": "-> home",
    });
    expect(seen("repo/infra").shown).toEqual(["repo"]);
  });

  it("what the caller shows, also of what is hidden", () => {
    lay({ "repo/package.json": "{}", "repo/.env": "", "data/x.json": "" });
    const view = visibleTo(join(root, "repo"), [], [join(root, "repo/.env"), join(root, "data")]);
    expect(view.given).toEqual([join(root, "repo/.env"), join(root, "data")]);
    for (const path of ["repo/.env", "data/x.json", "repo/package.json"]) {
      expect([path, isVisible(join(root, path), view)]).toEqual([path, true]);
    }
  });

  it("neither the home folder nor that for temporary files, where the repository holds them", () => {
    lay({ "repo/package.json": "{}", "repo/home/.profile": "", "repo/tmp/x": "" });
    vi.stubEnv("HOME", join(root, "repo/home"));
    vi.stubEnv("TMPDIR", join(root, "repo/tmp"));
    expect(seen("repo").hidden).toEqual(["repo/home", "repo/tmp"]);
  });
});

describe("what would show too much is refused", () => {
  it.each(["/", "/tmp", "/etc", "/usr", homedir()])("a project in %s", (folder) => {
    expect(() => visibleTo(folder, [])).toThrow("holds more than a project");
  });

  it("a program outside of the project's repository, unless the caller shows it", () => {
    lay({ "repo/package.json": "{}", "other/index.js": "" });
    expect(() => seen("repo", ["other"])).toThrow(
      `other is outside of the project's repository: show it with --read`,
    );
    expect(seen("repo", ["other"], ["other"]).shown).toEqual(["repo"]);
  });

  it("a folder that the caller cannot mean", () => {
    lay({ "repo/package.json": "{}" });
    vi.stubEnv("HOME", root);
    expect(() => seen("repo", [], ["."])).toThrow("would show what --isolate is to hide");
    expect(() => seen("repo", [], ["nowhere"])).toThrow("there is no such file or folder");
  });
});

it("a link out of what is shown leads nowhere", () => {
  lay({ "repo/package.json": "{}", "repo/.git/config": "", "elsewhere/x": "" });
  lay({
    "repo/out": "-> elsewhere/x",
    "repo/in": "-> repo/package.json",
    "repo/credential": "-> repo/.git/config",
  });
  const view = visibleTo(join(root, "repo"), []);
  const visible = ["out", "in", "credential", "gone"].filter((name) =>
    isVisible(join(root, "repo", name), view),
  );
  expect(visible).toEqual(["in"]);
});
