import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry, Journal } from "../../../operations/release/journal.ts";
import { BucketJournal } from "../../../operations/release/journal-bucket.ts";
import { FileJournal } from "../../../operations/release/journal-file.ts";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { startStore, type TestStore } from "../support/store.ts";

const folder = mkdtempSync(join(tmpdir(), "journal-"));
let server: TestStore;
let count = 0;

function fresh(): number {
  count += 1;
  return count;
}

beforeAll(async () => {
  server = await startStore();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function noted(text: string): Entry {
  return { kind: "noted", at: "2026-12-01T08:00:00.000Z", run: "a-run", text };
}

function bucketAt(prefix: string): BucketJournal {
  const { address, keys } = server;
  return new BucketJournal(new ObjectStore({ ...address, prefix }, { keys, patienceMs: 0 }));
}

const kinds: [string, () => { one: Journal; other: Journal }][] = [
  [
    "a file",
    () => {
      const path = join(folder, `${fresh()}`, "journal.sqlite");
      return { one: new FileJournal(path, "3.0.0"), other: new FileJournal(path, "3.0.0") };
    },
  ],
  [
    "a bucket",
    () => {
      const prefix = `releases/${fresh()}/`;
      return { one: bucketAt(prefix), other: bucketAt(prefix) };
    },
  ],
];

describe.each(kinds)("a journal in %s", (_, open) => {
  it("gives each entry to whoever comes first, and both read the same", async () => {
    const { one, other } = open();
    expect(await one.append(0, noted("first"))).toBe(true);
    expect(await other.append(0, noted("second"))).toBe(false);
    const both = await Promise.all([one.append(1, noted("one")), other.append(1, noted("other"))]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await one.read()).toEqual(await other.read());
    expect(await one.read()).toMatchObject([{ text: "first" }, { text: both[0] ? "one" : "other" }]);
  });
});

describe("a journal in a bucket", () => {
  it("knows its own entry again after an answer that was lost", async () => {
    const journal = bucketAt("releases/lost/");
    let cuts = 0;
    server.cut = (request) => {
      if (!/^PUT .*lost/.test(request)) return undefined;
      cuts += 1;
      return cuts === 1 ? "whole" : undefined;
    };
    expect(await journal.append(0, noted("mine"))).toBe(true);
    server.cut = () => undefined;
    expect(cuts).toBe(1);
    expect(await bucketAt("releases/lost/").append(0, noted("of another"))).toBe(false);
  });

  it("writes nothing to a store where two runs could both hold the release", async () => {
    const refused = /takes no notice of If-None-Match, so two runs could both hold the release/;
    const before = server.keysOf();
    server.unconditional = true;
    for (const text of ["one", "other"]) {
      await expect(bucketAt("releases/both/").append(0, noted(text))).rejects.toThrow(refused);
    }
    server.unconditional = false;
    // A store that says so itself; one that is out is no such store.
    for (const [status, message] of [
      [501, refused],
      [403, /the store/i],
    ] as const) {
      server.refuse = (request) => (request.startsWith("PUT") ? status : undefined);
      await expect(bucketAt("releases/both/").append(0, noted("mine"))).rejects.toThrow(message);
    }
    server.refuse = () => undefined;
    expect(server.keysOf().filter((key) => !before.includes(key) && key.includes("both"))).toEqual([]);
    expect(await bucketAt("releases/both/").append(0, noted("mine"))).toBe(true);
  });

  it("says which entry is missing or was changed", async () => {
    const journal = bucketAt("releases/broken/");
    await journal.append(0, noted("first"));
    await journal.append(1, noted("second"));
    server.write("releases/broken/00000001.json", Buffer.from('{"kind":"noted"}'));
    await expect(bucketAt("releases/broken/").read()).rejects.toThrow(/Entry 1 of the journal is invalid/);
    server.remove("releases/broken/00000000.json");
    await expect(bucketAt("releases/broken/").read()).rejects.toThrow(/lacks entry 0/);
  });
});
