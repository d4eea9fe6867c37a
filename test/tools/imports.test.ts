import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { checkImports } from "../../tools/imports.ts";
import { readRooms, roomOf } from "../../tools/rooms.ts";
import { checkVendors } from "../../tools/vendors.ts";

const page = `# A page

| floor | room | what it holds | may import |
| --- | --- | --- | --- |
| base | \`lib/\` | helpers | nothing |
| ground | \`metrics/\` | series | base |
| ground | \`config/\` | settings | base, \`metrics/\` |
| top | \`index.ts\` | the program | ground, base |

Text | with | a | pipe
`;

describe("the table of rooms", () => {
  it("names what each room may import, floor by floor", () => {
    const rooms = readRooms(page);
    expect(rooms.map(({ path, mayImport }) => [path, mayImport])).toEqual([
      ["lib/", []],
      ["metrics/", ["lib/"]],
      ["config/", ["lib/", "metrics/"]],
      ["index.ts", ["metrics/", "config/", "lib/"]],
    ]);
    expect(roomOf("config/deep/file.ts", rooms)?.path).toBe("config/");
    expect(roomOf("library/file.ts", rooms)).toBeUndefined();
    expect(roomOf("index.ts.bak", rooms)).toBeUndefined();
  });

  it.each([
    ["no table", "# A page", /no table with the columns floor, room/],
    [
      "a room of a row below",
      page.replace("| series | base |", "| series | `config/` |"),
      /Line 6: `config\/`/,
    ],
    ["a floor that is none", page.replace("ground, base |", "cellar |"), /cellar is no floor or room/],
    ["a room twice", page.replace("`metrics/` | series", "`lib/` | series"), /names lib\/ a second time/],
    ["a room without code marks", page.replace("`lib/`", "lib"), /needs a room such as `lib\/`, not lib/],
    ["a missing cell", page.replace("helpers | nothing", "helpers"), /Line 5 needs 4 cells/],
    ["a room of no use", page.replace("helpers", ""), /does not say what the room holds/],
  ])("is refused with %s", (_, text, reason) => {
    expect(() => readRooms(text)).toThrow(reason);
  });

  it("is in docs/architecture.md", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "architecture.md"), "utf8");
    expect(roomOf("lib/text.ts", readRooms(text))?.floor).toBe("base");
  });
});

describe("the page of rooms", () => {
  const root = join(import.meta.dirname, "..", "..");
  const rooms = readRooms(readFileSync(join(root, "docs", "architecture.md"), "utf8"));

  it.each(foldersOf(root))("has a row for %s", (folder) => {
    expect(rooms.map(({ path }) => path)).toContain(folder);
  });
});

/** Folders at the top of the repository, as they are committed; without Git, those that are there. */
function foldersOf(root: string): string[] {
  const { status, stdout } = spawnSync("git", ["ls-tree", "-d", "--name-only", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  });
  const ignored = readFileSync(join(root, ".gitignore"), "utf8").split("\n");
  const names =
    status === 0
      ? stdout.split("\n").filter((name) => name !== "")
      : readdirSync(root, { withFileTypes: true })
          .filter((entry) => entry.isDirectory() && ![".git/", ...ignored].includes(`${entry.name}/`))
          .map(({ name }) => name);
  return names.map((name) => `${name}/`);
}

