import {
  lstatSync,
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
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freeBytes, makePrivateFolder, readText, removeFolder, writeAtomic } from "../../lib/files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a file that is written in one step", () => {
  it("makes the folders that are missing, and leaves nothing beside it", () => {
    const path = join(folder, "a", "b", "file.txt");
    writeAtomic(path, "one");
    writeAtomic(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file.txt"]);
  });

  it("may have the longest name that a file can have", () => {
    const path = join(folder, "n".repeat(255));
    writeAtomic(path, "one");
    expect(readFileSync(path, "utf8")).toBe("one");
  });

  it("stays as it was where writing fails", () => {
    const path = join(folder, "file.txt");
    mkdirSync(path);
    expect(() => writeAtomic(path, "text")).toThrow(/EISDIR/);
    expect(readdirSync(folder)).toEqual(["file.txt"]);
  });

  it("is where a link leads, and the link stays", () => {
    const [link, target] = [join(folder, "link"), join(folder, "deep", "target")];
    mkdirSync(join(folder, "deep"));
    writeFileSync(target, "old");
    symlinkSync(target, link);
    writeAtomic(link, "new");
    expect(readFileSync(target, "utf8")).toBe("new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["deep", "link"]);
  });

  it("does not take the place of a device", () => {
    const link = join(folder, "null");
    symlinkSync("/dev/null", link);
    writeAtomic(link, "text");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(link).isCharacterDevice()).toBe(true);
  });
});

describe("a file that a person named", () => {
  const read = (path: string, maximumBytes = 10) => readText(`--state ${path}`, path, { maximumBytes });

  it("is read up to a limit, also where it says no size", () => {
    const path = join(folder, "file.txt");
    writeFileSync(path, "ten bytes!");
    expect(read(path)).toBe("ten bytes!");
    writeFileSync(path, "eleven byte");
    expect(() => read(path)).toThrow(
      `Cannot read --state ${path}: it is larger than 10 bytes, the most that is read; name another file`,
    );
    expect(() => read("/dev/zero", 1024 ** 2)).toThrow(/larger than 1 MiB/);
    expect(read("/proc/self/comm", 100)).toMatch(/\n$/);
    writeFileSync(path, "");
    expect(read(path)).toBe("");
  });

  it("is refused where it is not there, is a folder or lies below a file", () => {
    expect(() => read(join(folder, "none"))).toThrow(/there is no such file/);
    expect(() => read(folder)).toThrow(/it is a folder/);
    writeFileSync(join(folder, "file"), "");
    expect(() => read(join(folder, "file", "below"))).toThrow(/a part of its path is not a folder/);
  });
});

describe("a private folder", () => {
  it("is this account's alone, and goes with all that is in it", () => {
    const path = makePrivateFolder("drill", folder);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    mkdirSync(join(path, "a"));
    writeFileSync(join(path, "a", "b"), "text");
    removeFolder(path);
    removeFolder(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is refused where it cannot be made", () => {
    const parent = join(folder, "none");
    expect(() => makePrivateFolder("drill", parent)).toThrow(
      `Cannot create a folder in ${parent} (TMPDIR): there is no such folder; create it, or name another`,
    );
  });

  it("has a name that no other has", () => {
    expect(makePrivateFolder("drill", folder)).not.toBe(makePrivateFolder("drill", folder));
  });
});

it("says how much a folder has room for, and nothing where there is none", () => {
  expect(freeBytes(folder)).toBeGreaterThan(0);
  expect(freeBytes(join(folder, "absent"))).toBeUndefined();
});
