import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkpointOf, merkleRoot, readCheckpoint, writeCheckpoint } from "../../evidence/checkpoint.ts";
import { sha256 } from "../../evidence/digest.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import { parentsOf } from "../../evidence/graph.ts";
import { generateKeys, readSigningKey } from "../../evidence/keys.ts";
import { readRecord, sealRun } from "../../evidence/record.ts";
import { maximumParents } from "../../evidence/statement.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { resultOf, runOf } from "./records.ts";

const key = readSigningKey(generateKeys().privateKey);
const stranger = readSigningKey(generateKeys().privateKey);
const late = new Date("2026-12-01T00:00:00Z");

let root: string;
let folder: EvidenceFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "evidence-"));
  folder = new EvidenceFolder(root, "production");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function add(minute: number, signing = key) {
  const finishedAt = `2026-11-28T12:${String(minute).padStart(2, "0")}:00.000Z`;
  const { parents: _, ...run } = runOf({ finishedAt });
  return folder.add(run, signing);
}

function verified(checkpoints: string[] = []) {
  const read = checkpoints.map((text) => readCheckpoint(text, [key]).checkpoint);
  return verifyEvidence(folder.read([key]), read, late);
}

describe("a folder of evidence", () => {
  it("is whole: each run names what nobody named before", () => {
    const [one, two, three] = [add(1), add(2), add(3)];
    expect(two.run.parents).toEqual([one.digest]);
    expect(three.run.parents).toEqual([two.digest]);
    expect(verified()).toMatchObject({ records: 3, signed: 3, heads: [three.digest], problems: [] });
  });

  it("forks where two runs are written at once, and the next run joins them", () => {
    const one = add(1);
    const elsewhere = sealRun(runOf({ finishedAt: "2026-11-28T12:02:30.000Z", parents: [one.digest] }), key);
    const two = add(2);
    writeFileSync(join(folder.path, elsewhere.name), elsewhere.bytes);
    expect(verified().heads).toEqual([two.digest, elsewhere.digest].sort());
    const joined = add(3);
    expect(joined.run.parents).toEqual([two.digest, elsewhere.digest].sort());
    expect(verified()).toMatchObject({ heads: [joined.digest], problems: [] });
  });

  it("shows any changed byte", () => {
    const { name } = add(1);
    const path = join(folder.path, name);
    const bytes = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ flip : byte));
        expect(() => readRecord(name, changed, [key])).toThrow(/was changed/);
      }),
    );
    // Renamed to fit, it is no longer signed by a trusted key, and its child misses it.
    add(2);
    const edited = sealRun(
      runOf({ finishedAt: "2026-11-28T12:01:00.000Z", commit: "a".repeat(40) }),
      stranger,
    );
    rmSync(path);
    writeFileSync(join(folder.path, edited.name), edited.bytes);
    expect(verified().problems).toEqual([
      expect.stringMatching(/is missing, which/),
      expect.stringMatching(/not by a key that is trusted/),
    ]);
  });

  it.each([
    ["cut", (bytes: Buffer) => bytes.subarray(0, bytes.length - 20)],
    ["emptied", () => Buffer.alloc(0)],
    ["doubled", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ])("shows a record that was %s", (_, change) => {
    const { name } = add(1);
    const path = join(folder.path, name);
    writeFileSync(path, change(readFileSync(path)));
    expect(verified().problems).toEqual([expect.stringMatching(/was changed/)]);
  });

  it("shows a record under another name, and one from the future", () => {
    const { name } = add(1);
    renameSync(join(folder.path, name), join(folder.path, `20261128T130000Z${name.slice(16)}`));
    expect(verified().problems).toEqual([expect.stringMatching(/not when its name says/)]);
    const { parents: _, ...run } = runOf({ finishedAt: "2026-12-02T00:00:00.000Z" });
    folder.add(run, key);
    expect(verified().problems).toContainEqual(expect.stringMatching(/is from the future/));
  });

  it("shows a result that was found after its run had ended, and a record that is no file", () => {
    const [result] = runOf().results;
    if (result === undefined) throw new Error("There is no result");
    const { parents: _, ...run } = runOf({ results: [{ ...result, at: "2026-11-28T12:00:01.000Z" }] });
    expect(() => folder.add(run, key)).toThrow(/after the run had ended/);
    add(1);
    symlinkSync("/dev/zero", join(folder.path, `20261128T120000Z-${"0".repeat(64)}.json`));
    expect(verified().problems).toEqual([expect.stringMatching(/it is a symbolic link/)]);
  });

  it("shows a missing parent", () => {
    const one = add(1);
    const two = add(2);
    rmSync(join(folder.path, one.name));
    expect(verified().problems).toEqual([
      `The record ${one.digest} is missing, which ${two.digest} names as a parent`,
    ]);
  });

  it("without a key is unsigned, which is a problem as soon as a key is trusted", () => {
    const { parents: _, ...run } = runOf();
    const { name } = folder.add(run, undefined);
    expect(verifyEvidence(folder.read([]), [], late)).toMatchObject({ unsigned: 1, problems: [] });
    expect(verified()).toMatchObject({ unsigned: 1, problems: [`${name} is not signed`] });
  });

  it("is joined in steps where more runs were written at once than one can name", () => {
    const finishedAt = "2026-11-28T12:00:00.000Z";
    const many = Array.from({ length: maximumParents + 2 }, (_, index) =>
      sealRun(
        runOf({ finishedAt, results: [resultOf({ at: finishedAt, summary: `run ${index}` })] }),
        undefined,
      ),
    ).map(({ name, bytes }) => readRecord(name, bytes, []));
    const first = sealRun(
      runOf({ finishedAt: "2026-11-28T12:01:00.000Z", parents: parentsOf(many) }),
      undefined,
    );
    const joined = [...many, readRecord(first.name, first.bytes, [])];
    expect(parentsOf(joined)).toHaveLength(3);
    expect(readCheckpoint(writeCheckpoint(checkpointOf(many, "a/b"), key), [key])).toMatchObject({
      checkpoint: { size: maximumParents + 2 },
      signed: "signed",
    });
  });

  it("names a record that a run which started after it did not see, and no run at the same time", () => {
    const during = (start: number, end: number, parents: string[]) => {
      const [startedAt, finishedAt] = [start, end].map((minute) => `2026-11-28T12:${minute}:00.000Z`);
      const { name, bytes, digest } = sealRun(
        runOf({ startedAt, finishedAt, parents: parents.toSorted() }),
        key,
      );
      writeFileSync(join(folder.path, name), bytes);
      return { name, digest };
    };
    const one = add(10);
    const left = during(11, 14, [one.digest]);
    const right = during(12, 15, [one.digest]);
    during(20, 20, [left.digest, right.digest]);
    expect(verified()).toMatchObject({ unseen: [], problems: [] });
    const before = during(10, 13, [one.digest]);
    expect(verified().unseen).toEqual([
      { name: before.name, by: expect.stringMatching(/^20261128T122000Z/) },
    ]);
    // Whoever names it from a run at the same time hides nothing.
    const cover = during(11, 16, [before.digest]);
    expect(verified().unseen.map(({ name }) => name)).toEqual([before.name, cover.name].toSorted());
    expect(verified().problems).toEqual([]);
  });

  it("where there is none has no records", () => {
    expect(verified()).toMatchObject({ records: 0, heads: [], problems: [] });
  });
});

