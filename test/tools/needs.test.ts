import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { missingNeeds, needs } from "../../tools/needs.ts";

const folder = mkdtempSync(join(tmpdir(), "needs-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "present"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
writeFileSync(join(folder, "broken"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });

const environment = { PATH: "/nowhere" };

describe("what the tests need", () => {
  it("is missing in one line with the packages that have it, each once", () => {
    const all = [
      { command: ["absent-a"] as const, debian: "packages-a" },
      { command: ["absent-b"] as const, debian: "packages-a" },
      { command: ["broken"] as const, folders: folder, debian: "packages-b" },
      { command: ["present"] as const, folders: folder, debian: "packages-c" },
    ];
    expect(missingNeeds(environment, all)).toBe(
      "The tests need absent-a, absent-b and broken. On Debian: sudo apt-get install packages-a packages-b",
    );
  });

  it("is found on the path, or in a folder beside it", () => {
    expect(missingNeeds({ PATH: folder }, [{ command: ["present"], debian: "p" }])).toBeUndefined();
    expect(
      missingNeeds(environment, [{ command: ["present"], folders: `${folder}*`, debian: "p" }]),
    ).toBeUndefined();
  });

  it("is in the README's command for Debian", () => {
    const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
    const command = /^sudo apt-get install (.*)$/m.exec(readme)?.[1]?.split(" ");
    for (const { debian } of needs) expect(command).toContain(debian);
    expect(command).toContain("golang-go");
    expect(command).toContain("npm");
  });
});