describe("the import check", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function messagesFor(
    files: Readonly<Record<string, string>>,
    reasons: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    const root = mkdtempSync(join(tmpdir(), "imports-"));
    folders.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return (await checkImports(root, readRooms(page), reasons)).map(({ message }) => message);
  }

  const downwards = {
    "lib/text.ts": 'import { join } from "node:path";\nexport const text = join("a", "b");\n',
    "metrics/names.ts": 'export const name = "up";\n',
    "config/load.ts": 'import { text } from "../lib/text.ts";\nexport { name } from "../metrics/names.ts";\n',
    "index.ts":
      'import { text } from "./lib/text.ts";\nimport "absent-package";\nconst c = await import("./config/load.ts");\n',
    "node_modules/thing/index.js": "export const thing = 1;\n",
    "config/thing.ts": 'import { thing } from "thing";\n',
  };

  it("lets imports go down", async () => {
    expect(await messagesFor(downwards)).toEqual([]);
  });

  it.each([
    ["a value", 'import { name } from "../config/load.ts";'],
    ["a type", 'import type { name } from "../config/load.ts";'],
    ["a type in a type", 'export type Name = import("../config/load.ts").Name;'],
    ["a re-export", 'export * from "../config/load.ts";'],
    ["an import at run time", 'const config = await import("../config/load.ts");'],
  ])("refuses %s from a room above", async (_, line) => {
    expect(await messagesFor({ ...downwards, "lib/up.ts": line })).toEqual([
      "lib/up.ts imports config/load.ts, but lib/ may import nothing",
    ]);
  });

  it("refuses a room above in fixtures of tests too", async () => {
    const files = {
      "lib/test/fixtures/up.ts": 'import "../../../config/load.ts";\n',
      "test/fixtures/no-room.ts": "export const room = 1;\n",
    };
    expect(await messagesFor({ ...downwards, ...files })).toEqual([
      "lib/test/fixtures/up.ts imports config/load.ts, but lib/ may import nothing",
      "test/fixtures/no-room.ts is in no room of the table",
    ]);
  });

  it.each([
    ["a URL", 'const load = new URL("../config/load.ts", import.meta.url);'],
    ["a path of a module", 'const load = import.meta.resolve("../config/load.ts");'],
    [
      "a path that require() resolves",
      'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport const load = require.resolve("../config/load.ts");',
    ],
    [
      "a function with another name than require",
      'import { createRequire as make } from "node:module";\nmake(import.meta.url)("../config/load.ts");',
    ],
    [
      "such a function of a module",
      'import Module from "node:module";\nModule.createRequire(import.meta.url).resolve("../config/load.ts");',
    ],
  ])("refuses %s that leads to a room above", async (_, text) => {
    expect(await messagesFor({ ...downwards, "lib/up.ts": text })).toEqual([
      "lib/up.ts imports config/load.ts, but lib/ may import nothing",
    ]);
  });

  const unfollowed: [string, string][] = [
    ["import() of a variable", "export const load = (name: string) => import(name);"],
    [
      "import() of a text with a gap",
      `export const load = (name: string) => import(\`../config/\${name}.ts\`);`,
    ],
    ["a path that is put together", 'export const load = import.meta.resolve("../config" + "/load.ts");'],
    [
      "a path that require() resolves of a variable",
      'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport const load = (name: string) => require.resolve(name);',
    ],
    ["a URL that is put together", "export const load = (name: string) => new URL(name, import.meta.url);"],
    [
      "createRequire under another name",
      'import { createRequire as make } from "node:module";\nexport const load = make(import.meta.url);',
    ],
    [
      "createRequire that is called by its name",
      'import { createRequire } from "node:module";\nexport const load = createRequire(import.meta.url);',
    ],
    [
      "require() of a variable",
      'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport const load = (name: string) => require(name);',
    ],
  ];

  it.each(unfollowed)("refuses %s, unless it is listed", async (_, text) => {
    const files = { ...downwards, "lib/up.ts": text };
    expect(await messagesFor(files)).toEqual([
      expect.stringMatching(/^lib\/up\.ts:\d+ loads what only a run can tell: .*list it with a reason/),
    ]);
    expect(await messagesFor(files, { "lib/up.ts": "a reason" })).toEqual([]);
    expect(await messagesFor(files, { "lib/": "a reason" })).toEqual([]);
  });

  it("refuses a listed file that loads nothing so", async () => {
    expect(await messagesFor(downwards, { "lib/text.ts": "a reason" })).toEqual([
      "lib/text.ts loads nothing that only a run can tell: take it from the list in tools/imports.ts",
    ]);
  });

  it("lets a file load packages, and read what is no code", async () => {
    const text = [
      'import { createRequire } from "node:module";',
      "const require = createRequire(import.meta.url);",
      'require("absent-package");',
      'createRequire(import.meta.url).resolve("absent-package/package.json");',
      'import.meta.resolve("absent-package");',
      'new URL("../config/settings.yaml", import.meta.url);',
      `export const page = (name: string) => new URL(\`../docs/\${name}.md\`, import.meta.url);`,
    ];
    expect(await messagesFor({ ...downwards, "lib/up.ts": text.join("\n") })).toEqual([]);
  });

  it("refuses a file in no room, and imports of it", async () => {
    const files = {
      "cellar/file.ts": "export const file = 1;\n",
      "index.ts": 'import "./cellar/file.ts";\n',
    };
    expect((await messagesFor({ ...downwards, ...files })).sort()).toEqual([
      "cellar/file.ts is in no room of the table",
      "index.ts imports cellar/file.ts, but index.ts may import metrics/, config/ and lib/",
    ]);
  });

  it("refuses a circle, also of types alone and within one room", async () => {
    const files = {
      "lib/a.ts": 'import type { B } from "./b.ts";\nexport type A = B[];\n',
      "lib/b.ts": 'import type { A } from "./a.ts";\nexport type B = A[];\n',
    };
    expect(await messagesFor({ ...downwards, ...files })).toEqual([
      expect.stringMatching(/^Circle of imports: lib\/[ab]\.ts → lib\/[ab]\.ts → lib\/[ab]\.ts$/),
    ]);
  });
});

