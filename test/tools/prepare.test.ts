import { createHash } from "node:crypto";
import {
  appendFileSync,
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
import packageJson from "../../package.json" with { type: "json" };
import { compiled, type Prepared, prepared } from "../../preview/host/prepared.cjs";
import { isPrepared, type Preparation, pack, partsOf, preparations, prepare } from "../../tools/prepare.ts";
import { run } from "../cli/command.ts";
import { runHere } from "../cli/here.ts";

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
    require(prepared(root, "pack")?.file ?? "");
    expect(require(join(root, "node_modules/@pulumi/policy")).host).toEqual(["found1"]);
  });

  test("is ASCII, whatever its modules hold", async () => {
    const found = '[/^[…–]+$/.test("…"), /^[^🦉]$/u.test("🦉"), /^🦉$/u.test("🦉"), "ü🦉"].join()';
    write("policies/rules/found.ts", `/*! © */ export const found: string = ${found};`);
    await prepare(root, pack);
    const { file = "", source } = prepared(root, "pack") ?? {};
    expect(source).toMatch(/^[\0-\x7f]+$/);
    expect(source).toBe(readFileSync(file, "utf8"));
    require(file);
    expect(require(join(root, "node_modules/@pulumi/policy")).host).toEqual(["true,false,true,ü🦉1"]);
  });

  test.each(Object.keys(project).filter((path) => !path.includes("@pulumi")))(
    "is not loaded once %s has changed",
    (path) => {
      write(path, `${project[path as keyof typeof project]} `);
      expect(prepared(root, "pack")).toBeUndefined();
      rmSync(join(root, path));
      expect(prepared(root, "pack")).toBeUndefined();
      write(path, project[path as keyof typeof project]);
      expect(prepared(root, "pack")).toBeDefined();
    },
  );

  test.each(["policies", "policies/rules"])("is not loaded where %s has packages of its own", (folder) => {
    mkdirSync(join(root, folder, "node_modules"));
    expect(prepared(root, "pack")).toBeUndefined();
  });

  test("is not loaded from a copy of the project", () => {
    const copy = `${root}-copy`;
    cpSync(root, copy, { recursive: true });
    expect(prepared(copy, "pack")).toBeUndefined();
    rmSync(copy, { recursive: true });
  });

  test("is made anew of what has changed", async () => {
    expect(isPrepared(root, pack)).toBe(true);
    write("policies/rules/found.ts", 'export const found: string = "changed";');
    expect(isPrepared(root, pack)).toBe(false);
    await prepare(root, pack);
    require(prepared(root, "pack")?.file ?? "");
    expect(require(join(root, "node_modules/@pulumi/policy")).host).toEqual(["changed1"]);
  });

  test.each(["import.meta.resolve('./found.ts')", "__dirname"])(
    "is nothing of a module that could tell it from itself by %s",
    async (place) => {
      write("policies/rules/found.ts", `export const found: string = ${place};`);
      await expect(prepare(root, pack)).rejects.toThrow("asks for its place in another way");
      expect(prepared(root, "pack")).toBeUndefined();
    },
  );

  test("is not loaded where a module changes while it is made", async () => {
    const path = "policies/rules/found.ts";
    const changing: Plugin = {
      name: "changing",
      setup: ({ onEnd }) => onEnd(() => write(path, 'export const found: string = "changed";')),
    };
    await prepare(root, { ...pack, options: { ...pack.options, plugins: [changing] } });
    expect(prepared(root, "pack")).toBeUndefined();
    write(path, project[path]);
    expect(prepared(root, "pack")).toBeDefined();
  });

  test("is not loaded once it is damaged itself", () => {
    const { file } = found();
    truncateSync(file);
    expect(prepared(root, "pack")).toBeUndefined();
  });

  test("runs with the code that an earlier run kept, and without it where that is damaged", () => {
    const { code } = found();
    expect([runs(), existsSync(code)]).toEqual([true, true]);
    expect(runs()).toBe(false);
    const content = readFileSync(code);
    content.fill(0, content.length / 2);
    writeFileSync(code, content);
    expect([runs(), runs()]).toEqual([true, false]);
  });

  test("keeps code again once a run has compiled more", () => {
    const { code } = found();
    runs();
    const first = readFileSync(code);
    compiled(found()).keepMore();
    expect(readFileSync(code)).toEqual(first);
    // As if hardly anything had been compiled by then.
    const less = Buffer.from(first);
    less.fill(0, 32, 40);
    createHash("sha256").update(less.subarray(32)).digest().copy(less);
    writeFileSync(code, less);
    compiled(found()).keepMore();
    expect(readFileSync(code).subarray(32, 40)).not.toEqual(less.subarray(32, 40));
    expect(runs()).toBe(false);
  });

  /** Whether nothing was kept of the file, which is run: then it is, from now on. */
  function runs(): boolean {
    const pushed = require(join(root, "node_modules/@pulumi/policy")).host;
    const { run: load, keepFirst } = compiled(found());
    load();
    expect(pushed.splice(0)).toEqual(["found1"]);
    keepFirst?.();
    return keepFirst !== undefined;
  }

  function found(): Prepared {
    const file = prepared(root, "pack");
    if (file === undefined) throw new Error("Nothing is prepared");
    return file;
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});

