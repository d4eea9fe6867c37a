import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PreviewDocument, preview } from "../../../preview/index.ts";
import { installSdks, projectWith, remove, type SdkName, sdkNames } from "./sdks.ts";

const unknown = { unknown: true };
const folder = mkdtempSync(join(tmpdir(), "conformance-"));
let sdks: string;

beforeAll(() => {
  sdks = installSdks();
}, 600_000);

afterAll(() => remove(folder));

/** What every SDK registers, by the resource's name. */
const registrations: Record<string, unknown> = {
  made: { known: "yes" },
  process: { arguments: [], frames: 10, runner: true },
  settings: {
    ...{ size: 3, switch: "on", empty: "", token: "[secret]", stack: "conformance/dev" },
    list: '["b",{"a":"\\u003c\\u0026\\u003e","z":1}]',
  },
  values: {
    inner: { __kept: 2 },
    list: [null, null, [], {}],
    ...{ unknown, part: unknown, secret: "[secret]", reference: unknown },
  },
  assets: {
    file: { asset: "asset.txt" },
    text: { asset: "4 characters" },
    folder: { archive: "." },
    map: { archive: ["a.txt"] },
  },
  optioned: { a: 1 },
  imported: {},
  "in-group": { a: 1 },
  behind: { known: "yes" },
  read: { a: 1, secret: "[secret]" },
  "read-later": { a: 1 },
  "after-read": { id1: "id-1", later: unknown, supposed: unknown },
  asked: { whole: unknown, property: unknown, within: unknown },
  called: { result: unknown },
  lifted: { direct: unknown, within: unknown, method: unknown },
  awaited: { value: unknown },
  "awaited-deeply": {
    ...{ first: unknown, path: unknown, text: unknown, joined: unknown, json: unknown },
    ...{ list: "no list", map: "no list", each: "no list", known: "known", keys: [unknown], method: unknown },
    counted: "how many there are of what is not known offline cannot be counted",
    called: ".sort of what is not known offline cannot call a function",
  },
  referring: {
    ...{ given: "10.0.0.0/24", lifted: "10.0.0.0/24", required: "10.0.0.0/24" },
    ...{ missing: unknown, absent: unknown, all: unknown, elsewhere: unknown },
  },
  transformed: { a: 1, by: "transformation" },
  dynamic: { size: 1, secret: "[secret]", defaulted: "for 1" },
  "after-dynamic": { defaulted: "for 1" },
  found: { size: 2, secret: "[secret]" },
  "after-found": { place: "where there is, of size 2", secret: "[secret]" },
  // Without a read of its own it is as the program supposes.
  unread: { size: 3 },
  "after-unread": { size: 3 },
  "found-later": { size: 2 },
  "after-found-later": { place: unknown },
  explicit: { region: "here" },
  open: { endpoint: unknown },
};

describe.each(sdkNames)("%s", (sdk: SdkName) => {
  let document: PreviewDocument;

  beforeAll(async () => {
    document = await preview({
      cwd: projectWith(sdk, sdks, folder),
      stack: "dev",
      stackOutputs: ["acme/network/dev:subnet=10.0.0.0/24"],
      timeoutMs: 120_000,
    });
  });

  const resource = (name: string) => document.resources.find((one) => one.name === name);

  it.each(Object.entries(registrations))("registers %s", (name, inputs) => {
    expect(resource(name)?.inputs).toEqual(inputs);
  });

  it("keeps values of 250 levels", () => {
    let value: unknown = resource("nested")?.inputs;
    for (let level = 0; level <= 250; level += 1) value = Object(value).deep;
    expect(value).toBe("bottom");
  });

  it("hands over every option", () => {
    expect(resource("optioned")).toMatchObject({
      protect: true,
      options: {
        ...{ retainOnDelete: true, replaceOnChanges: ["a"], ignoreChanges: ["b"], deleteBeforeReplace: true },
        ...{ additionalSecretOutputs: ["made"], customTimeouts: { create: 90, update: -300 } },
      },
    });
    // An SDK before 3.256 forgets that what it does not know is secret.
    const forgets = sdk !== "sdk-newest";
    expect(resource("after-optioned")?.inputs).toEqual({ secretly: forgets ? unknown : "[secret]" });
    expect(resource("imported")?.options).toEqual({ importId: "an-id" });
    expect(resource("in-group")?.protect).toBe(true);
  });

  it("names providers as the engine does", () => {
    const providers = document.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
    expect(providers.map(({ name }) => name).toSorted()).toEqual(
      [
        ...["default", "default", "default"],
        ...["default_1_2_3_alpha_1_build_https_/example.com/plugins", "explicit", "open"],
        // The version of the installed package, and its address.
        "default_2_10_0_https_/example.com/widgets",
      ].toSorted(),
    );
    expect(providers.find(({ type }) => type.endsWith(":pulumi-nodejs"))?.inputs).toMatchObject({
      "conformance:size": "3",
      "conformance:token": "[secret]",
    });
  });

  it("exports, logs and warns", () => {
    expect(document.outputs).toEqual({ plain: "exported", unknown, secret: "[secret]" });
    const messages = document.messages.map(({ severity, message }) => `${severity}: ${message}`).join("\n");
    expect(messages).toContain("error: an error that is only logged");
    expect(messages).toMatch(
      /warning: the answer of test:index:getAwaited .* index\.js:\d+ reads \.property/,
    );
    expect(messages).toMatch(/warning: the answer of test:index:getDeeply .* reads \.account of it/);
    expect(messages).toContain("info: an account: [unknown]");
    expect(messages).not.toMatch(/answer of test:index:get(Thing|Within)/);
    expect(messages).toMatch(/warning: is to be imported as an-id/);
    expect(messages).toContain("warning: empty: no value");
    expect(JSON.stringify(document)).not.toMatch(/hush-hush|exported secret|of a dynamic resource/);
  });

  it("runs younger features where the SDK has them", () => {
    const has = (name: string) => resource(name) !== undefined;
    if (has("transformed-later")) {
      expect(resource("transformed-later")?.inputs).toEqual({
        a: unknown,
        rule: { key: unknown, public: true },
        tags: ["x", unknown],
        list: ["[secret]", 1],
        by: "transform",
      });
    }
    expect(document.messages.some(({ message }) => message === "hook of hooked")).toBe(has("hooked"));
    expect({ transforms: has("transformed-later"), hooks: has("hooked") }).toEqual({
      transforms: !["sdk-3.40", "sdk-3.100"].includes(sdk),
      hooks: !["sdk-3.40", "sdk-3.100"].includes(sdk),
    });
  });
});