describe("the check that policies read the model alone", () => {
  const root = mkdtempSync(join(tmpdir(), "vendors-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const found = (path: string, text: string): string[] => {
    for (const folder of ["policies/framework", "policies/model", "policies/values"]) {
      rmSync(join(root, folder), { recursive: true, force: true });
      mkdirSync(join(root, folder), { recursive: true });
    }
    rmSync(join(root, "policies", "mail.ts"), { force: true });
    writeFileSync(join(root, path), text);
    return checkVendors(root).map(({ file, line, message }) => `${file}:${line} ${message}`);
  };

  it.each([
    ["a package", 'import type { ZoneArgs } from "@pulumi/cloudflare";', "imports @pulumi/cloudflare"],
    ["a package of others", 'import * as d from "@pulumiverse/doppler";', "imports @pulumiverse/doppler"],
    ["a re-export", 'export { Zone } from "@pulumi/cloudflare";', "imports @pulumi/cloudflare"],
    ["a type of a package", 'type Z = import("@pulumi/vercel").ProjectArgs;', "imports @pulumi/vercel"],
    ["an import at run time", 'const c = await import("@pulumi/aws/s3");', "imports @pulumi/aws/s3"],
    ["the types of resources", 'import { vercel } from "./model/tokens.ts";', "only what fills the model"],
    ["an adapter", 'import { adapters } from "./adapters/index.ts";', "only what fills the model"],
    [
      "a type of resource",
      'const z = "cloudflare:index/zone:Zone";',
      "names the type cloudflare:index/zone:Zone",
    ],
    ["the beginning of a type", 'const is = type.startsWith("grafana:");', "names the type grafana:"],
    ["a question for resources", "const all = stack.ofType(zone);", "asks for resources"],
    ["a property", 'const n = zone.at("name");', 'reads the property "name"'],
    ["a property by a variable", "const n = zone.at(key);", "reads the property key"],
  ])("refuses %s", (_, line, message) => {
    expect(found("policies/mail.ts", `// Mail.\n${line}\n`)).toEqual([
      expect.stringMatching(new RegExp(`^policies/mail\\.ts:2 .*${message}`)),
    ]);
  });

  it("lets a policy read the model, and the framework the properties that it is asked for", () => {
    const text =
      'import { zones } from "./model/edge-zones.ts";\nconst last = zones.at(-1), url = "https:";\n';
    expect(found("policies/mail.ts", text)).toEqual([]);
    expect(found("policies/framework/value.ts", "const child = value.at(name);\n")).toEqual([]);
  });

  it("lets the model gather what adapters fill, and no new module of it read a vendor's resources", () => {
    const text = 'import { adapters } from "../adapters/index.ts";\n';
    expect(found("policies/model/mails.ts", text)).toEqual([]);
    expect(found("policies/model/mails.ts", 'const n = zone.at("name");\n')).toHaveLength(1);
    expect(found("policies/model/waf.ts", 'const n = zone.at("name");\n')).toEqual([]);
    expect(found("policies/model/waf.ts", "const n = 1;\n")).toEqual([
      expect.stringContaining("take it from the list"),
    ]);
  });

  it("finds nothing in this project", () => {
    expect(checkVendors(join(import.meta.dirname, "..", ".."))).toEqual([]);
  });
});
