import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { type Answer, type DnskeyData, type DsData, encode, type RrsigData } from "dns-packet";
import { canonicalName, sameName } from "./message.ts";

/** Records of one name and type, with the signatures over them. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly records: readonly Answer[];
  readonly signatures: readonly RrsigData[];
}

/** The records of one name and type in an answer, each once. */
export function recordSet(answers: readonly Answer[], name: string, type: string): RecordSet {
  const own = answers.filter((answer) => sameName(answer.name, name));
  return {
    name: canonicalName(name),
    type,
    records: own.filter((answer) => answer.type === type),
    signatures: own.flatMap((answer) =>
      answer.type === "RRSIG" && answer.data.typeCovered === type ? [answer.data] : [],
    ),
  };
}

/** Signatures and keys that one set may cost to check: a hostile zone can have thousands (CVE-2023-50387). */
const maximumChecks = 16;

/**
 * Checks that one of the keys of a zone signed a set (RFC 4035, section 5.3).
 *
 * @returns why it is not signed; undefined where it is
 */
export function problemOf(
  set: RecordSet,
  zone: string,
  keys: readonly DnskeyData[],
  now: Date,
): string | undefined {
  const what = `${set.type} of ${set.name || "the root"}`;
  if (set.signatures.length === 0) return `${what} has no signature`;
  let problem = `no key of ${zone || "the root"} signed ${what}`;
  let checks = 0;
  for (const signature of set.signatures) {
    if (!sameName(signature.signersName, zone)) continue;
    for (const key of keys.filter((each) => fits(each, signature))) {
      checks += 1;
      if (checks > maximumChecks) return `${what} has too many signatures and keys`;
      const found = checked(set, signature, key, now);
      if (found === undefined) return undefined;
      problem = `${what}: ${found}`;
    }
  }
  return problem;
}

const zoneKey = 0x0100;
const revoked = 0x0080;

function fits(key: DnskeyData, signature: RrsigData): boolean {
  return (
    key.algorithm === signature.algorithm &&
    (key.flags & zoneKey) !== 0 &&
    (key.flags & revoked) === 0 &&
    keyTagOf(key) === signature.keyTag
  );
}

function checked(set: RecordSet, signature: RrsigData, key: DnskeyData, now: Date): string | undefined {
  const seconds = now.getTime() / 1000;
  if (seconds < signature.inception) return "the signature is not valid yet";
  if (seconds > signature.expiration) {
    return `the signature expired at ${new Date(signature.expiration * 1000).toISOString()}`;
  }
  if (signature.labels > labelsOf(set.name)) return "the signature is of a longer name";
  const algorithm = algorithms[signature.algorithm];
  if (algorithm === undefined) return `algorithm ${signature.algorithm} is unknown or outdated`;
  try {
    const holds = verify(
      algorithm.hash,
      signedBytes(set, signature),
      { key: createPublicKey({ key: algorithm.keyOf(key.key), format: "jwk" }), dsaEncoding: "ieee-p1363" },
      signature.signature,
    );
    return holds ? undefined : "the signature is wrong";
  } catch {
    return "the key or the signature is malformed";
  }
}

function labelsOf(name: string): number {
  return name === "" ? 0 : name.split(".").length;
}

/**
 * Whether a signature of a set is over a wildcard, such as `*.example.com` for `app.example.com`. That it holds proves
 * the records, and not that the name has none of its own (RFC 4035, section 5.3.4); another one beside it, which may
 * be wrong, does not either.
 */
export function isOverWildcard({ name, signatures }: RecordSet): boolean {
  return signatures.some(({ labels }) => labels < labelsOf(name));
}

/**
 * What is signed: the signature without itself, and the records in canonical form (RFC 4034, section 3.1.8.1). Over
 * fewer labels than the name has, it is the wildcard above them.
 */
export function signedBytes({ name, records: found }: RecordSet, signature: RrsigData): Buffer {
  const labels = name.split(".").filter(Boolean);
  const isWildcard = signature.labels < labels.length;
  const owner = isWildcard ? ["*", ...labels.slice(labels.length - signature.labels)].join(".") : name;
  const bare = Buffer.alloc(0);
  const signersName = canonicalName(signature.signersName) || ".";
  const header = dataOf({
    ...{ type: "RRSIG", name: owner, ttl: 0 },
    data: { ...signature, signersName, signature: bare },
  });
  const records = found
    .map((record) => (isWildcard ? { ...record, name: owner } : record))
    .map((record) => wireOf(canonical(record, signature.originalTTL)))
    .map((wire) => ({ wire, data: wire.subarray(dataAt(wire)) }))
    .sort((a, b) => Buffer.compare(a.data, b.data))
    .filter(({ data }, index, all) => index === 0 || !all[index - 1]?.data.equals(data));
  return Buffer.concat([header, ...records.map(({ wire }) => wire)]);
}