describe("a checkpoint", () => {
  it("anchors what was there, and says what is new since", () => {
    add(1);
    add(2);
    const note = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    expect(readCheckpoint(note, [key]).signed).toBe("signed");
    expect(readCheckpoint(note, [stranger]).signed).toBe("untrusted");
    const three = add(3);
    expect(verified([note])).toMatchObject({ anchored: 2, open: [three.digest], problems: [] });
  });

  it("shows that the newest record was removed, which the graph alone cannot", () => {
    add(1);
    const newest = add(2);
    const note = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    rmSync(join(folder.path, newest.name));
    expect(verified().problems).toEqual([]);
    expect(verified([note]).problems).toEqual([
      `The record ${newest.digest} is gone, which the checkpoint anchors`,
    ]);
  });

  /** A record that claims an earlier moment, and is written beside the others. */
  function backdate(finishedAt: string) {
    const { name, bytes } = sealRun(runOf({ finishedAt, startedAt: finishedAt }), key);
    writeFileSync(join(folder.path, name), bytes);
    return name;
  }

  it("shows a record that is dated before it and was not there", () => {
    add(2);
    const note = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    const name = backdate("2026-11-28T12:01:00.000Z");
    expect(verified().problems).toEqual([]);
    expect(verified([note]).problems).toEqual([
      expect.stringMatching(new RegExp(`^${name} is dated before records that a checkpoint anchors`)),
    ]);
    // A later checkpoint answers for it, and does not hide when it was first there.
    const later = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    for (const notes of [
      [note, later],
      [later, note],
    ]) {
      expect(verified(notes)).toMatchObject({ problems: [], late: [name], anchored: 2 });
    }
    expect(verified([later])).toMatchObject({ problems: [], late: [] });
  });

  it("shows evidence that was rolled back behind it, whatever was anchored since", () => {
    add(1);
    const newest = add(2);
    const large = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    rmSync(join(folder.path, newest.name));
    const small = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    expect(verified([small]).problems).toEqual([]);
    expect(verified([large, small]).problems).toEqual([expect.stringMatching(/is gone/)]);
  });

  it("of another stack anchors nothing here", () => {
    add(1);
    const { records } = folder.read([key]);
    const foreign = checkpointOf(records, "optropic/staging");
    const origin = "optropic/production";
    expect(verifyEvidence(folder.read([key]), [foreign], late, { origin })).toMatchObject({
      anchored: 0,
      problems: ['A checkpoint is of "optropic/staging", not of optropic/production'],
    });
  });

  it("is no longer signed when it is edited", () => {
    add(1);
    const note = writeCheckpoint(checkpointOf(folder.read([key]).records, "optropic/production"), key);
    const edited = note.replace("\n1\n", "\n2\n");
    expect(readCheckpoint(edited, [key]).signed).toBe("untrusted");
    expect(verified([edited]).problems).toEqual([expect.stringMatching(/anchors 2 records .* lead to 1/)]);
  });

  it.each([
    ["nothing", ""],
    ["an origin alone", "a\n\n"],
    ["a number below zero", "origin\n-1\nAAAA\n\n"],
    ["a root that is too long", `origin\n1\n${"A".repeat(2_000_000)}\n\n`],
    ["a root that is written otherwise", `origin\n1\n${"A".repeat(43)}= \n\n`],
    ["a text behind it", `origin\n1\n${"A".repeat(43)}=\n\nverified by us\n`],
    ["a signature that is none", `origin\n1\n${"A".repeat(43)}=\n\n— origin !!!!\n`],
    [
      "more signatures than there are witnesses",
      `origin\n1\n${"A".repeat(43)}=\n\n${"— witness AAAAAAAA\n".repeat(101)}`,
    ],
  ])("refuses %s", (_, text) => {
    expect(() => readCheckpoint(text, [])).toThrow(/not a checkpoint/);
  });

  it("passes over signatures of keys that nobody knows, and is nobody's with one that a trusted key did not make", () => {
    const note = writeCheckpoint(checkpointOf([], "optropic/production"), key);
    const witnessed = `${note}— witness.example ${Buffer.alloc(76, 7).toString("base64")}\n`;
    expect(readCheckpoint(witnessed, [key]).signed).toBe("signed");
    const [body = "", line = ""] = note.split("\n\n");
    const [dash, name, base64 = ""] = line.trim().split(" ");
    const spoiled = Buffer.from(base64, "base64").fill(9, 4).toString("base64");
    const both = `${body}\n\n${dash} ${name} ${spoiled}\n${line}`;
    expect(readCheckpoint(both, [key]).signed).toBe("untrusted");
    expect(readCheckpoint(`${body}\n\n${line.replace(`${name}`, "other/stack")}`, [key]).signed).toBe(
      "untrusted",
    );
  });

  it("has the root of RFC 6962", () => {
    expect(merkleRoot([])).toBe(sha256(""));
    const leaf = (digest: string) => sha256(Buffer.concat([Buffer.from([0]), Buffer.from(digest, "hex")]));
    const node = (one: string, other: string) =>
      sha256(Buffer.concat([Buffer.from([1]), Buffer.from(one, "hex"), Buffer.from(other, "hex")]));
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((text) => sha256(text)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    expect(merkleRoot([a])).toBe(leaf(a));
    expect(merkleRoot([a, b, c])).toBe(node(node(leaf(a), leaf(b)), leaf(c)));
    expect(merkleRoot([a, b, c, d, e])).toBe(
      node(node(node(leaf(a), leaf(b)), node(leaf(c), leaf(d))), leaf(e)),
    );
  });
});

describe("hostile files", () => {
  it("are named and change nothing", () => {
    add(1);
    writeFileSync(join(folder.path, "note.json"), "{}");
    writeFileSync(join(folder.path, ".hidden.json"), "{}");
    const forged = JSON.stringify({ payloadType: "text/plain", payload: "", signatures: [] });
    writeFileSync(join(folder.path, `20261128T120000Z-${sha256(forged)}.json`), forged);
    expect(readdirSync(folder.path)).toHaveLength(4);
    expect(verified()).toMatchObject({
      records: 1,
      problems: [
        expect.stringMatching(/its payload is of the type/),
        expect.stringMatching(/its name is not/),
      ],
    });
  });
});
