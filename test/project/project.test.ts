import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Failure } from "../../lib/failure.ts";
import { type ProjectOptions, readProject } from "../../project/project.ts";
import { anyCharacter } from "../lib/any-character.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "project-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const manifest = "name: shop\nruntime: nodejs\n";

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function read(options: Partial<ProjectOptions> = {}) {
  return readProject({ cwd: folder, stack: "dev", ...options });
}

function configOf(yaml: string, overrides: string[] = []) {
  write({ "Pulumi.yaml": manifest, "Pulumi.dev.yaml": yaml });
  const { config, secretKeys, givenSecrets } = read({ overrides });
  return { config: Object.fromEntries(config), secret: [...secretKeys], given: givenSecrets };
}

function refusal(options: Partial<ProjectOptions> = {}): { failure: string; message: string } {
  try {
    read(options);
  } catch (error) {
    if (error instanceof Failure) return { failure: error.kind, message: error.message };
    throw error;
  }
  throw new Error("the project was read");
}

describe("a project", () => {
  it("is refused where the version of Pulumi that it requires is no range", () => {
    write({ "Pulumi.yaml": `${manifest}requiredPulumiVersion: ^3.100.0\n` });
    expect(refusal().message).toMatch(/requiredPulumiVersion.*a range of versions/s);
    write({ "Pulumi.yaml": `${manifest}requiredPulumiVersion: ">=3.100.0"\n` });
    expect(read().name).toBe("shop");
  });

  it("is read with what a program of the Node.js runtime needs", () => {
    write({
      "Pulumi.yaml": `name: shop
main: src/program.ts
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --max-old-space-size=512  "--title=the shop"  # and no more
    tsconfig: tsconfig.pulumi.json
`,
      "src/program.ts": "",
    });
    expect(read({ organization: "acme" })).toMatchObject({
      name: "shop",
      stack: "dev",
      organization: "acme",
      root: folder,
      programDirectory: join(folder, "src"),
      entryPoint: "program.ts",
      typescript: false,
      nodeArgs: ["--max-old-space-size=512", "--title=the shop"],
      tsconfig: "tsconfig.pulumi.json",
    });
  });

  it("is compiled unless it says otherwise, and runs the folder's own entry point", () => {
    write({ "Pulumi.yaml": manifest });
    expect(read()).toMatchObject({
      typescript: true,
      programDirectory: folder,
      entryPoint: ".",
      organization: "organization",
    });
  });

  it("may keep its stacks' settings in a folder, in either spelling", () => {
    for (const setting of ["stackConfigDir: stacks", "config: stacks"]) {
      write({
        "Pulumi.yaml": `${manifest}${setting}\n`,
        "stacks/Pulumi.dev.yaml": "config: {a: in the folder}",
      });
      expect(read().config.get("shop:a")).toBe("in the folder");
    }
  });

  it("may end its files in yml", () => {
    write({ "Pulumi.yml": manifest, "Pulumi.dev.yml": "config: {a: in yml}" });
    expect(read().config.get("shop:a")).toBe("in yml");
  });
});

