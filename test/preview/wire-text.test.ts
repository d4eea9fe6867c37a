import { isUtf8 } from "node:buffer";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import fc from "fast-check";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, describe, expect, it } from "vitest";
import { readMessage } from "../../preview/engine/wire-text.ts";
import { preview } from "../../preview/index.ts";
import { anyCharacter } from "../lib/any-character.ts";
import { failureOf } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "wire-text-"));
symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(folder, "node_modules"));

afterAll(() => rmSync(folder, { recursive: true }));

const { RegisterResourceRequest, RegisterResourceOutputsRequest } = resourcePb;
const half = "\ud83d";

/** A registration, of which the name has these bytes, as another language may send them. */
function named(bytes: Buffer): Buffer {
  const { length } = bytes;
  const head = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  // The second field, of bytes with a length before them.
  return Buffer.concat([Buffer.from([(2 << 3) | 2, ...head]), bytes, Buffer.from([(3 << 3) | 2, 1, 112])]);
}

function register(change: (request: InstanceType<typeof RegisterResourceRequest>) => void) {
  const request = new RegisterResourceRequest();
  request.setType("test:index:Thing");
  request.setName("thing");
  change(request);
  return () => readMessage(Buffer.from(request.serializeBinary()), RegisterResourceRequest.deserializeBinary);
}

describe("a message", () => {
  it("is read where all of its text is UTF-8, and only there", () => {
    const parts = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 5 }),
        fc.string({ unit: anyCharacter, maxLength: 90 }).map((text) => Buffer.from(text)),
        // What begins a character of several bytes, which the end of a text may cut.
        fc.constantFrom([0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0xbd], [0xc0, 0x80], [0x80]),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, (all) => {
        const bytes = Buffer.concat(all.map((part) => Buffer.from(part)));
        const read = () => readMessage(named(bytes), RegisterResourceRequest.deserializeBinary);
        if (isUtf8(bytes)) expect([read().getName(), read().getParent()]).toEqual([bytes.toString(), "p"]);
        else expect(read).toThrow(/^name is not valid UTF-8, so Pulumi's engine would refuse it/);
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused with the resource and the property", () => {
    const properties = (value: Record<string, structPb.JavaScriptValue>) =>
      register((request) => request.setObject(structPb.Struct.fromJavaScript(value)));
    expect(properties({ a: 1, rules: [{ ok: "ü" }, { note: `cut ${half}` }] })).toThrow(
      "rules[1].note of test:index:Thing 'thing' is not valid UTF-8",
    );
    expect(properties({ tags: { [`k${half}`]: 1 } })).toThrow(
      /^tags\.k\ufffd+ of test:index:Thing 'thing' is/,
    );
    expect(register((request) => request.setParent(half))).toThrow("parent of test:index:Thing 'thing'");
    expect(register((request) => request.setDependenciesList(["a", half]))).toThrow("dependencies[1] of");
    const outputs = new RegisterResourceOutputsRequest();
    outputs.setUrn("urn:pulumi:dev::p::t::n");
    outputs.setOutputs(structPb.Struct.fromJavaScript({ out: "\ude80" }));
    expect(() =>
      readMessage(Buffer.from(outputs.serializeBinary()), RegisterResourceOutputsRequest.deserializeBinary),
    ).toThrow("outputs.out of urn:pulumi:dev::p::t::n is not valid UTF-8");
  });

  it("is refused without what it says, which may be a secret", () => {
    const secret = register((request) =>
      request.setObject(structPb.Struct.fromJavaScript({ password: `hush-hush${half}` })),
    );
    expect(secret).toThrow("password of test:index:Thing 'thing'");
    expect(secret).not.toThrow(/hush/);
  });
});

/** A folder with a few files. */
function having(name: string, files: Record<string, string>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

function program(name: string, code: string): string {
  const head = 'const pulumi = require("@pulumi/pulumi");';
  const thing =
    'class Thing extends pulumi.CustomResource { constructor(n, p) { super("test:index:Thing", n, p); } }';
  return having(name, {
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
    "package.json": "{}",
    "index.js": [head, thing, code].join("\n"),
  });
}

describe("a text that is cut within a character", () => {
  it("fails the program that declares it", async () => {
    const cwd = program("cut", 'new Thing("bucket", { description: "deploys the rocket 🚀".slice(0, 20) });');
    expect(await failureOf(preview({ cwd, stack: "dev" }))).toEqual({
      failure: "program",
      message: expect.stringContaining("description of test:index:Thing 'bucket' is not valid UTF-8"),
    });
  });

  it("is left out of what a program logs, with a warning, as its SDK does not look at what comes of a log", async () => {
    const cwd = program("logs", 'pulumi.log.info("cut \\ud83d"); pulumi.log.info("whole 🚀");');
    const { messages } = await preview({ cwd, stack: "dev" });
    expect(messages.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      expect.stringMatching(
        /^warning: left out what was logged, as the engine would: message is not valid UTF-8/,
      ),
      "info: whole 🚀",
    ]);
  });

  it("fails the pack that says it", async () => {
    const cwd = program("judged", 'new Thing("a", {});');
    const pack = having("pack", {
      "PulumiPolicy.yaml": "runtime: nodejs\n",
      "package.json": '{"name":"pack","version":"1.0.0"}',
      "index.js": `
        const { PolicyPack } = require("@pulumi/policy");
        const validateResource = (_, report) => report("cut \\ud83d");
        new PolicyPack("pack", { policies: [{ name: "p", description: "d", enforcementLevel: "advisory", validateResource }] });`,
    });
    expect(await failureOf(preview({ cwd, stack: "dev", policyPacks: [pack] }))).toEqual({
      failure: "policy-pack",
      message: expect.stringMatching(
        /^policy pack pack failed: diagnostics\[0\]\.message is not valid UTF-8/,
      ),
    });
  });
});
