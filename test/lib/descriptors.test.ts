import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

/** As high as a shell's `<(…)`, where Node.js itself lets programs that it starts have what it inherited. */
const inherited = 63;

it("what a process inherited is not for a program that is to have its own descriptors alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "descriptors-"));
  const path = join(folder, "secret");
  writeFileSync(path, "a secret");
  const child = JSON.stringify(join(import.meta.dirname, "..", "..", "lib", "child.ts"));
  const script = `
    const { Child } = await import(${child});
    for (const closed of [false, true]) {
      const launch = { command: "/bin/cat", args: ["/proc/self/fd/${inherited}"], env: {}, closed };
      const cat = new Child({ label: "cat", launch, outputBytes: 1000, connection: true });
      console.log(JSON.stringify([await cat.exited, cat.output]));
    }`;
  const descriptor = openSync(path, "r");
  try {
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      stdio: [
        "ignore",
        "pipe",
        "pipe",
        ...Array.from({ length: inherited - 3 }, () => "ignore" as const),
        descriptor,
      ],
    });
    expect(stderr).toBe("");
    // The first shows that there was something to take.
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      [0, "a secret"],
      [0, ""],
    ]);
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
});
