import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { unknown } from "../../preview/engine/values.ts";
import { type PreviewDocument, preview } from "../../preview/index.ts";
import { failureOf, pack } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "refused-"));
symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(folder, "node_modules"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Previews a program of a few lines. */
function previewing(name: string, code: string, packs: readonly string[] = []): Promise<PreviewDocument> {
  const cwd = join(folder, name);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  writeFileSync(join(cwd, "package.json"), '{"main":"index.js"}');
  const head = 'const pulumi = require("@pulumi/pulumi");';
  const thing =
    'class Thing extends pulumi.CustomResource { constructor(n, p, o) { super("test:index:Thing", n, p, o); } }';
  writeFileSync(join(cwd, "index.js"), [head, thing, code].join("\n"));
  return preview({ cwd, stack: "dev", policyPacks: packs.map(pack), timeoutMs: 50_000 });
}

describe("a program that the engine refuses", () => {
  it("by its own provider's check, with what policies said until then", async () => {
    const code = `
      const provider = {
        check: async (_, news) => news.size > 3
          ? { inputs: news, failures: [{ property: "size", reason: "too big" }] }
          : { inputs: { ...news, defaulted: "yes" }, failures: [] },
        create: async (inputs) => ({ id: "1", outs: inputs }),
      };
      class Sized extends pulumi.dynamic.Resource { constructor(n, p, o) { super(provider, n, p, o); } }
      const small = new Sized("small", { size: 1, defaulted: undefined });
      new Sized("big", { size: 9 }, { dependsOn: [small] });`;
    const { failure, message } = await failureOf(previewing("checked", code, ["echo"]));
    expect(failure).toBe("program");
    expect(message).toMatch(
      /^the dynamic provider of 'big' .* refuses it: size: too big\nUntil then, policies/,
    );
    expect(message).toMatch(/\n {2}echo-resource \[\w+\], small: .*defaulted/);
  });

  it("by its own provider's read, which finds nothing", async () => {
    const code = `
      const provider = { create: async () => ({ id: "1", outs: {} }), read: async () => ({}) };
      class Found extends pulumi.dynamic.Resource { constructor(n, p, o) { super(provider, n, p, o); } }
      new Found("gone", {}, { id: "nowhere" });`;
    const { failure, message } = await failureOf(previewing("gone", code));
    expect(failure).toBe("program");
    expect(message).toMatch(/^'gone' .* does not exist: its dynamic provider finds no nowhere/);
  });

  it("by a transform of a function call that throws", async () => {
    const code = `
      pulumi.runtime.registerInvokeTransform(async () => { throw new Error("refused by the transform"); });
      new Thing("t", { zone: pulumi.runtime.invokeOutput("test:index:getZone", { name: "x" }) });`;
    const { failure, message } = await failureOf(previewing("transformed", code));
    expect({ failure, message }).toEqual({
      failure: "program",
      message: expect.stringContaining("refused by the transform"),
    });
  });

  it("by a reference to another stack that it registers with more than a name, or without one", async () => {
    const registers = (inputs: string) =>
      `new (class extends pulumi.CustomResource {})("pulumi:pulumi:StackReference", "other", ${inputs});`;
    const unnamed = await failureOf(previewing("unnamed", registers("{}")));
    expect(unnamed).toMatchObject({
      failure: "program",
      message: expect.stringContaining('a stack reference has no property "name"'),
    });
    const { message } = await failureOf(previewing("more", registers('{ name: "a/b/c", more: 1 }')));
    expect(message).toContain('unknown property "more" of a stack reference');
    const { messages, policies } = await previewing("reference", registers('{ name: "a/b/c" }'), ["echo"]);
    expect(messages).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("deprecated"),
        urn: expect.stringContaining("other"),
      },
    ]);
    const seen = policies.find(({ name }) => name === "echo-stack")?.violations ?? [];
    const [other] = seen
      .filter(({ urn }) => urn.endsWith("::other"))
      .map(({ message: text }) => JSON.parse(text));
    expect(other.props).toEqual({ name: "a/b/c", outputs: unknown, secretOutputNames: unknown });
  });

  it("by two hooks of one name", async () => {
    const code = `
      new pulumi.ResourceHook("same", () => undefined);
      new Thing("t", {}, { hooks: { beforeCreate: [new pulumi.ResourceHook("same", () => undefined)] } });`;
    const { message } = await failureOf(previewing("hooked", code));
    expect(message).toContain('two hooks are registered as "same"');
  });

  it("by a version of a provider and a path of a property that are none", async () => {
    const code = `
      new Thing("h", {}, { hideDiffs: ["tags[*].name", "tags["] });
      new Thing("d", {}, { version: "v1.0" });`;
    const { message } = await failureOf(previewing("versioned", code));
    expect(message).toContain('hideDiffs has "tags[", which is not the path of a property');
    expect(message).toContain('"v1.0" is not a version of a provider');
  });
});

