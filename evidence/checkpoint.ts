import { createHash, hash } from "node:crypto";
import { Failure } from "../lib/failure.ts";
import { sha256 } from "./digest.ts";
import { graphOf, reachable } from "./graph.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";
import type { EvidenceRecord } from "./record.ts";
import { maximumParents } from "./statement.ts";

/**
 * A commitment to all records at one moment, in the form of C2SP's tlog-checkpoint: origin, number of records
 * and root of a Merkle tree (RFC 6962) over their digests in ascending order. The lines that follow name the
 * heads, so that a later set of records can be compared with it. Kept where whoever writes evidence cannot
 * change it, it shows that a record was removed, the newest one included.
 */
export interface Checkpoint {
  origin: string;
  size: number;
  /** SHA-256 in hexadecimal digits. */
  root: string;
  heads: string[];
}

/** The largest checkpoint that is read or written, in bytes: with some 14,000 heads. */
export const maximumCheckpointBytes = 1_000_000;

/** The most signatures that a checkpoint is read with, such as those of witnesses. */
const maximumSignatures = 100;

const headLine = /^head ([0-9a-f]{64})$/;

export function checkpointOf(records: readonly EvidenceRecord[], origin: string): Checkpoint {
  const digests = records.map(({ digest }) => digest).sort();
  return { origin, size: digests.length, root: merkleRoot(digests), heads: graphOf(records).heads };
}

/** A checkpoint as a signed note; without a key it has no signature line. */
export function writeCheckpoint(checkpoint: Checkpoint, key: SigningKey | undefined): string {
  const { origin, size, root, heads } = checkpoint;
  const lines = [
    origin,
    String(size),
    Buffer.from(root, "hex").toString("base64"),
    ...heads.map((head) => `head ${head}`),
  ];
  const body = `${lines.join("\n")}\n`;
  if (body.length > maximumCheckpointBytes - 1000) {
    throw new Failure(
      "refused",
      `These records have ${heads.length} heads, more than a checkpoint can name. Record another run, which joins ${maximumParents} of them`,
    );
  }
  if (key === undefined) return `${body}\n`;
  const signature = key.sign(Buffer.from(body, "utf8"));
  return `${body}\n— ${origin} ${Buffer.concat([keyHash(origin, key), signature]).toString("base64")}\n`;
}

/**
 * Reads a checkpoint and whose signature it has.
 *
 * @throws {Failure} `failed`, when it is not a checkpoint
 */
export function readCheckpoint(
  text: string,
  trusted: readonly VerifyingKey[],
): { checkpoint: Checkpoint; signed: "unsigned" | "signed" | "untrusted" } {
  const end = text.indexOf("\n\n");
  if (Buffer.byteLength(text) > maximumCheckpointBytes || end < 0) {
    throw invalid("it has no empty line behind its body");
  }
  const body = text.slice(0, end + 1);
  const [origin = "", sizeText = "", rootText = "", ...rest] = body.slice(0, -1).split("\n");
  const root = Buffer.from(rootText, "base64");
  const isRoot = root.length === 32 && root.toString("base64") === rootText;
  if (origin === "" || !/^(?:0|[1-9]\d{0,14})$/.test(sizeText) || !isRoot) {
    throw invalid("its first lines are not an origin, a number and a root");
  }
  const heads = rest.flatMap((line) => headLine.exec(line)?.[1] ?? []);
  return {
    checkpoint: { origin, size: Number(sizeText), root: root.toString("hex"), heads },
    signed: signedIn(body, text.slice(end + 2), origin, trusted),
  };
}

/** `— name base64`, the form of a signature in a signed note. */
const signatureLine = /^— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})$/u;

/**
 * Whose signatures stand behind a body. Those of keys that nobody here knows, such as a witness's, are passed over. One
 * that names a trusted key and is not that key's makes the checkpoint nobody's, as C2SP's signed note asks.
 */
function signedIn(
  body: string,
  text: string,
  origin: string,
  trusted: readonly VerifyingKey[],
): "unsigned" | "signed" | "untrusted" {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length > maximumSignatures) throw invalid(`it has more than ${maximumSignatures} signatures`);
  let known = 0;
  for (const line of lines) {
    const [, name, base64 = ""] = signatureLine.exec(line) ?? [];
    const bytes = Buffer.from(base64, "base64");
    if (name === undefined || bytes.length < 5 || bytes.toString("base64") !== base64) {
      throw invalid("what stands behind its body is not a list of signatures");
    }
    const key = trusted.find((each) => name === origin && keyHash(name, each).equals(bytes.subarray(0, 4)));
    if (key === undefined) continue;
    if (!key.verifies(Buffer.from(body, "utf8"), bytes.subarray(4))) return "untrusted";
    known += 1;
  }
  return lines.length === 0 ? "unsigned" : known > 0 ? "signed" : "untrusted";
}

interface Comparison {
  anchored: Set<string>;
  problems: string[];
}

/** What was compared before: reading, vouching and verifying ask the same of many records. */
const compared = new WeakMap<Checkpoint, { records: readonly EvidenceRecord[]; comparison: Comparison }>();

/**
 * What a checkpoint says of the records that are there now: which it anchors, and what is wrong.
 *
 * @returns the digests that it anchors, and one sentence for each problem
 */
export function compareCheckpoint(checkpoint: Checkpoint, records: readonly EvidenceRecord[]): Comparison {
  const before = compared.get(checkpoint);
  if (before?.records === records) return before.comparison;
  const comparison = comparisonOf(checkpoint, records);
  compared.set(checkpoint, { records, comparison });
  return comparison;
}

function comparisonOf({ size, root, heads }: Checkpoint, records: readonly EvidenceRecord[]): Comparison {
  const { found, missing } = reachable(records, heads);
  const anchored = new Set(found.map(({ digest }) => digest));
  const problems = missing.map((digest) => `The record ${digest} is gone, which the checkpoint anchors`);
  if (problems.length > 0) return { anchored, problems };
  const actual = merkleRoot([...anchored].sort());
  if (found.length !== size || actual !== root) {
    problems.push(
      `The checkpoint anchors ${size} records with the root ${root}, and its heads lead to ${found.length} with the root ${actual}`,
    );
  }
  return { anchored, problems };
}

/** Root of RFC 6962's Merkle tree over digests, as leaves. */
export function merkleRoot(digests: readonly string[]): string {
  if (digests.length === 0) return sha256("");
  let level = digests.map((digest) => hashed(0, Buffer.from(digest, "hex")));
  // A node without a sibling moves up as it is, which makes the tree that the RFC defines by splitting.
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index];
      const right = level[index + 1];
      if (left !== undefined) next.push(right === undefined ? left : hashed(1, left, right));
    }
    level = next;
  }
  return level[0]?.toString("hex") ?? sha256("");
}

function hashed(domain: number, ...parts: Buffer[]): Buffer {
  return hash("sha256", Buffer.concat([Buffer.from([domain]), ...parts]), "buffer");
}

/** The first four bytes of a signature: which key of that name it is (C2SP's signed note, algorithm 1). */
function keyHash(name: string, key: VerifyingKey): Buffer {
  const raw = Buffer.from(key.text.slice("ed25519:".length), "base64");
  return createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.from([1]))
    .update(raw)
    .digest()
    .subarray(0, 4);
}

function invalid(reason: string): Failure {
  return new Failure("failed", `This is not a checkpoint: ${reason}`);
}
