import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { preparedFile } from "../../preview/host/prepared.cjs";
import { type Preparation, pack, prepare, preview } from "../../tools/prepare.ts";
import { run } from "../cli/command.ts";

const require = createRequire(import.meta.url);

/** A project with a pack of two modules and one package. */
const project = {
  "package.json": '{ "type": "module" }',
  "policies/package.json": '{ "type": "module", "main": "index.js" }',
  "policies/index.js": 'import "./pack.ts";',
  "policies/pack.ts":
    'import { host } from "@pulumi/policy";\nimport { made } from "made";\nimport { found } from "./rules/found.ts";\nhost.push(found + made);',
  "policies/rules/found.ts": 'export const found: string = "found";',
  "node_modules/.package-lock.json": "{}",
  "node_modules/made/package.json": '{ "type": "module", "main": "index.js", "version": "1.0.0" }',
  "node_modules/made/index.js": "export const made = 1;",
  "node_modules/@pulumi/policy/package.json": '{ "main": "index.js" }',
  "node_modules/@pulumi/policy/index.js": "exports.host = [];",
} satisfies Record<string, string>;

describe("what is prepared of a pack", () => {
  let root: string;

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "prepare-")));
    for (const [path, text] of Object.entries(project)) write(path, text);
    await prepare(root, pack);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  test("does what its modules do, with the host's own packages", () => {
    require(preparedFile(root, "pack") ?? "");
    expect(require(join(root, "node_modules/@pulumi/policy")).host).toEqual(["found1"]);
  });

  test.each(Object.keys(project).filter((path) => !path.includes("@pulumi")))(
    "is not loaded once %s has changed",
    (path) => {
      write(path, `${project[path as keyof typeof project]} `);
      expect(preparedFile(root, "pack")).toBeUndefined();
      rmSync(join(root, path));
      expect(preparedFile(root, "pack")).toBeUndefined();
      write(path, project[path as keyof typeof project]);
      expect(preparedFile(root, "pack")).toBeDefined();
    },
  );

  test.each(["policies", "policies/rules"])("is not loaded where %s has packages of its own", (folder) => {
    mkdirSync(join(root, folder, "node_modules"));
    expect(preparedFile(root, "pack")).toBeUndefined();
  });

  test("is not loaded from a copy of the project", () => {
    const copy = `${root}-copy`;
    cpSync(root, copy, { recursive: true });
    expect(preparedFile(copy, "pack")).toBeUndefined();
    rmSync(copy, { recursive: true });
  });

  test("is made anew of what has changed", async () => {
    write("policies/rules/found.ts", 'export const found: string = "changed";');
    await prepare(root, pack);
    require(preparedFile(root, "pack") ?? "");
    expect(require(join(root, "node_modules/@pulumi/policy")).host).toEqual(["changed1"]);
  });

  test("is nothing of a module that could tell it from itself", async () => {
    write("policies/rules/found.ts", 'export const found: string = import.meta.resolve("./found.ts");');
    await expect(prepare(root, pack)).rejects.toThrow("uses import.meta in another way");
    expect(preparedFile(root, "pack")).toBeUndefined();
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});

describe("what is prepared of this project", () => {
  const root = realpathSync(join(import.meta.dirname, "..", ".."));

  beforeAll(async () => {
    for (const preparation of [pack, preview]) await prepare(root, preparation);
  });

  test.each<Preparation>([pack, preview])("is there for the $name", ({ name }) => {
    expect(preparedFile(root, name)).toBeDefined();
  });

  test("has a command that says what the modules say", async () => {
    const refused = ["preview", "--stack", "nowhere", "--json"];
    // The second is run by the modules.
    const [prepared, modules] = await Promise.all([run(refused), run([...refused, "--debug"])]);
    expect(prepared.stdout).toBe(modules.stdout);
    expect(JSON.parse(prepared.stdout).error.message).toMatch(/no stack nowhere in/);
    expect(modules.stderr).toContain("project/project.ts:");
    expect([prepared.status, modules.status]).toEqual([2, 2]);
  });
});
