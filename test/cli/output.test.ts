import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkOutputs, planOutput, writeOutput } from "../../cli/output.ts";

type Flags = Parameters<typeof planOutput>[0];

function plan(flags: Partial<Flags>) {
  return planOutput({ format: undefined, json: false, output: [], ...flags });
}

describe("what is printed and what is written", () => {
  it.each<[Partial<Flags>, string]>([
    [{}, "pretty"],
    [{ json: true }, "json"],
    [{ format: "sarif" }, "sarif"],
    [{ json: true, format: "json" }, "json"],
  ])("without files is the format alone: %j", (flags, printed) => {
    expect(plan(flags)).toEqual({ printed, files: [] });
  });

  it.each<[Partial<Flags>, string, string[]]>([
    [{ output: ["a.md"] }, "pretty", ["markdown"]],
    [
      { output: ["a.md", "b.SARIF", "c.json", "d.xml", "e.txt"] },
      "pretty",
      ["markdown", "sarif", "json", "junit", "pretty"],
    ],
    [{ output: ["a.md"], format: "json" }, "pretty", ["json"]],
    [{ output: ["no-ending"], format: "sarif" }, "pretty", ["sarif"]],
    [{ output: ["a.md"], json: true }, "json", ["markdown"]],
    [{ output: ["a.md"], json: true, format: "sarif" }, "json", ["sarif"]],
  ])("with files is told by the endings or the format: %j", (flags, printed, formats) => {
    const planned = plan(flags);
    expect(planned.printed).toBe(printed);
    expect(planned.files.map(({ format }) => format)).toEqual(formats);
    expect(planned.files.map(({ path }) => path)).toEqual(flags.output?.map((path) => resolve(path)));
  });

  it.each<[Partial<Flags>, RegExp]>([
    [{ json: true, format: "markdown" }, /--json means --format json/],
    [{ output: ["a.md", "b.md"], format: "markdown" }, /--format needs exactly one --output/],
    [{ output: ["a.md", "./a.md"] }, /a\.md appears twice/],
    [{ output: ["no-ending"] }, /add --format, or use the extension \.md, /],
    [{ output: ["a.pdf"] }, /a\.pdf: add --format/],
  ])("is refused where it contradicts itself: %j", (flags, message) => {
    expect(() => plan(flags)).toThrow(message);
  });
});

describe("a file", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "output-"));
    mkdirSync(join(folder, "folder.md"));
    writeFileSync(join(folder, "old.md"), "old");
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ["folder.md", /Cannot write --output .*folder\.md: it is a folder/],
    ["none/a.md", /Cannot write --output .*a\.md: .*none does not exist/],
    ["old.md/a.md", /Cannot write --output .*a\.md: /],
  ])("is refused before anything is done where it cannot be written: %s", (name, message) => {
    expect(() => checkOutputs(plan({ output: [join(folder, name)] }))).toThrow(message);
  });

  it("is refused in words where its links lead in a circle, with and without a format", () => {
    const loop = join(folder, "loop");
    symlinkSync(loop, loop);
    const words = "its symbolic links lead in a circle; name the file itself";
    for (const path of [loop, join(loop, "x.md")]) {
      for (const format of [undefined, "json"] as const) {
        const check = (): void => checkOutputs(plan({ output: [path], format }));
        expect(check).toThrow(`Cannot write --output ${path}: ${words}`);
      }
    }
  });

  it("is refused in words where the working folder is gone", () => {
    const gone = Object.assign(new Error("ENOENT: process.cwd failed"), {
      code: "ENOENT",
      syscall: "uv_cwd",
    });
    const cwd = vi.spyOn(process, "cwd").mockImplementation(() => {
      throw gone;
    });
    try {
      const words = "Cannot write --output x.md: the working folder has been removed; change to another";
      expect(() => plan({ output: ["x.md"] })).toThrow(words);
    } finally {
      cwd.mockRestore();
    }
  });

  it("may be there already, and is written as a whole with the mode of any other", () => {
    const path = join(folder, "old.md");
    checkOutputs(plan({ output: [path] }));
    writeOutput(path, "new");
    const other = join(folder, "other.md");
    writeFileSync(other, "");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode).toBe(statSync(other).mode);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("stays as it was where it cannot be replaced, and nothing else is left", () => {
    const path = join(folder, "folder.md");
    expect(() => writeOutput(path, "new")).toThrow(/Cannot write --output .*folder\.md: /);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
