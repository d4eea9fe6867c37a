import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copyNewRecords } from "../../tools/new-records.ts";

it("keeps the records that Git does not have, and no other file", () => {
  const root = mkdtempSync(join(tmpdir(), "new-records-"));
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, stdio: "ignore" });
    const write = (name: string) => writeFileSync(join(root, "records", "production", name), "{}");
    mkdirSync(join(root, "records", "production"), { recursive: true });
    git("init", "--quiet");
    write("old.json");
    git("add", "--all");
    write("new.json");
    write("note.txt");
    const target = join(root, "reports", "records");
    expect(copyNewRecords(root, "records", target)).toEqual([join("production", "new.json")]);
    expect(existsSync(join(target, "production", "new.json"))).toBe(true);
    expect(existsSync(join(target, "production", "old.json"))).toBe(false);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
