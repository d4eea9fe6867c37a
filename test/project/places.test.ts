import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Places } from "../../project/places.ts";
import { readProject } from "../../project/project.ts";
import { SettingsFile } from "../../project/settings-file.ts";
import { Sources } from "../../project/sources.ts";
import { program } from "../preview/harness.ts";

const settings = join(program("placed"), "Pulumi.dev.yaml");
const path = "test/fixtures/programs/placed/Pulumi.dev.yaml";

function places(name: string, overrides: readonly string[] = []): Places {
  const project = readProject({ cwd: program(name), stack: "dev", overrides });
  return new Places(project, new Sources(project.root), overrides);
}

describe("the place of a setting", () => {
  it.each([
    ["placed:size", { line: 2, column: 3 }],
    ["placed:edge.minTlsVersion", { line: 10, column: 5 }],
    ["placed:edge.hosts[1]", { line: 8, column: 9 }],
    ['placed:edge["quoted.key"]', { line: 11, column: 5 }],
    ["placed:waivers[0].policy", { line: 4, column: 7 }],
    // What is not there is missing from the innermost mapping above it.
    ["placed:edge.hosts[7]", { line: 6, column: 5 }],
    ["placed:edge.hsts.preload", { line: 5, column: 3 }],
    ["placed:edge.hosts[0].deeper", { line: 7, column: 9 }],
    ["placed:none", undefined],
    ["", undefined],
  ])("is that of its key: %s", (key, place) => {
    expect(new SettingsFile(settings).find(key)).toEqual(place);
  });

  it("is not there in a file that cannot be read, and the file begins with its first line", () => {
    const file = new SettingsFile(`${settings}.none`);
    expect([file.find("placed:size"), file.start]).toEqual([undefined, { line: 1, column: 1 }]);
  });
});

describe("the place of what is wrong with a stack", () => {
  it.each([
    ["waivers", 3],
    ["waivers[0].policy", 4],
    ["edge.minTlsVersion", 10],
    [undefined, 1],
    ["elsewhere", 1],
  ])("is the setting that it is about, else where the settings begin: %s", (setting, line) => {
    expect(places("placed").ofStack(setting)).toMatchObject({ path, line });
  });

  it("is the project's file where the stack has no settings", () => {
    expect(places("small").ofStack("size")).toEqual({
      path: "test/fixtures/programs/small/Pulumi.yaml",
      line: 1,
      column: 1,
    });
  });
});

describe("problems in a program's error", () => {
  it("are those that name a setting by its key", () => {
    const message = [
      "Settings of stack 'dev' are refused:",
      "  placed:edge.minTlsVersion: expected text; found the number 1",
      "  placed:edge.hosts[1]: expected a host",
      "  other:size: is of another project",
      "  and 3 more",
      "Missing required configuration variable 'placed:absent'",
    ].join("\n");
    expect(places("placed").problemsIn(message)).toEqual([
      {
        message: "placed:edge.minTlsVersion: expected text; found the number 1",
        source: { path, line: 10, column: 5 },
      },
      { message: "placed:edge.hosts[1]: expected a host", source: { path, line: 8, column: 9 } },
      {
        message: "Missing required configuration variable 'placed:absent'",
        source: { path, line: 1, column: 1 },
      },
    ]);
  });

  it("are of --config where it gives the setting, or what it is a part of", () => {
    const message = [
      "Settings of stack 'dev' are refused:",
      "  placed:edge.minTlsVersion: wrong",
      "  placed:edge.hosts[1]: wrong",
      "  placed:edge.hosts[0]: wrong",
      "  placed:token.[secret]: wrong",
      "  placed:sizes: wrong",
    ].join("\n");
    const overrides = ["edge.minTlsVersion=9", "placed:edge.hosts.1=a", "token=a", "size=1", "other:sizes=1"];
    const given = places("placed", overrides);
    const problems = given.problemsIn(message);
    expect(problems.map(({ message: text, source }) => [text, source?.line])).toEqual([
      ["placed:edge.minTlsVersion: wrong (given with --config)", undefined],
      ["placed:edge.hosts[1]: wrong (given with --config)", undefined],
      ["placed:edge.hosts[0]: wrong", 7],
      ["placed:token.[secret]: wrong (given with --config)", undefined],
      ["placed:sizes: wrong", 1],
    ]);
    expect(given.withGiven(message).split("\n").slice(1)).toEqual(
      problems.map(({ message: text }) => `  ${text}`),
    );
    expect(places("small", ["size=1"]).problemsIn("  small:size: wrong")).toEqual([]);
  });

  it("are a hundred at most, and none in a stack without settings", () => {
    const message = `Settings of stack 'dev' are refused:\n${"  placed:size: wrong\n".repeat(500)}`;
    expect(places("placed").problemsIn(message)).toHaveLength(100);
    expect(places("small").problemsIn(message.replaceAll("placed", "small"))).toEqual([]);
  });
});
