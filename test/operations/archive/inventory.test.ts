import { expect, test } from "vitest";
import { listBackups } from "../../../operations/archive/inventory.ts";
import { manifestKey } from "../../../operations/store/names.ts";
import { manifestWith } from "../support/manifest.ts";

const mebibyte = 1024 * 1024;
const address = { endpoint: "", region: "", bucket: "bucket", prefix: "postgres/" };

/** A store with backups whose manifests are claimed to have so many bytes. */
function storeWith(sizes: readonly number[]) {
  const found = sizes.map((bytes, index) => {
    const key = `postgres/202601${`${index + 1}`.padStart(2, "0")}T000000Z-00000000.dump.age`;
    return { key, name: manifestKey(key), bytes };
  });
  const reading = new Set<string>();
  const loads: number[] = [];
  return {
    address,
    loads,
    /** What the caller looks at is in memory, as is what is read. */
    isDone: (key: string) => reading.delete(manifestKey(key)),
    list: async () =>
      found.flatMap(({ key, name, bytes }) => [
        { key, bytes: 4 },
        { key: name, bytes },
      ]),
    async read(name: string): Promise<string> {
      reading.add(name);
      const bytes = found.filter((one) => reading.has(one.name)).map((one) => one.bytes);
      loads.push(bytes.length === 1 ? 0 : bytes.reduce((sum, size) => sum + size, 0));
      const key = found.find((one) => one.name === name)?.key ?? "";
      return JSON.stringify(manifestWith({ key }));
    },
  };
}

test("a list of backups holds few manifests in memory, and one alone that is large", async () => {
  const sizes = [...Array.from({ length: 20 }, () => 100), 3 * mebibyte, 3 * mebibyte, 60 * mebibyte, 1000];
  const store = storeWith(sizes);
  const keys = await listBackups(store, async ({ key }) => {
    await Promise.resolve();
    store.isDone(key);
    return key;
  });
  expect(keys).toHaveLength(sizes.length);
  expect(keys).toEqual(keys.toSorted().reverse());
  expect(store.loads).toHaveLength(sizes.length);
  expect(Math.max(...store.loads)).toBeLessThanOrEqual(4 * mebibyte);
  // Several at a time, since a store is far away.
  expect(store.loads.filter((bytes) => bytes > 0).length).toBeGreaterThan(10);
});