describe("a part of what is prepared", () => {
  const preparation: Preparation = {
    name: "some",
    folder: "cli",
    files: [
      {
        name: "both",
        entry:
          'export const one = () => import("./one.ts");\nexport const other = () => import("./other.ts");',
        parts: { "its-one": "./one.ts", "its-other": "./other.ts" },
      },
    ],
    options: {},
    left: [],
  };
  let root: string;

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "parts-")));
    mkdirSync(join(root, "cli"));
    const modules = {
      "one.ts": 'import { shared } from "./shared.ts";\nexport const found: string = "one " + shared;',
      "other.ts":
        'import { shared } from "./shared.ts";\nexport const found = async (): Promise<string> => (await import("./late.ts")).late + " " + shared;',
      "late.ts": 'export const late: string = "late";',
      "shared.ts": 'export const shared: string = "shared";',
    };
    for (const [path, text] of Object.entries(modules)) writeFileSync(join(root, "cli", path), text);
    await prepare(root, preparation);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  test("runs what it needs", async () => {
    const file = require(prepared(root, "its-one")?.file ?? "");
    expect((await file.one()).found).toBe("one shared");
    expect(await (await file.other()).found()).toBe("late shared");
  });

  test.each([
    ["one.ts", ["its-other"]],
    ["other.ts", ["its-one"]],
    ["late.ts", ["its-one"]],
    ["shared.ts", []],
  ])("is not loaded once %s has changed, unless only the other needs that", (path, unchanged) => {
    appendFileSync(join(root, "cli", path), " ");
    const loaded = ["its-one", "its-other"].filter((part) => prepared(root, part) !== undefined);
    expect(loaded).toEqual(unchanged);
  });
});

describe("what is prepared of this project", () => {
  const root = realpathSync(join(import.meta.dirname, "..", ".."));
  const names = preparations.flatMap((each) => partsOf(each).map(([part]) => part));

  beforeAll(async () => {
    for (const each of preparations.filter((one) => !isPrepared(root, one))) await prepare(root, each);
  });

  test.each(names)("is there for %s", (name) => {
    expect(prepared(root, name)).toBeDefined();
  });

  test.each(names.filter((name) => name !== "pack"))(
    "is not loaded for %s once the module that runs in its place has changed",
    (name) => {
      const manifest = readFileSync(join(root, "node_modules", ".cache", "prepared", `${name}.json`), "utf8");
      expect(JSON.parse(manifest).files.map(([path]: [string]) => path)).toContain("cli/main.ts");
    },
  );

  test("has every subcommand", async () => {
    const { stdout } = await runHere(["--help"]);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => `optropic-${name}`);
    expect(listed).toHaveLength(22);
    expect(names.filter((name) => name !== "pack").toSorted()).toEqual(listed.toSorted());
  });

  test.each([
    "--help",
    "help drill",
    "evidence verify --help",
    "preview --stack nowhere --json",
    "decide --stack nowhere --json",
    "drill --stack nowhere --json",
    "verify --stack nowhere --json",
    "matrix --stack nowhere --json",
  ])("says what the modules say: optropic %s", async (line) => {
    const args = line.split(" ");
    const [made, here] = [await run(args, { NO_COLOR: "1" }), await runHere(args, { NO_COLOR: "1" })];
    expect(made).toEqual(here);
  });

  test("has a preview that says where in its modules an error was found", async () => {
    const { status, stderr } = await run(["preview", "--stack", "nowhere", "--debug"]);
    expect(stderr).toContain("project/project.ts:");
    expect(status).toBe(2);
  });

  test("has a help that is not loaded once a module has changed", async () => {
    const file = join(root, "node_modules", ".cache", "prepared", "optropic-help.json");
    const content = readFileSync(file, "utf8");
    writeFileSync(file, content.replace(/"digest":"./, '"digest":"?'));
    try {
      expect(prepared(root, "optropic-help")).toBeUndefined();
      expect((await run(["--version"])).stdout).toBe(`${packageJson.version}\n`);
    } finally {
      writeFileSync(file, content);
    }
  });
});
