import { expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { cannotRead, cannotWrite, codeOf, isMissing } from "../../lib/file-reasons.ts";

function coded(code: string): Error {
  return Object.assign(new Error(`${code}: a reason of the system, open '/x'`), { code });
}

it.each([
  ["ENOENT", "Cannot read --state x: there is no such file or folder; check the path"],
  ["EISDIR", "Cannot read --state x: it is a folder, and must be a file"],
  ["EACCES", "Cannot read --state x: you may not read it; check its permissions"],
  ["EBUSY", "Cannot read --state x: EBUSY: a reason of the system, open '/x'"],
])("a file that cannot be read is said in words where %s has some", (code, message) => {
  const failure = cannotRead("--state x", coded(code));
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ kind: "refused", message });
  expect(cannotRead("--state x", coded(code), "state").kind).toBe("state");
});

it.each([
  ["ENOENT", "Cannot write --out x: there is no such folder; create it, or name another"],
  ["ENOSPC", "Cannot write --out x: the disk is full; make room, or name another place"],
  ["EACCES", "Cannot write --out x: you may not write there; check the permissions of its folder"],
])("a file that cannot be written is said in words where %s has some", (code, message) => {
  expect(cannotWrite("--out x", coded(code))).toMatchObject({ kind: "output", message });
});

it("what is wrong with JSON is said without the text around it", () => {
  const read = (text: string): string => {
    try {
      return JSON.parse(text);
    } catch (error) {
      return cannotRead("--answers x", error).message;
    }
  };
  expect(read('{"password": hunter2}')).toBe("Cannot read --answers x: it is not valid JSON");
  expect(read("PASSWORD=hunter2")).toBe("Cannot read --answers x: it is not valid JSON");
  expect(read("{")).toMatch(/^Cannot read --answers x: .*JSON/);
});

it("a code is that of an error of the system alone", () => {
  expect(codeOf(coded("EIO"))).toBe("EIO");
  expect([codeOf(new Error("ENOENT")), codeOf({ code: "ENOENT" }), codeOf(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(["ENOENT", "ENOTDIR", "EACCES"].map((code) => isMissing(coded(code)))).toEqual([true, true, false]);
});
