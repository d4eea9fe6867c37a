import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
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
  mkdirSync(cwd);
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
});
