import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { preview } from "../../preview/index.ts";
import { failureOf } from "./harness.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "program-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a project of its own that has this one's dependencies. */
function write(files: Record<string, string>): void {
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(folder, "node_modules"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function run(options: { stackOutputs?: string[] } = {}) {
  return preview({ cwd: folder, stack: "dev", timeoutMs: 30_000, ...options });
}

const typescript = `import * as random from "@pulumi/random";
enum Kind { Pet = "a pet of an enum" }
export const pet = new random.RandomPet("pet", { prefix: Kind.Pet });
`;

describe("a program", () => {
  it("in TypeScript is compiled by Pulumi's SDK, as without options", async () => {
    write({
      "Pulumi.yaml": "name: classic\nruntime: nodejs\n",
      "package.json": "{}",
      "index.ts": typescript,
    });
    const { resources } = await run();
    const pet = resources.find(({ name }) => name === "pet");
    expect(pet?.inputs).toEqual({ prefix: "a pet of an enum" });
    expect(pet?.source).toMatchObject({ path: "index.ts", line: 3 });
  });

  it("in TypeScript that does not compile is an error with its place", async () => {
    write({
      "Pulumi.yaml": "name: classic\nruntime: nodejs\n",
      "package.json": "{}",
      "index.ts": `${typescript}export const wrong: number = "text";\n`,
    });
    expect(await failureOf(run())).toEqual({
      failure: "program",
      message: expect.stringMatching(/index\.ts.*4.*[\s\S]*TS2322/),
    });
  });

  it("in JavaScript runs as it is, from the file that main names", async () => {
    write({
      "Pulumi.yaml": "name: javascript\nruntime: nodejs\nmain: program.js\n",
      "package.json": "{}",
      "program.js": `const random = require("@pulumi/random");
module.exports = async () => ({ name: new random.RandomPet("pet", {}).id });
`,
    });
    const { resources, summary } = await run();
    expect(summary.resources).toBe(3);
    expect(resources.map(({ name }) => name)).toEqual(["javascript-dev", "default_4_21_2", "pet"]);
    expect(resources[2]?.source).toEqual({ path: "program.js", line: 2, column: 39 });
  });

  it("may use what the SDK loads late: npm's resolver of packages", async () => {
    write({
      "Pulumi.yaml": "name: late\nruntime: nodejs\nmain: program.js\n",
      "package.json": '{"name":"late"}',
      "program.js": `const { Arborist } = require("@npmcli/arborist");
module.exports = async () => ({ resolved: (await new Arborist({ path: __dirname }).loadVirtual()).package });
`,
      "package-lock.json": '{"lockfileVersion":3,"packages":{"":{"name":"late"}}}',
    });
    expect((await run()).outputs).toEqual({ resolved: { name: "late" } });
  });

  it("is told where it reads what is unknown as a plain value, which stays unknown", async () => {
    write({
      "Pulumi.json": '{"name":"reading","runtime":"nodejs","main":"program.js"}',
      "Pulumi.dev.json": '{"config":{"reading:key":"of JSON"}}',
      "package.json": '{"name":"reading"}',
      "program.js": `const { Config, CustomResource, StackReference, output, runtime } = require("@pulumi/pulumi");
module.exports = async () => {
  const answers = ["Spread", "Text", "In", "Output", "Name"].map((name) => runtime.invoke("test:index:get" + name, {}));
  const [spread, text, within] = await Promise.all(answers);
  const [other, given] = ["acme/net/other", "acme/net/given"].map((name) => new StackReference(name));
  return {
    details: (await other.getOutputDetails("subnet")).value,
    required: await other.requireOutputValue("subnet"),
    given: (await given.getOutputDetails("subnet")).value,
    spread: { ...spread },
    text: JSON.stringify(text).length > 0,
    within: "zone" in within,
    output: output(answers[3]).apply(({ zone }) => zone),
    direct: answers[3],
    key: new Config().get("key"),
    named: new CustomResource("test:index:Thing", "of-" + (await answers[4]).name, {}).urn.apply(() => "yes"),
  };
};
`,
    });
    const { outputs, messages } = await run({ stackOutputs: ["acme/net/given:subnet=10.0.0.0/24"] });
    expect(outputs).toEqual({
      details: { unknown: true },
      required: { unknown: true },
      given: "10.0.0.0/24",
      spread: { unknown: true },
      text: true,
      within: false,
      output: { unknown: true },
      direct: { unknown: true },
      key: "of JSON",
      named: "yes",
    });
    const reads = (name: string, line: number, what: string) => ({
      severity: "warning",
      message: `the answer of test:index:get${name} is not known offline, and program.js:${line} reads ${what} of it as a plain value: ask for an output instead, by the function of the same name that ends in Output`,
      urn: "",
    });
    expect(messages.filter(({ urn }) => urn === "")).toEqual([
      {
        severity: "warning",
        message:
          "acme/net/other:subnet, an output of another stack, is not known offline, and program.js:7 reads it as a plain value: give it with --stack-output, or ask for it with getOutput",
        urn: "",
      },
      reads("Spread", 10, "the properties"),
      reads("Text", 11, "the text"),
      reads("In", 12, ".zone"),
      reads("Name", 16, ".name"),
    ]);
    expect(messages.filter(({ urn }) => urn !== "")).toEqual([
      {
        severity: "warning",
        message: "has a name that is made of what is not known offline: a deployment gives it another one",
        urn: expect.stringMatching(/:test:index:Thing::of-/),
      },
    ]);
  });

  it("is told where it may declare resources by what is unknown, and does not run", async () => {
    write({
      "Pulumi.yaml": "name: applying\nruntime: nodejs\nmain: program.js\n",
      "package.json": '{"name":"applying"}',
      "helpers.js":
        "const upper = (text) => text.trim().toUpperCase();\nexports.title = (text) => upper(text) + Math.max(1, text.length);\n",
      "program.js": `const { all, CustomResource, output, runtime } = require("@pulumi/pulumi");
class Thing extends CustomResource { constructor(name, props) { super("test:index:Thing", name, props); } }
const declare = (items) => items.map(({ name }) => new Thing(name, {}));
const ask = (name, args = {}) => runtime.invokeOutput("test:index:get" + name, args);
const made = new Thing("made", { size: undefined });
ask("Manifests").apply(({ items }) => declare(items));
ask("Members").items.apply(declare);
ask("Deep").items.first.apply(function (item) { new Thing(item.name, {}); return item.ids.map((id) => id + 1); });
all([ask("Together"), 1]).apply(([{ items }]) => declare(items));
output(runtime.invoke("test:index:getAwaited", {})).apply((answer) => answer.items).apply((items) => declare(items));
ask("Walked").apply(({ items }) => items.map(declare));
ask("WalkedHere").apply(({ items }) => items.map((item) => declare([item])));
ask("Behind").apply(({ items }) => wrap(items));
ask("Unnamed").apply(() => { new Thing; });
ask("Given").apply(({ items }) => each(items, declare));
ask("Shadowed").apply(({ title }) => title(1));
ask("Member").apply(({ items }) => factory.declare(items));
ask("Optional").apply(({ items }) => declare?.(items));
ask("Default").apply((answer, things = declare([])) => answer.id);
ask("Own").apply(({ items }) => { function own(item) { return new Thing(item, {}); } return items.map(own); });
ask("Zone").apply((zone) => zone.id);
ask("Titled").apply(({ items }) => title(items[0]));
ask("TitledEach").apply(({ items }) => items.map(title));
ask("Imported").apply(({ name }) => helpers.title(name));
ask("Compiled").apply(({ name }) => (0, helpers.title)(name));
ask("Recursive").apply((node) => depth(node));
ask("Dated").apply(({ at }) => new Date(at).toISOString());
ask("Numbered").apply(Number);
ask("Waiting").apply(async ({ name }) => title(await name));
ask("Text").apply(({ names }) => names.join(",").toLowerCase());
ask("Chosen").apply(({ items }) => { const one = items.find(({ id }) => id === "1"); if (!one) throw new TypeError("none"); return one.id; });
ask("OfUnknown", { size: made.size }).apply(({ items }) => declare(items));
made.size.apply((size) => declare([{ name: size }]));
const helpers = require("./helpers.js");
const { title } = helpers;
function wrap(items) { return declare(items); }
function each(items, change) { for (const item of items) change(item); }
function depth({ child }) { return child ? 1 + depth(child) : path.join("a").length; }
const path = require("node:path");
const factory = { declare };
`,
    });
    const { messages, resources } = await run();
    expect(resources.map(({ name }) => name)).toEqual(["applying-dev", "default", "made"]);
    const declaring = ["Manifests", "Members", "Deep", "Together", "Awaited", "Walked", "WalkedHere"];
    const indirect = ["Behind", "Unnamed", "Given", "Shadowed", "Member", "Optional", "Default", "Own"];
    const told = [...declaring, ...indirect].map((name, index) => ({
      severity: "warning",
      message: `the answer of test:index:get${name} is not known offline, so the function that program.js:${6 + index} applies to it does not run: resources that it declares are not judged`,
      urn: "",
    }));
    expect(messages.filter((one) => !told.some((t) => t.message === one.message))).toEqual([]);
    expect(messages).toHaveLength(told.length);
    expect(messages).toEqual(expect.arrayContaining(told));
  });

  it("without its dependencies says what to do", async () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: bare\nruntime: nodejs\n");
    expect(await failureOf(run())).toEqual({
      failure: "project",
      message: `@pulumi/pulumi is not installed for ${folder}: run npm install there`,
    });
  });

  it.each(["{}", '{"version":"next"}'])("with an SDK that is described by %s says so", async (manifest) => {
    const sdk = join(folder, "node_modules", "@pulumi", "pulumi");
    mkdirSync(sdk, { recursive: true });
    writeFileSync(join(sdk, "package.json"), manifest);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: bare\nruntime: nodejs\n");
    expect(await failureOf(run())).toEqual({
      failure: "project",
      message: expect.stringMatching(/package\.json has no valid version/),
    });
  });

  it.each([
    ["yarn.lock", "project", /: run yarn install there$/],
    ["pnpm-lock.yaml", "project", /: run pnpm install there$/],
    [".pnp.cjs", "unsupported", /by Yarn's Plug'n'Play, .* nodeLinker: node-modules/],
  ])("says how to get its packages beside %s", async (file, failure, message) => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: bare\nruntime: nodejs\n");
    writeFileSync(join(folder, file), "");
    expect(await failureOf(run())).toEqual({ failure, message: expect.stringMatching(message) });
  });

  it("must name a provider where the stack's settings disable the default one", async () => {
    write({
      "Pulumi.yaml": "name: strict\nruntime: nodejs\nmain: program.js\n",
      "Pulumi.dev.yaml": "config:\n  pulumi:disable-default-providers: [random]\n",
      "package.json": "{}",
      "program.js": `const { RandomPet } = require("@pulumi/random");\nnew RandomPet("pet", {});\n`,
    });
    expect(await failureOf(run())).toEqual({
      failure: "program",
      message: expect.stringContaining(
        "Default provider for 'random' disabled. 'random:index/randomPet:RandomPet' must use an explicit provider.",
      ),
    });
  });
});
