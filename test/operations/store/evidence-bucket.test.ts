import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { readCheckpoints, tagCheckpoint } from "../../../cli/evidence/checkpoints.ts";
import { openBucket, openEvidence } from "../../../cli/evidence/place.ts";
import { checkpointOf, writeCheckpoint } from "../../../evidence/checkpoint.ts";
import { generateKeys, readSigningKey } from "../../../evidence/keys.ts";
import { verifyEvidence } from "../../../evidence/verify.ts";
import { anchor, EvidenceBucket } from "../../../operations/store/evidence-bucket.ts";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { runOf } from "../../evidence/records.ts";
import { startStore, type TestStore } from "../support/store.ts";

const root = join(import.meta.dirname, "../../..");
const key = readSigningKey(generateKeys().privateKey);
const late = new Date("2026-12-01T00:00:00Z");
let server: TestStore;
let store: ObjectStore;
let bucket: EvidenceBucket;
let tests = 0;

beforeAll(async () => {
  server = await startStore();
});
afterAll(() => server.close());

beforeEach(() => {
  tests += 1;
  store?.close();
  server.refuse = () => undefined;
  server.cut = () => undefined;
  store = new ObjectStore(
    { ...server.address, prefix: `evidence-${tests}/records/production/` },
    { keys: server.keys, patienceMs: 2000 },
  );
  bucket = new EvidenceBucket(store, "production");
});

function run(minute: number) {
  const { parents: _, ...rest } = runOf({ finishedAt: `2026-11-28T12:0${minute}:00.000Z` });
  return rest;
}

test("a list that is out of order, says an object twice or lacks the newest is no other evidence unnoticed", async () => {
  const [one, two] = [await bucket.add(run(1), key), await bucket.add(run(2), key)];
  const listing = (change: (all: Awaited<ReturnType<ObjectStore["list"]>>) => typeof all) =>
    new EvidenceBucket(
      {
        address: store.address,
        list: async () => change(await store.list()),
        read: (name, most) => store.read(name, most),
        create: (name, text) => store.create(name, text),
      },
      "production",
    );
  const twice = await listing((all) => [...all.toReversed(), ...all]).readAll([key]);
  expect(twice.records).toEqual([one, two]);
  expect(verifyEvidence(twice, [], late).problems).toEqual([]);
  const forked = await listing((all) => all.filter(({ key: name }) => !name.includes(two.digest))).add(
    run(3),
    key,
  );
  expect(forked.run.parents).toEqual([one.digest]);
  expect(verifyEvidence(await bucket.readAll([key]), [], late)).toMatchObject({
    ...{ heads: [two.digest, forked.digest].toSorted(), problems: [] },
    unseen: [{ name: two.name, by: forked.name }],
  });
  const gone = await listing((all) => all.filter(({ key: name }) => !name.includes(one.digest))).readAll([
    key,
  ]);
  expect(verifyEvidence(gone, [], late).problems).toHaveLength(2);
});

test("a bucket keeps records as a folder does, each naming what nobody named before", async () => {
  const one = await bucket.add(run(1), key);
  const two = await bucket.add(run(2), key);
  expect(two.run.parents).toEqual([one.digest]);
  const kept = await bucket.readAll([key]);
  expect(kept.records).toEqual([one, two]);
  expect(verifyEvidence(kept, [], late)).toMatchObject({ signed: 2, heads: [two.digest], problems: [] });
  expect(server.keysOf().filter((name) => name.startsWith(`evidence-${tests}/`))).toEqual(
    [one, two].map(({ name }) => `evidence-${tests}/records/production/${name}`),
  );
});

test("two runs at once fork, and the next joins them", async () => {
  const both = await Promise.all([bucket.add(run(1), key), bucket.add(run(2), key)]);
  const joined = await bucket.add(run(3), key);
  expect([...joined.run.parents].sort()).toEqual(
    both
      .map(({ digest }) => digest)
      .filter((digest) => !both.some((other) => other.run.parents.includes(digest)))
      .sort(),
  );
});

test("a record is written only where there is none of its name, and once where the answer is lost", async () => {
  const { name } = await bucket.add(run(1), key);
  const path = `evidence-${tests}/records/production/${name}`;
  server.write(path, Buffer.from("{}"));
  const { problems } = await bucket.readAll([key]);
  expect(problems).toEqual([expect.stringMatching(/it was changed/)]);
  server.remove(path);
  let cut = false;
  server.cut = (request) => {
    if (cut || !request.startsWith("PUT")) return undefined;
    cut = true;
    return "whole";
  };
  await bucket.add(run(1), key);
  expect(cut).toBe(true);
  expect((await bucket.readAll([key])).records.map((record) => record.name)).toEqual([name]);
});

test("a checkpoint in the bucket or in a tag shows that the newest record was removed", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", server.keys.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.keys.secretAccessKey);
  vi.stubEnv("BACKUP_ENDPOINT", server.address.endpoint);
  vi.stubEnv("BACKUP_REGION", server.address.region);
  vi.stubEnv("BACKUP_LOCK_DAYS", "0");
  const place = `s3://${server.address.bucket}/anchored`;
  const opened = await openEvidence(root, place, "production");
  await opened.add(run(1), key);
  const newest = await opened.add(run(2), key);
  const note = writeCheckpoint(
    checkpointOf((await opened.readAll([key])).records, "optropic/production"),
    key,
  );

  const notes = await openBucket(root, place, "production", "checkpoints");
  expect(await anchor(notes, note, late)).toMatch(/^s3:\/\/bucket\/anchored\/checkpoints\/production\/2026/);
  notes.close();
  const folder = mkdtempSync(join(tmpdir(), "tagged-"));
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
    git("init", "--quiet");
    git("config", "user.name", "Test");
    git("config", "user.email", "test@optropic.example");
    git("commit", "--quiet", "--allow-empty", "-m", "Begin");
    const file = join(folder, "note.txt");
    writeFileSync(file, note);
    await tagCheckpoint(folder, "evidence-1", file);
    await expect(tagCheckpoint(folder, "evidence-1", file)).rejects.toThrow(/exists already/);
    await expect(tagCheckpoint(folder, "--delete", file)).rejects.toThrow(/not a name/);

    server.remove(`anchored/records/production/${newest.name}`);
    const kept = await opened.readAll([key]);
    expect(verifyEvidence(kept, [], late).problems).toEqual([]);
    for (const [cwd, from] of [
      [root, place],
      [folder, "tag:evidence-1"],
    ] as const) {
      const [found] = await readCheckpoints([from], { cwd, stack: "production", trusted: [key] });
      expect(found?.signed).toBe("signed");
      expect(verifyEvidence(kept, found === undefined ? [] : [found.checkpoint], late).problems).toEqual([
        `The record ${newest.digest} is gone, which the checkpoint anchors`,
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  }
});

test("a place that is no bucket is refused", async () => {
  for (const place of ["s3:x", "s3://", "s3://UPPER", "s3://abc/b c\n"]) {
    await expect(openEvidence(root, place, "production")).rejects.toThrow(/is not a bucket/);
  }
});
