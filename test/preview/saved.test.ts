import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSavedPreview } from "../../preview/document/saved.ts";
import { documentOf, resource } from "./documents.ts";

const shop = { project: "shop", stack: "dev" };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "saved-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function saved(content: string): string {
  const path = join(folder, "saved.json");
  writeFileSync(path, content);
  return path;
}

const document = (more: object) => JSON.stringify({ ...documentOf({}), ...more });
const c = resource("a:b:C", "c", "");

describe("a saved preview", () => {
  it("is what preview --json printed, with or without what later versions add", () => {
    const { source: _, ...old } = { ...c, source: { path: "index.ts", line: 1, column: 1 }, later: true };
    const content = readSavedPreview(saved(document({ resources: [old], later: 1 })), shop);
    expect(content).toMatchObject({ resources: [{ urn: c.urn, inputs: {} }] });
  });

  it("is one that could not tell, too", () => {
    const error = { failure: "program", message: "it threw" };
    expect(readSavedPreview(saved(JSON.stringify({ error })), shop)).toEqual({ error });
  });

  it("keeps keys that mean something to JavaScript as the keys they are", () => {
    const text = document({ resources: [{ ...c, inputs: "HERE" }] });
    const path = saved(text.replace('"HERE"', '{"__proto__":{"polluted":1},"constructor":2}'));
    const content = readSavedPreview(path, shop);
    const inputs = "resources" in content ? content.resources[0]?.inputs : undefined;
    expect(Object.keys(inputs ?? {})).toEqual(["__proto__", "constructor"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it.each([
    ["is no JSON", "{", /Cannot read .*JSON/],
    ["is empty", "", /Cannot read the saved preview /],
    ["is no document", "[]", /is not what optropic preview --json prints/],
    ["is null", "null", /is not what optropic preview --json prints/],
    ["is a state", '{"version":3,"deployment":{}}', /is not what optropic preview --json prints/],
    [
      "has inputs of another kind",
      document({ resources: [{ ...c, inputs: [] }] }),
      /resources\[0\]\.inputs: .*a mapping/,
    ],
    [
      "has a status of no kind",
      document({ policies: [{ pack: "p", name: "n", enforcement: "mandatory", status: "fine" }] }),
      /policies\[0\]\.status/,
    ],
    ["has an error without a message", '{"error":{"failure":"program"}}', /error\.message/],
    [
      "nests too deep",
      document({ resources: [{ ...c, inputs: { a: 1 } }] }).replace(
        '"a":1',
        `"a":${"[".repeat(5000)}${"]".repeat(5000)}`,
      ),
      /nests deeper than 1000 levels/,
    ],
    ["holds a resource twice", document({ resources: [c, c] }), /holds urn:pulumi:dev::shop::a:b:C::c twice/],
    [
      "is of another stack",
      document({ stack: "prod" }),
      /is of shop\/prod, not of shop\/dev: save that one with --json first/,
    ],
  ])("is refused where it %s", (_, content, message) => {
    expect(() => readSavedPreview(saved(content), shop)).toThrow(message);
  });

  it("is refused where it is not there, no file or too large, before it is read", () => {
    expect(() => readSavedPreview(join(folder, "none.json"), shop)).toThrow(
      /Cannot read the saved preview .*none\.json: there is no such file/,
    );
    expect(() => readSavedPreview(folder, shop)).toThrow(/it is a folder/);
    const path = saved("");
    truncateSync(path, 64 * 1024 * 1024 + 1);
    expect(() => readSavedPreview(path, shop)).toThrow(/it is larger than 64 MiB/);
  });
});
