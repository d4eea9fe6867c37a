import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkpointOf } from "../../evidence/checkpoint.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import { generateKeys, readSigningKey } from "../../evidence/keys.ts";
import { vouch } from "../../evidence/read-all.ts";
import { sealRun } from "../../evidence/record.ts";
import { runOf } from "./records.ts";

const key = readSigningKey(generateKeys().privateKey);
const stranger = readSigningKey(generateKeys().privateKey);

let root: string;
let folder: EvidenceFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "read-all-"));
  folder = new EvidenceFolder(root, "production");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function add(minute: number, signing: typeof key | undefined) {
  const { parents: _, ...run } = runOf({ finishedAt: `2026-11-28T12:0${minute}:00.000Z` });
  return folder.add(run, signing);
}

/** A record that names the trusted key and was signed by another. */
function forge(minute: number) {
  const claimed = { ...stranger, id: key.id };
  const { name, bytes } = sealRun(runOf({ finishedAt: `2026-11-28T12:0${minute}:00.000Z` }), claimed);
  writeFileSync(join(folder.path, name), bytes);
}

it("says the same as reading one record after the other", async () => {
  add(1, key);
  add(2, stranger);
  add(3, undefined);
  forge(4);
  writeFileSync(join(folder.path, "note.json"), "{}");
  const kept = await folder.readAll([key]);
  expect(kept).toEqual(folder.read([key]));
  expect(kept.records.map(({ signed }) => signed.state)).toEqual([
    "signed",
    "untrusted",
    "unsigned",
    "untrusted",
  ]);
  expect(kept.problems).toHaveLength(1);
});

it("says which record was put to those of another stack", async () => {
  add(1, key);
  const { name, bytes } = sealRun(runOf({ stack: "staging" }), key);
  writeFileSync(join(folder.path, name), bytes);
  const kept = await folder.readAll([key]);
  expect(kept).toEqual(folder.read([key]));
  expect(kept.problems).toEqual([`${name} is about the stack staging, not production`]);
});

it("takes the word of a checkpoint for the signatures of what it anchors, and of nothing else", async () => {
  add(1, key);
  add(2, undefined);
  const checkpoint = checkpointOf(folder.read([]).records, "optropic/production");
  forge(3);
  const states = async (vouched: (typeof checkpoint)[]) =>
    (await folder.readAll([key], vouched)).records.map(({ signed }) => signed.state);
  expect(await states([checkpoint])).toEqual(["signed", "unsigned", "untrusted"]);
  // One that does not fit anchors nothing, and every signature is checked.
  const covering = checkpointOf(folder.read([]).records, "optropic/production");
  expect(await states([{ ...covering, root: checkpoint.root }])).toEqual(["signed", "unsigned", "untrusted"]);
});

it("counts what a key signed before it was revoked where a checkpoint of a trusted key anchors it", async () => {
  add(1, stranger);
  add(2, key);
  const checkpoint = checkpointOf(folder.read([]).records, "optropic/production");
  add(3, stranger);
  const states = async (vouched: (typeof checkpoint)[]) =>
    (await folder.readAll([key], vouched)).records.map(({ signed }) => signed.state);
  expect(await states([])).toEqual(["untrusted", "signed", "untrusted"]);
  expect(await states([checkpoint])).toEqual(["signed", "signed", "untrusted"]);
  // The command that checks every signature again says the same.
  const { records } = await folder.readAll([key]);
  vouch(records, [checkpoint]);
  expect(records.map(({ signed }) => signed.state)).toEqual(["signed", "signed", "untrusted"]);
});
