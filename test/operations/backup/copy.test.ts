import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chooseBackup } from "../../../operations/archive/inventory.ts";
import type { Head } from "../../../operations/archive/manifest.ts";
import { type CopyTarget, copyBackup } from "../../../operations/backup/copy.ts";
import { backupKey, listingKey, manifestKey, signatureKey } from "../../../operations/store/names.ts";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { fakeClock } from "../support/clock.ts";
import { headWith } from "../support/manifest.ts";
import { startStore, type TestStore } from "../support/store.ts";

let main: TestStore;
let elsewhere: TestStore;
let from: ObjectStore;
let to: ObjectStore;
let manifest: Head;
let warnings: string[];
const dump = randomBytes(9_000_000);
const list = randomBytes(1000);
const { signal } = new AbortController();

beforeAll(async () => {
  [main, elsewhere] = await Promise.all([startStore(), startStore()]);
  const open = ({ address, keys }: TestStore) =>
    new ObjectStore(address, { keys, clock: fakeClock(), patienceMs: 0 });
  [from, to] = [open(main), open(elsewhere)];
});

afterAll(async () => {
  from.close();
  to.close();
  await Promise.all([main.close(), elsewhere.close()]);
});

beforeEach(async () => {
  for (const store of [main, elsewhere]) store.refuse = () => undefined;
  warnings = [];
  const key = backupKey(from.address.prefix, new Date());
  const streamOf = (bytes: Buffer) => ({
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  manifest = headWith({
    key,
    sealed: streamOf(dump),
    listing: { items: 4, sealed: streamOf(list) },
  });
  async function* body(bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  await from.upload(key, body(dump), { expectedBytes: dump.length, signal });
  await from.upload(listingKey(key), body(list), { expectedBytes: list.length, signal });
  await from.put(signatureKey(key), "signature");
  await from.put(manifestKey(key), `${JSON.stringify(manifest)}\n`);
});

function copy(required = true): Promise<void> {
  const target: CopyTarget = { name: "elsewhere", store: to, required };
  return copyBackup(from, [target], manifest, { signal, warn: (message) => warnings.push(message) });
}

describe("a copy", () => {
  test("has every object of the backup, and is one to restore from", async () => {
    await copy();
    const { key } = manifest;
    for (const name of [key, listingKey(key), signatureKey(key), manifestKey(key)]) {
      expect(elsewhere.read(name).equals(main.read(name))).toBe(true);
    }
    expect(await chooseBackup(to, { name: key }, () => undefined)).toEqual(manifest);
  });

  test("that fails fails the backup, by its name", async () => {
    elsewhere.refuse = (request) =>
      request.startsWith("PUT") || request.startsWith("POST") ? 403 : undefined;
    await expect(copy()).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringMatching(
        /is stored, but not everywhere\. The copy to «elsewhere» failed: .*status 403$/,
      ),
    });
  });

  test("that is not required is a warning, by its name", async () => {
    elsewhere.refuse = () => 503;
    await copy(false);
    expect(warnings).toEqual([expect.stringMatching(/^The copy to «elsewhere» failed: .*status 503$/)]);
  });

  test.each([
    ["dump", dump, (key: string) => key],
    ["list of objects", list, listingKey],
  ])("of a %s that is no longer what was stored is incomplete", async (_, bytes, nameOf) => {
    const changed = Buffer.from(bytes);
    changed[400] = (changed[400] ?? 0) ^ 1;
    main.write(nameOf(manifest.key), changed);
    await expect(copy()).rejects.toThrow("its digest differs");
    expect(elsewhere.keysOf()).not.toContain(manifestKey(manifest.key));
  });
});
