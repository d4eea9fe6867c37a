import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { preparedFile, runPrepared } from "../../preview/host/prepared.cjs";
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

  test.each(["import.meta.resolve('./found.ts')", "__dirname"])(
    "is nothing of a module that could tell it from itself by %s",
    async (place) => {
      write("policies/rules/found.ts", `export const found: string = ${place};`);
      await expect(prepare(root, pack)).rejects.toThrow("asks for its place in another way");
      expect(preparedFile(root, "pack")).toBeUndefined();
    },
  );

  test("is not loaded where a module changes while it is made", async () => {
    const path = "policies/rules/found.ts";
    const changing: Plugin = {
      name: "changing",
      setup: ({ onEnd }) => onEnd(() => write(path, 'export const found: string = "changed";')),
    };
    await prepare(root, { ...pack, options: { ...pack.options, plugins: [changing] } });
    expect(preparedFile(root, "pack")).toBeUndefined();
    write(path, project[path]);
    expect(preparedFile(root, "pack")).toBeDefined();
  });

  test("is not loaded once it is damaged itself", () => {
    const file = preparedFile(root, "pack") ?? "";
    truncateSync(file);
    expect(preparedFile(root, "pack")).toBeUndefined();
  });

  test("runs with the code that an earlier run kept, and without it where that is damaged", () => {
    const file = preparedFile(root, "pack") ?? "";
    const code = `${file}.code`;
    expect([runs(file), existsSync(code)]).toEqual([true, true]);
    expect(runs(file)).toBe(false);
    const content = readFileSync(code);
    content.fill(0, content.length / 2);
    writeFileSync(code, content);
    expect([runs(file), runs(file)]).toEqual([true, false]);
  });

  /** Whether nothing was kept of a file that runs: then it is, from now on. */
  function runs(file: string): boolean {
    let keep: (() => void) | undefined;
    const pushed = require(join(root, "node_modules/@pulumi/policy")).host;
    runPrepared(file, (given) => {
      keep = given;
    });
    expect(pushed.splice(0)).toEqual(["found1"]);
    keep?.();
    return keep !== undefined;
  }

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
