import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DigestTable } from "../../../operations/archive/digest-table.ts";
import type { Item } from "../../../operations/archive/items.ts";
import { Fingerprint, fetchListing, ListingWriter } from "../../../operations/archive/listing.ts";
import { parseManifest } from "../../../operations/archive/manifest.ts";
import { seal, Tally } from "../../../operations/archive/seal.ts";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { description, legacyWith, manifestWith } from "../support/manifest.ts";

const { signal } = new AbortController();
const details = { expressions: { "table public.orders": "{}" }, settings: [], properties: null, carried: [] };
const items: Item[] = [
  { kind: "object", name: "view public.v\u2028", definition: "0".repeat(16), expression: "select '\n'" },
  { kind: "object", name: "table constructor", definition: "1".repeat(16) },
  { kind: "table", name: "constructor", rows: null, rls: { enabled: true, forced: false, policies: 1 } },
  { kind: "sequence", name: "s", last: "-1", called: false, descending: true },
];

let folder: string;
let identity: string;
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "listing-"));
  identity = await generateX25519Identity();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Fetches what a store has as the list of a backup. */
async function fetched(packed: AsyncIterable<Uint8Array>, count: number) {
  const tally = new Tally();
  const chunks: Uint8Array[] = [];
  const sealed = await seal(packed, [await identityToRecipient(identity)]);
  for await (const chunk of tally.through(sealed)) chunks.push(chunk);
  const store = new ObjectStore(
    { endpoint: "https://canary.example", region: "auto", bucket: "b", prefix: "" },
    { keys: undefined },
  );
  store.open = async () => streamOf(Buffer.concat(chunks));
  files += 1;
  const manifest = manifestWith({ listing: { items: count, sealed: tally.result() } });
  const options = { store, identities: [identity], file: join(folder, `${files}`), signal };
  return fetchListing(options, manifest, details);
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function all(source: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of source) found.push(item);
  return found;
}

test("a listing is read as it was written, as often as it is asked for", async () => {
  const writer = new ListingWriter(signal);
  const written = (async () => {
    for (const item of items) await writer.write("own", item);
    for (let index = 0; index < 5000; index += 1) {
      await writer.write("around", { kind: "object", name: `table t${index}`, definition: "2".repeat(16) });
    }
    writer.end();
  })();
  const listing = await fetched(writer.stream, 5004);
  await written;
  expect(await all(listing.items("own"))).toEqual(items);
  expect(await all(listing.items("own"))).toEqual(items);
  expect(await all(listing.items("around"))).toHaveLength(5000);
});

test.each<[string, string | Buffer, number]>([
  ["no compressed text", "canary", 1],
  ["more than it says", gzipSync(`["own",${JSON.stringify(items[0])}]\n`.repeat(3)), 2],
  ["less than it says", gzipSync(`["own",${JSON.stringify(items[0])}]\n`), 2],
  ["another thing", gzipSync('["own",{"kind":"row","name":"x"}]\n'), 1],
  ["no end", gzipSync('["own",'), 1],
  ["half of it", gzipSync(`["own",${JSON.stringify(items[0])}]\n`).subarray(0, 40), 1],
])("a listing with %s is refused", async (_, packed, count) => {
  const listing = await fetched(streamOf(Buffer.from(packed)), count);
  await expect(all(listing.items("own"))).rejects.toThrow(
    "The list of objects of postgres/20260101T000000Z-0123abcd.dump.age is invalid",
  );
});

test("a listing whose file cannot be read is refused", async () => {
  const listing = await fetched(streamOf(gzipSync(`["own",${JSON.stringify(items[0])}]\n`)), 1);
  rmSync(join(folder, `${files}`));
  await expect(all(listing.items("own"))).rejects.toThrow("is invalid");
});

test("the listing of an earlier version is what its manifest has", async () => {
  const manifest = parseManifest(JSON.stringify(legacyWith()), manifestWith().key);
  const store = new ObjectStore(
    { endpoint: "https://canary.example", region: "auto", bucket: "b", prefix: "" },
    { keys: undefined },
  );
  const listing = await fetchListing({ store, identities: [], file: "", signal }, manifest, details);
  expect(await all(listing.items("own"))).toEqual([
    { kind: "object", name: "table public.orders", definition: "0123456789abcdef", expression: "{}" },
    { kind: "table", name: "public.orders", ...description.tables["public.orders"] },
    { kind: "sequence", name: "public.upwards", ...description.sequences["public.upwards"] },
    { kind: "sequence", name: "public.downwards", ...description.sequences["public.downwards"] },
  ]);
  expect(await all(listing.items("around"))).toEqual([]);
});

test("a writer that is stopped waits for nothing", async () => {
  const stop = new AbortController();
  const writer = new ListingWriter(stop.signal);
  const large: Item = { kind: "object", name: "x", definition: "0".repeat(16), expression: "x".repeat(1e6) };
  const written = (async () => {
    for (let index = 0; index < 100; index += 1) await writer.write("own", large);
  })();
  stop.abort();
  await expect(written).rejects.toThrow();
  writer.fail("canary");
  await expect(all(writer.stream as unknown as AsyncIterable<Item>)).rejects.toThrow("canary");
});

const digests = fc.constantFrom("0".repeat(16), "f".repeat(16), "0123456789abcdef");

test("a table of digests answers as a map does", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), digests), fc.dictionary(fc.string(), digests), (before, after) => {
      const table = new DigestTable();
      const known = new Map(Object.entries(before));
      for (const [name, digest] of known) table.set(name, digest);
      for (const [name, digest] of Object.entries(after)) {
        expect(table.meet(name, digest)).toBe(known.get(name) === digest);
        expect(table.has(name)).toBe(known.has(name));
      }
      const met = new Set(Object.keys(after));
      for (const [name, digest] of known) {
        const state = met.has(name) ? (after[name] === digest ? "same" : "different") : "unmet";
        expect(table.stateOf(name)).toBe(state);
      }
      expect(table.isMet).toBe([...known.keys()].every((name) => met.has(name)));
    }),
  );
});

test("a table of digests holds many, and both of a name that is there twice", () => {
  const table = new DigestTable();
  for (let index = 0; index < 20_000; index += 1)
    table.set(`t${index}`, index.toString(16).padStart(16, "0"));
  table.set("t1", "f".repeat(16));
  expect(table.meet("t1", "f".repeat(16))).toBe(true);
  expect(table.meet("t1", "1".padStart(16, "0"))).toBe(true);
  expect(table.meet("t19999", (19_999).toString(16).padStart(16, "0"))).toBe(true);
  expect(table.has("t20000")).toBe(false);
});

test("a fingerprint does not depend on the order, and on everything else", () => {
  const of = (...all: [string, string][]): string => {
    const fingerprint = new Fingerprint();
    for (const [name, digest] of all) fingerprint.add(name, digest);
    return fingerprint.toString();
  };
  expect(of(["a", "1"], ["b", "2"])).toBe(of(["b", "2"], ["a", "1"]));
  expect(of(["a", "1"], ["b", "2"])).not.toBe(of(["a", "2"], ["b", "1"]));
  expect(of(["a", "1"])).not.toBe(of(["a", "1"], ["a", "1"]));
  expect(of()).toMatch(/^0{64}$/);
});
