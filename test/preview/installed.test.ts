import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { InstalledPlugins } from "../../preview/engine/installed.ts";
import { compareVersions } from "../../preview/engine/semver.ts";

const folder = mkdtempSync(join(tmpdir(), "installed-"));
const modules = join(folder, "node_modules");
const closed = join(modules, "@pulumi", "closed", "package.json");

function install(path: string, manifest: unknown): void {
  mkdirSync(join(modules, path), { recursive: true });
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  writeFileSync(join(modules, path, "package.json"), text);
}

beforeAll(() => {
  const pulumi = { resource: true };
  install("@pulumi/random", { name: "@pulumi/random", version: "4.9.0", pulumi });
  install("one/node_modules/@pulumi/random", { name: "@pulumi/random", version: "4.21.2-beta.1", pulumi });
  install(".pnpm/two@1.0.0/node_modules/two", {
    ...{ name: "two", version: "1.0.0" },
    pulumi: { ...pulumi, name: "second", version: "v7.0.0", server: "https://example.com" },
  });
  symlinkSync(join(modules, ".pnpm/two@1.0.0/node_modules/two"), join(modules, "two"));
  install(".bun/third@2.0.0/node_modules/@acme/third", {
    ...{ name: "@acme/third", version: "2.0.0" },
    pulumi: { ...pulumi, name: "third" },
  });
  install("@pulumi/closed", { name: "@pulumi/closed", version: "1.0.0", pulumi });
  install("no-name", { name: "no-name", version: "1.0.0", pulumi });
  install("@pulumi/no-version", { name: "@pulumi/no-version", version: "next", pulumi });
  install("@pulumi/no-plugin", { name: "@pulumi/no-plugin", version: "1.0.0", pulumi: { name: "x" } });
  install("no-json", '{"pulumi":');
  symlinkSync(modules, join(modules, "@around"));
  symlinkSync(join(folder, "nowhere"), join(modules, "broken"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("the plugins of installed packages", () => {
  const plugins = new InstalledPlugins(folder, (path) => {
    if (path === closed) throw new Error("may not be read");
  });

  it("are those of the newest package, however deep it is installed, and in the stores of pnpm and Bun", () => {
    expect(plugins.get("third")?.version).toBe("2.0.0");
    expect(plugins.get("random")).toEqual({ version: "4.21.2-beta.1", downloadUrl: "" });
    expect(plugins.get("second")).toEqual({ version: "7.0.0", downloadUrl: "https://example.com" });
  });

  it.each(["closed", "no-name", "no-version", "no-plugin", "x", "nothing"])("have none for %s", (name) => {
    expect(plugins.get(name)).toBeUndefined();
  });

  it("are none where nothing is installed", () => {
    expect(new InstalledPlugins(join(folder, "other"), () => undefined).get("random")).toBeUndefined();
  });
});

test("versions are in the order of semantic versioning", () => {
  const ordered = [
    ...["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"],
    ...["1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"],
  ];
  for (const [index, version] of ordered.entries()) {
    for (const [other, against] of ordered.entries()) {
      expect(Math.sign(compareVersions(version, against))).toBe(Math.sign(index - other));
    }
  }
  expect(compareVersions("1.0.0+build", "1.0.0")).toBe(0);
});
