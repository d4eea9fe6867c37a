import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Failure } from "../../lib/failure.ts";
import { stackNames } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { changed, type Mapping, writtenSettings } from "../config/stack.ts";

const root = join(import.meta.dirname, "..", "..");
const production = writtenSettings("production");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-settings-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: optropic\nruntime: nodejs\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The stack of some settings, in a file of its own. */
function written(settings: Mapping): string {
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`optropic:${key}`, value]),
  );
  writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config }, { version: "1.1" }));
  return "dev";
}

function refusal(settings: Mapping): string {
  const stack = written(settings);
  try {
    readStackSettings(folder, stack);
  } catch (error) {
    if (error instanceof Failure && error.kind === "refused") return error.message;
    throw error;
  }
  throw new Error("accepted");
}

describe("the settings of a stack", () => {
  it("are read from its file, every default filled in", () => {
    const settings = readStackSettings(folder, written(changed(production, "objectives.p95Ms", 400)));
    expect(settings.objectives).toMatchObject({ p95Ms: 400, rtoMinutes: 60 });
  });

  it("that are encrypted are refused as secrets, not as text of some form", () => {
    const message = refusal({ ...production, project: { secure: "v1:canary" } });
    expect(message).toMatch(/^ {2}optropic:project: expected a mapping; found \[secret\]$/m);
    expect(message).toContain("[secret] stands for a value that is stored as a secret.");
  });

  it("that hold an encrypted value show nothing of the mapping that it is in", () => {
    const message = refusal(changed(changed(production, "api.canary", 1), "api.plan", { secure: "v1:x" }));
    expect(message).toContain("optropic:api.[secret]: unknown");
    expect(message).not.toContain("canary");
  });

  it.each([
    ["an unknown stack", "nowhere", /no stack nowhere in .*: its stacks are dev/],
    ["a stack that is not named so", "../dev", /is not a stack's name/],
  ])("are refused for %s, as a preview refuses them", (_, stack, message) => {
    written(production);
    expect(() => readStackSettings(folder, stack)).toThrow(
      expect.objectContaining({ kind: "project", message: expect.stringMatching(message) }),
    );
  });
});

describe("the stacks of a project", () => {
  it("are those with a file, wherever Pulumi.yaml says the files are", () => {
    expect(stackNames(root).sort()).toEqual(["production", "staging"]);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: optropic\nruntime: nodejs\nstackConfigDir: none\n");
    expect(stackNames(folder)).toEqual([]);
  });

  it("cannot be told without a project", () => {
    expect(() => stackNames(join(folder, "none"))).toThrow(/no Pulumi\.yaml in /);
  });
});

it("the room loads neither gRPC nor protobuf nor Pulumi's SDK", async () => {
  const files = ["places", "project", "settings", "yaml"].map((name) => join(root, "project", `${name}.ts`));
  const { metafile } = await build({
    entryPoints: files,
    outdir: "none",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  expect([...new Set(packages)].sort()).toEqual(["@scure/base", "croner", "yaml", "zod"]);
});