/** A record with its names in lowercase, as they are signed (RFC 4034, section 6.2). */
function canonical(record: Answer, ttl: number): Answer {
  const common = { name: canonicalName(record.name) || ".", ttl, class: "IN" as const, flush: false };
  switch (record.type) {
    case "NS":
    case "CNAME":
    case "DNAME":
    case "PTR":
      return { ...record, ...common, data: canonicalName(record.data) };
    case "MX":
      return {
        ...record,
        ...common,
        data: { ...record.data, exchange: canonicalName(record.data.exchange) },
      };
    case "SOA": {
      const { mname, rname } = record.data;
      const data = { ...record.data, mname: canonicalName(mname), rname: canonicalName(rname) };
      return { ...record, ...common, data };
    }
    case "OPT":
      return record;
    default:
      return { ...record, ...common };
  }
}

/** A record alone, as it stands on the wire without compression. */
function wireOf(record: Answer): Buffer {
  return encode({ type: "response", answers: [record] }).subarray(12);
}

/** Where the data of a record begins: after its name, type, class, time to live and length. */
function dataAt(wire: Buffer): number {
  let at = 0;
  while ((wire[at] ?? 0) !== 0) at += 1 + (wire[at] ?? 0);
  return at + 11;
}

function dataOf(record: Answer): Buffer {
  const wire = wireOf(record);
  return wire.subarray(dataAt(wire));
}

function keyData(key: DnskeyData): Buffer {
  return dataOf({ type: "DNSKEY", name: ".", data: key });
}

/** The number by which signatures name a key (RFC 4034, appendix B). */
export function keyTagOf(key: DnskeyData): number {
  let sum = 0;
  for (const [index, byte] of keyData(key).entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** Digests by their numbers; SHA-1 is left out since forgeries of it can be made. */
const digests: Readonly<Record<number, string>> = { 2: "sha256", 4: "sha384" };

/** Whether a DS record in the parent zone vouches for a key (RFC 4034, section 5.1.4). */
export function vouchesFor(ds: DsData, zone: string, key: DnskeyData): boolean {
  const hash = digests[ds.digestType];
  if (hash === undefined || ds.algorithm !== key.algorithm || ds.keyTag !== keyTagOf(key)) return false;
  return createHash(hash).update(nameBytes(zone)).update(keyData(key)).digest().equals(ds.digest);
}

export function nameBytes(name: string): Buffer {
  const labels = canonicalName(name).split(".").filter(Boolean);
  const parts = labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...parts, Buffer.from([0])]);
}

interface Algorithm {
  /** Undefined where the algorithm has one of its own. */
  readonly hash: string | undefined;
  readonly keyOf: (key: Buffer) => JsonWebKey;
}

/** Algorithms that a validator has to know (RFC 8624, section 3.1), but for those with SHA-1. */
const algorithms: Readonly<Record<number, Algorithm>> = {
  8: { hash: "sha256", keyOf: rsaKey },
  10: { hash: "sha512", keyOf: rsaKey },
  13: { hash: "sha256", keyOf: (key) => curveKey(key, "P-256", 32) },
  14: { hash: "sha384", keyOf: (key) => curveKey(key, "P-384", 48) },
  15: { hash: undefined, keyOf: (key) => ({ kty: "OKP", crv: "Ed25519", x: key.toString("base64url") }) },
  16: { hash: undefined, keyOf: (key) => ({ kty: "OKP", crv: "Ed448", x: key.toString("base64url") }) },
};

/** Largest modulus and exponent that are calculated with, in bytes. */
const largestModulus = 512;
const largestExponent = 8;

function rsaKey(key: Buffer): JsonWebKey {
  const isShort = key[0] !== 0;
  const start = isShort ? 1 : 3;
  const end = start + (isShort ? (key[0] ?? 0) : key.readUInt16BE(1));
  const [exponent, modulus] = [key.subarray(start, end), key.subarray(end)];
  if (exponent.length > largestExponent || modulus.length > largestModulus || modulus.length < 128) {
    throw new Error("The key has another size");
  }
  return { kty: "RSA", e: exponent.toString("base64url"), n: modulus.toString("base64url") };
}

function curveKey(key: Buffer, crv: string, bytes: number): JsonWebKey {
  if (key.length !== 2 * bytes) throw new Error("The key has another size");
  const [x, y] = [key.subarray(0, bytes), key.subarray(bytes)];
  return { kty: "EC", crv, x: x.toString("base64url"), y: y.toString("base64url") };
}