describe("a project is refused", () => {
  it("where there is none", () => {
    expect(refusal()).toEqual({
      failure: "project",
      message: `no Pulumi.yaml in ${folder}: name the project's folder with --cwd`,
    });
  });

  it("for another runtime, by name", () => {
    write({ "Pulumi.yaml": "name: shop\nruntime: python\n" });
    expect(refusal()).toEqual({
      failure: "unsupported",
      message: expect.stringContaining("runtime python cannot be previewed offline, only nodejs"),
    });
  });

  it("for a stack that it has not, naming those that it has", () => {
    write({ "Pulumi.yaml": manifest, "Pulumi.dev.yaml": "", "Pulumi.prod.yaml": "" });
    expect(refusal({ stack: "porduction" }).message).toMatch(
      /^no stack porduction in .*: its stacks are dev, prod$/,
    );
  });

  it("for a stack's name that is a path", () => {
    write({ "Pulumi.yaml": manifest });
    expect(refusal({ stack: "../other" }).message).toBe(
      '"../other" is not a stack\'s name: write stack, organization/stack or organization/project/stack',
    );
  });

  it("for a folder of its program that is not there", () => {
    write({ "Pulumi.yaml": `${manifest}main: dist/index.js\n` });
    expect(refusal().message).toMatch(/there is no folder .*dist for main$/);
  });

  it.each([
    ["is no YAML", "name: [shop\n", /Pulumi\.yaml is not YAML: .* at line 2, column 1:/],
    ["has a key twice", "name: a\nname: b\n", /is not YAML: Map keys must be unique at line 2, column 1/],
    ["is a list", "- a\n- b\n", /is not as Pulumi expects:\n.*expected a mapping, found a list/],
    ["has a number for a name", "name: 1\nruntime: nodejs\n", /name: expected text, found a number/],
    ["has a name of two words", "name: a b\nruntime: nodejs\n", /name: letters, digits, .* underscores/],
    ["has no runtime", "name: shop\n", /\n {2}runtime: /],
    ["is empty", "", /\n {2}name: /],
    [
      "has an option of another type",
      "name: shop\nruntime: {name: nodejs, options: {typescript: maybe}}\n",
      /\n {2}runtime\.options\.typescript: /,
    ],
    ["has another key of a runtime", "name: shop\nruntime: {name: nodejs, version: 24}\n", /\n {2}runtime/],
    ["has another value of refresh", `${manifest}options: {refresh: never}\n`, /\n {2}options\.refresh: /],
    [
      "has a plugin without a folder",
      `${manifest}plugins: {providers: [{name: aws}]}\n`,
      /\n {2}plugins\.providers\[0\]\.path: /,
    ],
    [
      "has a package without a source",
      `${manifest}packages: {cloud: {version: 1.0.0}}\n`,
      /\n {2}packages\.cloud/,
    ],
    ["is huge", `name: shop\n# ${"x".repeat(1024 * 1024)}\n`, /Cannot read .*: it is larger than 1 MiB/],
    ["would be a billion values", bomb(), /Cannot read .*: Excessive alias count/],
    ["nests without end", `name: ${"[".repeat(100_000)}`, /(Cannot read .*Pulumi\.yaml:|is not YAML)/],
  ])("for a file that %s", (_, text, message) => {
    write({ "Pulumi.yaml": text });
    expect(refusal()).toEqual({ failure: "project", message: expect.stringMatching(message) });
  });

  it("not for what is empty, nor for what only other commands read", () => {
    const empty = ["author", "website", "license", "main", "config", "stackConfigDir", "backend", "options"];
    write({
      "Pulumi.yaml": [
        manifest.trimEnd(),
        ...empty.map((key) => `${key}:`),
        "template: {displayName: Shop, config: {aws:region: {description: Where, default: eu-west-1}, bare: }}",
        "plugins: {providers: [{name: aws, path: ./bin}]}",
        "packages: {cloud: ./cloud, other: {source: terraform-provider, version: 1.0.0, parameters: [x]}}",
        "future: {key: 1}",
        "",
      ].join("\n"),
    });
    expect(read().name).toBe("shop");
  });

  it("not for keys that JavaScript gives a meaning, which do no harm", () => {
    const keys = "__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n";
    write({ "Pulumi.yaml": `${manifest}${keys}config:\n  a: {default: {__proto__: {polluted: 1}}}\n` });
    expect(read().name).toBe("shop");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("for a file that is a folder", () => {
    mkdirSync(join(folder, "Pulumi.yaml"));
    expect(refusal().message).toMatch(/Cannot read .*Pulumi\.yaml: it is a folder/);
  });
});

/** A text of a few lines that would be a billion values. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const below = level === 0 ? "lol" : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array(10).fill(below).join(", ")}]`;
  });
  return `${levels.join("\n")}\nname: shop\nruntime: nodejs\n`;
}

describe("a stack's name", () => {
  it.each([
    ["dev", "organization"],
    ["acme/dev", "acme"],
    ["acme/shop/dev", "acme"],
  ])("may be %s", (stack, organization) => {
    write({ "Pulumi.yaml": manifest, "Pulumi.dev.yaml": "config: {a: of dev}" });
    const project = read({ stack });
    expect(project).toMatchObject({ stack: "dev", organization });
    expect(project.config.get("shop:a")).toBe("of dev");
  });

  it("is refused for the stack of another project", () => {
    write({ "Pulumi.yaml": manifest });
    expect(refusal({ stack: "acme/other/dev" }).message).toMatch(
      /^stack acme\/other\/dev is not of this project/,
    );
  });
});

describe("what Pulumi.yaml declares", () => {
  const declare = (config: string, stack: string, overrides: string[] = []) => {
    write({ "Pulumi.yaml": `${manifest}config:\n${config}`, "Pulumi.dev.yaml": `config:\n${stack}` });
    return { overrides };
  };

  it.each([
    ["  n: {type: integer}\n", '  n: "12"\n', "12"],
    ["  n: {type: integer, default: 3}\n", "", "3"],
    ["  n: {type: string}\n", "  n: 5\n", "5"],
    ["  n: {type: boolean}\n", '  n: "false"\n', "false"],
    ["  n: {type: array, items: {type: string}}\n", "  n: [a, {secure: v1:x}]\n", '["a","[secret]"]'],
    ["  n: {type: object}\n", "  n: {b: 1, a: <&>}\n", '{"a":"\\u003c\\u0026\\u003e","b":1}'],
    ["  n: {type: integer, secret: true}\n", "  n: {secure: v1:x}\n", "[secret]"],
    ["  n: {value: 1.5}\n", "", "1.5"],
    ["  n: [b, a]\n", "", '["b","a"]'],
    ['  "n.b": x\n', "  n: {a: 1}\n", '{"a":1,"b":"x"}'],
  ])("%j with %j is %j", (declared, stack, text) => {
    expect(read(declare(declared, stack)).config.get("shop:n")).toBe(text);
  });

  it("keeps secret what is given for a secret on the command line", () => {
    const options = declare("  n: {type: string, secret: true}\n", "", ["n=hush"]);
    expect(read(options)).toMatchObject({ givenSecrets: ["hush"], secretKeys: new Set(["shop:n"]) });
  });

  it.each([
    ["  n: {type: integer}\n  m: {description: needed}\n", "", "the stack has no value for n, m, which"],
    ["  n: {type: integer}\n", "  n: abc\n", "the setting n must be of type integer"],
    ["  n: {type: integer}\n", "  n: 1.5\n", "the setting n must be of type integer"],
    ["  n: {type: integer}\n", '  n: "99999999999999999999"\n', "the setting n must be of type integer"],
    ["  n: {type: boolean}\n", "  n: yes\n", "the setting n must be of type boolean"],
    ["  n: {type: object}\n", "  n: [1]\n", "the setting n must be of type object"],
    ["  n: {type: string}\n", "  n: {a: 1}\n", "the setting n must be of type string"],
    [
      "  n: {type: array, items: {type: array, items: {type: integer}}}\n",
      "  n: [[1], [x]]\n",
      "must be of type array<array<integer>>",
    ],
    ["  n: {type: string, secret: true}\n", "  n: plain\n", "the setting n must be encrypted"],
    ["  n: {type: string, default: 5}\n", "  n: x\n", "with a default that is not of its type, string"],
    ["  n: {type: array, default: []}\n", "", "without the type of its items"],
    ["  n: {default: 1, value: 2}\n", "", "with both a default and a value"],
    ["  aws:region: {type: string, value: x}\n", "", "aws:region with a type"],
    ["  aws:region: {default: x}\n", "", "aws:region with a default"],
    ["  a:b:c: x\n", "", '"a:b:c" is not a setting\'s name'],
  ])("%j with %j is refused", (declared, stack, message) => {
    expect(refusal(declare(declared, stack))).toEqual({
      failure: "config",
      message: expect.stringContaining(message),
    });
  });

  it.each(["  o: {x: 1}\n", "  o: 1.5\n", "  o: {type: number}\n", "  o:\n"])("%j is refused", (declared) => {
    expect(refusal(declare(declared, "")).message).toMatch(/is not as Pulumi expects/);
  });
});

describe("settings", () => {
  it("are the stack's, then those of Pulumi.yaml, each by its full key", () => {
    write({
      "Pulumi.yaml": `${manifest}config:
  a: plain
  b: {type: string, default: declared}
  c: {value: valued}
  d: {type: string}
  aws:region: eu-west-1
`,
      "Pulumi.dev.yaml": "config:\n  shop:a: stack\n  d: given\n  aws:config:zone: b\n",
    });
    expect(Object.fromEntries(read().config)).toEqual({
      "shop:a": "stack",
      "shop:b": "declared",
      "shop:c": "valued",
      "shop:d": "given",
      "aws:region": "eu-west-1",
      "aws:zone": "b",
    });
  });

  it("are texts, and structures in JSON", () => {
    const { config } = configOf(`config:
  text: "1.0"
  whole: 30
  fraction: 1.50
  account: 12345678901234567890
  truth: yes
  day: 2026-01-01
  time: 12:30:45
  nothing:
  list: [1, {a: null}]
`);
    expect(config).toEqual({
      "shop:text": "1.0",
      "shop:whole": "30",
      "shop:fraction": "1.5",
      "shop:account": "12345678901234567890",
      "shop:truth": "yes",
      "shop:day": "2026-01-01 00:00:00 +0000 UTC",
      "shop:time": "12:30:45",
      "shop:nothing": "",
      "shop:list": '[1,{"a":null}]',
    });
  });

  it("are placeholders where they are secure, also inside of others", () => {
    const { config, secret } = configOf(`config:
  token: {secure: v1:abc}
  nested: {user: admin, keys: [{secure: v1:abc}]}
  not: {secure: true}
  neither: {secure: v1:abc, more: 1}
`);
    expect(config).toEqual({
      "shop:token": "[secret]",
      "shop:nested": '{"keys":["[secret]"],"user":"admin"}',
      "shop:not": '{"secure":true}',
      "shop:neither": '{"more":1,"secure":"v1:abc"}',
    });
    expect(secret).toEqual(["shop:token", "shop:nested"]);
  });

  it("that come from elsewhere are missed with a warning", () => {
    write({ "Pulumi.yaml": manifest, "Pulumi.dev.yaml": "environment: [production]\nconfig: {a: b}\n" });
    expect(read().warnings).toEqual([expect.stringContaining("Pulumi ESC environments are left out")]);
    expect(read({ stack: "dev" }).config.get("shop:a")).toBe("b");
  });

  it("of any shape arrive as they were written", () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.string({ unit: anyCharacter }).filter((text) => text.isWellFormed()),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ maxLength: 5 }).filter((key) => key !== "secure"),
          tie("value"),
          { maxKeys: 3, noNullPrototype: true },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (written) => {
        // What YAML 1.1 reads as a number, such as 0_, is one for Pulumi's reader too.
        const { config } = configOf(stringify({ config: { it: written } }, { compat: "yaml-1.1" }));
        const read = config["shop:it"];
        if (written === null) expect(read).toBe("");
        else expect(typeof written === "string" ? read : JSON.parse(read ?? "")).toEqual(written);
      }),
    );
  });
});

describe("--config", () => {
  const yaml = `config:
  text: written
  nested: {list: [a, b], deep: {er: 1}}
  token: {secure: v1:abc}
  database: {user: admin, password: {secure: v1:abc}}
`;

  it.each([
    ["text=given", { "shop:text": "given" }],
    ["other:key=a=b", { "other:key": "a=b" }],
    ["text=", { "shop:text": "" }],
    ["text=30", { "shop:text": "30" }],
    ["text=1.0", { "shop:text": "1.0" }],
    ["nested.deep.er=true", { "shop:nested": '{"deep":{"er":true},"list":["a","b"]}' }],
    ["nested.new.one=x", { "shop:nested": '{"deep":{"er":1},"list":["a","b"],"new":{"one":"x"}}' }],
    ["nested.list.1=c", { "shop:nested": '{"deep":{"er":1},"list":["a","c"]}' }],
    ["nested.list[2]=c", { "shop:nested": '{"deep":{"er":1},"list":["a","b","c"]}' }],
    ["nested.list=[]", { "shop:nested": '{"deep":{"er":1},"list":[]}' }],
    ["nested.deep=null", { "shop:nested": '{"deep":"null","list":["a","b"]}' }],
    ["text.now.nested=1", { "shop:text": '{"now":{"nested":1}}' }],
    ["absent.at.all=1", { "shop:absent": '{"at":{"all":1}}' }],
  ])("%s goes before the stack's own", (override, expected) => {
    expect(configOf(yaml, [override]).config).toMatchObject(expected);
  });

  it("keeps what was secret secret, and remembers what took its place", () => {
    expect(configOf(yaml, ["token=given", "database.password=also", "text=plain"])).toMatchObject({
      config: { "shop:token": "given", "shop:database": '{"password":"also","user":"admin"}' },
      secret: ["shop:token", "shop:database"],
      given: ["given", "also"],
    });
  });

  it.each(["text", "=value", "a..b=1", ".a=1", "a.__proto__.polluted=1", "constructor.prototype.polluted=1"])(
    "%s is refused",
    (override) => {
      write({ "Pulumi.yaml": manifest });
      expect(refusal({ overrides: [override] })).toEqual({
        failure: "config",
        message: expect.stringMatching(/is not key=value or key\.path=value$/),
      });
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    },
  );

  it.each(["nested.list.3=x", "nested.list.first=x"])(
    "%s is refused with where the next one goes",
    (override) => {
      write({ "Pulumi.yaml": manifest, "Pulumi.dev.yaml": yaml });
      expect(refusal({ overrides: [override] }).message).toMatch(
        /nested\.list is a list of 2, so its next element is nested\.list\.2$/,
      );
    },
  );
});