describe("assets and archives that the engine cannot open", () => {
  const asset = "pulumi.asset.StringAsset";
  const archive = "pulumi.asset.AssetArchive";
  const secret = "pulumi.secret";
  const id = "new Thing('source', {}).id";
  it.each([
    ["text", `new ${asset}(${id})`, "the text of an asset is not known in a preview"],
    ["secret-text", `new ${asset}(${secret}("x"))`, "the text of an asset is secret"],
    [
      "member",
      `new ${archive}({ a: ${id}.apply((text) => new ${asset}(text)) })`,
      'the member "a" of an archive is not known in a preview',
    ],
    [
      "secret-member",
      `new ${archive}({ a: ${secret}(new ${asset}("x")) })`,
      'the member "a" of an archive is secret',
    ],
    [
      "nested",
      `new ${archive}({ a: new ${archive}({ b: "plain" }) })`,
      'the member "b" of an archive is neither an asset nor an archive',
    ],
    ["content", `new ${archive}(${id})`, "the content of an archive is not known in a preview"],
    [
      "address",
      'new pulumi.asset.RemoteArchive("https://example.com/page.html")',
      "the address of an archive does not end in one of .tar",
    ],
  ])("because of its %s", async (name, value, why) => {
    const { message } = await failureOf(previewing(`asset-${name}`, `new Thing("t", { value: ${value} });`));
    expect(message).toContain(why);
  });

  it("are found in what a transform makes, too", async () => {
    const code = `
      pulumi.runtime.registerResourceTransform(({ opts }) => ({
        props: { value: new pulumi.asset.FileAsset("missing.txt") },
        opts,
      }));
      new Thing("t", {});`;
    const { message } = await failureOf(previewing("asset-transformed", code));
    expect(message).toMatch(/the file of an asset is missing: .*missing\.txt/);
  });

  it("are unknown or secret themselves where they are made with apply()", async () => {
    const code = `
      const source = new Thing("source", {});
      new Thing("t", {
        later: source.id.apply((text) => new pulumi.asset.StringAsset(text)),
        hidden: pulumi.secret("x").apply((text) => new pulumi.asset.AssetArchive({ a: new pulumi.asset.StringAsset(text) })),
      });`;
    const { resources } = await previewing("asset-applied", code, ["echo"]);
    expect(resources.find(({ name }) => name === "t")?.inputs).toEqual({
      later: { unknown: true },
      hidden: "[secret]",
    });
  });
});

describe("a program that the engine takes", () => {
  it("where a provider of another package may refuse a resource, with a warning", async () => {
    const code = `
      class Other extends pulumi.ProviderResource { constructor(n) { super("other", n, {}); } }
      new Thing("t", {}, { provider: new Other("o") });`;
    const { messages } = await previewing("provided", code);
    expect(messages).toEqual([
      {
        severity: "warning",
        message: "has a provider of other: whether that takes a test:index:Thing is not known offline",
        urn: expect.stringMatching(/:test:index:Thing::t$/),
      },
    ]);
  });

  it("where it only logs an error", async () => {
    const document = await previewing(
      "logging",
      'new Thing("t", { x: 1 }); pulumi.log.error("look at this");',
    );
    expect(document.resources.map(({ name }) => name)).toContain("t");
    expect(document.messages).toContainEqual({ severity: "error", message: "look at this", urn: "" });
  });

  it("where a provider that it declares asks for no version: it has the installed package's", async () => {
    const sdk = join(folder, "unversioned", "node_modules", "@vendor", "cloud");
    mkdirSync(sdk, { recursive: true });
    const manifest = { name: "@vendor/cloud", version: "2.3.4", pulumi: { resource: true, name: "cloud" } };
    writeFileSync(join(sdk, "package.json"), JSON.stringify(manifest));
    const code = `
      class Cloud extends pulumi.ProviderResource { constructor(n, o) { super("cloud", n, {}, o); } }
      new Cloud("installed"); new Cloud("named", { version: "1.0.0" });
      new Cloud("elsewhere", { pluginDownloadURL: "https://example.com" });`;
    const { resources } = await previewing("unversioned", code);
    const versions = resources.slice(1).map(({ name, inputs }) => [name, inputs.version]);
    expect(Object.fromEntries(versions)).toEqual({
      installed: "2.3.4",
      named: "1.0.0",
      elsewhere: undefined,
    });
  });

  it("with hooks after the creation of components, which run once their outputs are registered", async () => {
    const code = `
      const after = new pulumi.ResourceHook(
        "after",
        ({ name, newOutputs }) => pulumi.log.info(\`after \${name}: \${Object.keys(newOutputs)}\`),
        { onDryRun: true });
      const failing = new pulumi.ResourceHook("failing", () => { throw new Error("too late"); }, { onDryRun: true, ignoreErrors: true });
      class Whole extends pulumi.ComponentResource {
        constructor(name) {
          super("test:index:Whole", name, {}, { hooks: { afterCreate: [after, failing] } });
          const part = new Thing("part", { size: 1 }, { parent: this, hooks: { afterCreate: [after] } });
          this.registerOutputs({ sum: part.urn });
        }
      }
      new Whole("whole");`;
    const { messages } = await previewing("component-hooks", code);
    expect(messages.map(({ message }) => message)).toEqual([
      "after part: size",
      "after whole: sum",
      expect.stringMatching(/^hook failing of .*::whole failed: too late$/),
    ]);
  });
});

it("warns of what its own provider cannot read here, and takes it for unknown", async () => {
  const code = `
    const provider = { create: async () => ({ id: "1", outs: {} }), read: async () => { throw new Error("no network"); } };
    class Found extends pulumi.dynamic.Resource { constructor(n, p, o) { super(provider, n, p, o); } }
    const found = new Found("far", { place: undefined, size: 1 }, { id: "there" });
    new Thing("after", { place: found.place, size: found.size, at: found.id });`;
  const { resources, messages } = await previewing("far", code);
  expect(resources.find(({ name }) => name === "after")?.inputs).toEqual({
    ...{ place: { unknown: true }, size: { unknown: true } },
    at: "there",
  });
  const [warning, ...others] = messages.filter(({ severity }) => severity === "warning");
  expect(others).toEqual([]);
  expect(warning?.message).toMatch(
    /^what there is of it is not known offline: .* 'far' failed: .*no network/s,
  );
  expect(warning?.urn).toMatch(/::far$/);
});
