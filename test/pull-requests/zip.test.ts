import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { unzip } from "../../pull-requests/zip.ts";
import { zipOf } from "./zip-archive.ts";

const limits = { entries: 10, fileBytes: 10_000 };
const names = new Set(["a.md", "b.json"]);

describe("a ZIP file", () => {
  it("gives back the files that are asked for, deflated or stored", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(0, 8), (bytes, method) => {
        const content = Buffer.from(bytes);
        const zip = zipOf([
          { name: "a.md", content, method },
          { name: "other", content },
        ]);
        expect(unzip(zip, names, limits)).toEqual(new Map([["a.md", content]]));
      }),
    );
  });

  it("that is damaged anywhere is read or refused, and nothing else", () => {
    const zip = zipOf([
      { name: "a.md", content: "text ".repeat(50) },
      { name: "b.json", content: "{}", method: 0 },
    ]);
    const damaged = fc
      .array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .chain((changes) => fc.tuple(fc.constant(changes), fc.nat(zip.length)));
    fc.assert(
      fc.property(damaged, ([changes, length]) => {
        const copy = Buffer.from(zip);
        for (const [at, byte] of changes) copy[at] = byte;
        for (const candidate of [copy, copy.subarray(0, length), copy.subarray(length)]) {
          try {
            for (const file of unzip(candidate, names, limits).values()) {
              expect(file.length).toBeLessThanOrEqual(limits.fileBytes);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
