import { createSign, generateKeyPairSync } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { createServer } from "node:net";
import { type Answer, type DnskeyData, type DsData, decode, encode, type RecordType } from "dns-packet";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { defaultLimits } from "../../verify/limits.ts";
import { parseAnchors, rootAnchors } from "../../verify/network/dns/anchor.ts";
import { query } from "../../verify/network/dns/client.ts";
import { decodeAnswer, encodeQuery } from "../../verify/network/dns/message.ts";
import { Resolver } from "../../verify/network/dns/resolver.ts";
import {
  isOverWildcard,
  keyTagOf,
  problemOf,
  type RecordSet,
  recordSet,
  signedBytes,
  vouchesFor,
} from "../../verify/network/dns/signature.ts";
import { shareOnePort } from "../target/name-server.ts";

/** Examples that were published with the algorithms. */
const published: readonly {
  from: string;
  zone: string;
  key: DnskeyData;
  ds: DsData;
  record: Answer;
  signature: { labels: number; expiration: string; inception: string; text: string };
}[] = [
  {
    from: "ECDSA P-256 (RFC 6605, section 6.1)",
    zone: "example.net",
    key: {
      ...{ flags: 257, algorithm: 13 },
      key: base64("GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="),
    },
    ds: ds(55648, 13, 2, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"),
    record: { name: "www.example.net", type: "A", ttl: 3600, data: "192.0.2.1" },
    signature: {
      ...{ labels: 3, expiration: "2010-09-09T10:04:39Z", inception: "2010-08-12T10:04:39Z" },
      text: "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
    },
  },
  {
    from: "Ed25519 (RFC 8080, section 6.1)",
    zone: "example.com",
    key: { flags: 257, algorithm: 15, key: base64("l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=") },
    ds: ds(3613, 15, 2, "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"),
    record: {
      ...{ name: "Example.com", type: "MX", ttl: 60 },
      data: { preference: 10, exchange: "MAIL.example.com" },
    },
    signature: {
      ...{ labels: 2, expiration: "2015-08-19T22:00:00Z", inception: "2015-07-29T22:00:00Z" },
      text: "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
    },
  },
];

describe("a signature", () => {
  it.each(published)(
    "of $from is taken for right, and for wrong with another record, time or key",
    (example) => {
      const { zone, key, ds: voucher, record, signature } = example;
      expect(keyTagOf(key)).toBe(voucher.keyTag);
      expect(vouchesFor(voucher, zone, key)).toBe(true);
      expect(vouchesFor(voucher, `a.${zone}`, key)).toBe(false);
      const inception = seconds(signature.inception);
      const rrsig: Answer = {
        ...{ name: record.name, type: "RRSIG", ttl: 60 },
        data: {
          ...{
            typeCovered: record.type,
            algorithm: key.algorithm,
            labels: signature.labels,
            originalTTL: 3600,
          },
          ...{ expiration: seconds(signature.expiration), inception, keyTag: voucher.keyTag },
          ...{ signersName: zone, signature: base64(signature.text) },
        },
      };
      const set = recordSet([record, rrsig], record.name.toLowerCase(), record.type);
      const during = new Date(inception * 1000 + 1000);
      expect(problemOf(set, zone, [key], during)).toBeUndefined();
      expect(problemOf(set, zone, [key], new Date(inception * 1000 - 1000))).toMatch(/not valid yet/);
      expect(problemOf(set, zone, [key], new Date())).toMatch(/expired/);
      expect(problemOf(set, "elsewhere.example", [key], during)).toMatch(/no key/);
      expect(problemOf(set, zone, [{ ...key, flags: 0 }], during)).toMatch(/no key/);
      expect(problemOf({ ...set, signatures: [] }, zone, [key], during)).toMatch(/no signature/);
      const more: Answer = { name: record.name, type: "A", ttl: 60, data: "192.0.2.9" };
      expect(problemOf({ ...set, records: [...set.records, more] }, zone, [key], during)).toMatch(/wrong/);
      for (const [labels, problem] of [
        [1, /wrong/],
        [9, /longer name/],
      ] as const) {
        const other = { ...set, signatures: set.signatures.map((each) => ({ ...each, labels })) };
        expect(problemOf(other, zone, [key], during)).toMatch(problem);
      }
    },
  );

  it("of RSA is checked, whatever order the records come in", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const exponent = Buffer.from(e, "base64url");
    const modulus = Buffer.from(n, "base64url");
    const key = {
      flags: 256,
      algorithm: 8,
      key: Buffer.concat([Buffer.from([exponent.length]), exponent, modulus]),
    };
    const records = ["192.0.2.2", "192.0.2.1"].map((data) => ({
      name: "a.example",
      type: "A" as const,
      data,
    }));
    const rrsig = {
      ...{ typeCovered: "A", algorithm: 8, labels: 2, originalTTL: 300, expiration: 2000, inception: 1000 },
      ...{ keyTag: keyTagOf(key), signersName: "example", signature: Buffer.alloc(0) },
    };
    const set = recordSet(records, "a.example", "A");
    const signature = createSign("sha256").update(signedBytes(set, rrsig)).sign(privateKey);
    const turned = { ...set, records: [...set.records].reverse(), signatures: [{ ...rrsig, signature }] };
    expect(problemOf(turned, "example", [key], new Date(1_500_000))).toBeUndefined();
    const small = { ...key, key: Buffer.concat([Buffer.from([1, 3]), Buffer.alloc(32, 7)]) };
    const odd = { ...turned, signatures: [{ ...rrsig, keyTag: keyTagOf(small), signature }] };
    expect(problemOf(odd, "example", [small], new Date(1_500_000))).toMatch(/malformed/);
  });

  it("over a wildcard holds for each name below it, and is told apart from one of the name itself", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const key = {
      flags: 257,
      algorithm: 13,
      key: Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url"))),
    };
    const rrsig = {
      ...{ typeCovered: "A", algorithm: 13, labels: 1, originalTTL: 300, expiration: 2000, inception: 1000 },
      ...{ keyTag: keyTagOf(key), signersName: "example", signature: Buffer.alloc(0) },
    };
    const of = (name: string, data = "192.0.2.1") =>
      recordSet([{ name, type: "A", ttl: 60, data }], name, "A");
    const bytes = signedBytes(of("*.example"), rrsig);
    const signature = createSign("sha256").update(bytes).sign({ key: privateKey, dsaEncoding: "ieee-p1363" });
    const problem = (set: RecordSet, labels = 1) =>
      problemOf(
        { ...set, signatures: [{ ...rrsig, labels, signature }] },
        "example",
        [key],
        new Date(1_500_000),
      );
    const signed = { ...of("a.example"), signatures: [{ ...rrsig, signature }] };
    expect(["a.example", "b.a.example", "*.example"].map((name) => problem(of(name)))).toEqual(
      Array(3).fill(undefined),
    );
    expect(problem(of("a.example", "192.0.2.9"))).toMatch(/wrong/);
    expect(problem(of("a.example"), 0)).toMatch(/wrong/);
    expect(problem(of("a.example"), 2)).toMatch(/wrong/);
    expect(isOverWildcard(signed)).toBe(true);
    // A wrong one of the name itself beside it proves no more, and the set is signed for what checks signatures.
    const beside = { ...signed, signatures: [...signed.signatures, { ...rrsig, labels: 2 }] };
    expect(problemOf(beside, "example", [key], new Date(1_500_000))).toBeUndefined();
    expect(isOverWildcard(beside)).toBe(true);
    expect(isOverWildcard({ ...signed, signatures: [{ ...rrsig, labels: 2 }] })).toBe(false);
    expect(isOverWildcard(of("a.example"))).toBe(false);
  });

  it("is looked for among few keys only", () => {
    const [{ key, record, ds: voucher }] = [published[0] ?? fail()];
    const signature = {
      ...{ typeCovered: "A", algorithm: 13, labels: 3, originalTTL: 1, expiration: 4e9, inception: 0 },
      ...{ keyTag: voucher.keyTag, signersName: "example.net", signature: Buffer.alloc(64, 1) },
    };
    const signatures = Array.from({ length: 5000 }, () => signature);
    const set = { ...recordSet([record], record.name, "A"), signatures };
    expect(problemOf(set, "example.net", [key], new Date())).toMatch(/too many/);
  });
});

describe("trust anchors", () => {
  it("are the keys of the root zone, or what a file says", () => {
    expect(rootAnchors.map(({ ds: { keyTag } }) => keyTag)).toEqual([20326, 38696]);
    expect(parseAnchors("; a comment\nExample. 3600 IN DS 1 13 2 AA".padEnd(110, "a"))).toMatchObject([
      { zone: "example", ds: { keyTag: 1, algorithm: 13, digestType: 2 } },
    ]);
    for (const wrong of ["", "; nothing", ". IN DNSKEY 257 3 8 AwEAAa", ". IN DS x 8 2 aa"]) {
      expect(() => parseAnchors(wrong)).toThrow(/DS record/);
    }
  });
});

const sockets: { close(): void }[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A server that answers each query by UDP with what a function makes of it, and by TCP as another one does. */
async function server(
  answer: (raw: Buffer, reply: (message: Buffer) => void) => void,
  tcp = createServer(),
): Promise<{ host: string; port: number }> {
  const socket: Socket = createSocket("udp4");
  socket.on("message", (raw, from) =>
    answer(raw, (message) => socket.send(message, from.port, from.address)),
  );
  const host = "127.0.0.1";
  const port = await shareOnePort(tcp, socket, { host, port: 0 });
  sockets.push(socket, tcp);
  return { host, port };
}

function ask(address: { host: string; port: number }, timeoutMs = 3000) {
  const options = {
    timeoutMs,
    signal: new AbortController().signal,
    recursive: true,
    record: () => undefined,
  };
  return query(address, { name: "app.example", type: "A" }, options);
}

const right: Answer = { name: "app.example", type: "A", ttl: 1, data: "192.0.2.7" };

function answerTo(raw: Buffer, changes: { id?: number; name?: string; answers?: Answer[] } = {}): Buffer {
  const { id } = decode(raw);
  const { name = "app.example", answers = [right] } = changes;
  const questions = [{ name, type: "A" as const, class: "IN" as const }];
  return encode({ type: "response", id: changes.id ?? id, questions, answers });
}

describe("a DNS server", () => {
  it("is asked for signatures, and its answer is read", async () => {
    let asked: ReturnType<typeof decode> | undefined;
    const address = await server((raw, reply) => {
      asked = decode(raw);
      reply(answerTo(raw));
    });
    expect((await ask(address)).records).toMatchObject([{ data: "192.0.2.7" }]);
    expect(asked).toMatchObject({ flag_cd: true, flag_rd: true, additionals: [{ flag_do: true }] });
  });

  it("that sends messages with other ids and questions is heard where one is right", async () => {
    const address = await server((raw, reply) => {
      const { id = 0 } = decode(raw);
      const forged: Answer[] = [{ ...right, data: "203.0.113.1" }];
      reply(answerTo(raw, { id: (id + 1) % 65_536, answers: forged }));
      reply(answerTo(raw, { name: "evil.example", answers: forged }));
      reply(raw);
      reply(Buffer.from("x"));
      reply(answerTo(raw));
    });
    expect((await ask(address)).records).toMatchObject([{ data: "192.0.2.7" }]);
  });

  it.each<[string, (raw: Buffer, reply: (message: Buffer) => void) => void, string]>([
    ["that never answers", () => undefined, "timed-out"],
    [
      "that answers nothing but something else",
      (raw, reply) => {
        for (let count = 0; count < 200; count += 1) reply(answerTo(raw, { name: "evil.example" }));
      },
      "not-understood",
    ],
    [
      "with a name that points to itself",
      (raw, reply) => reply(withName(raw, [0xc0, 0x1d])),
      "not-understood",
    ],
    ["with a name that points ahead", (raw, reply) => reply(withName(raw, [0xc0, 0xff])), "not-understood"],
    ["with a label of another kind", (raw, reply) => reply(withName(raw, [0x80, 0x01])), "not-understood"],
    [
      "that promises more records than it has",
      (raw, reply) => reply(promising(answerTo(raw))),
      "not-understood",
    ],
  ])("%s is unknown", async (_, answer, reason) => {
    await expect(ask(await server(answer), reason === "timed-out" ? 100 : 2000)).rejects.toMatchObject({
      name: "Unknown",
      reason,
    });
  });

  it("that cuts an answer off is asked by TCP, where it may be as long as it likes", async () => {
    const many = Array.from(
      { length: 2000 },
      (_, index): Answer => ({ ...right, data: `192.0.2.${index % 250}` }),
    );
    const tcp = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (chunk) => {
        const message = answerTo(chunk.subarray(2), { answers: many });
        const prefix = Buffer.alloc(2);
        prefix.writeUInt16BE(message.length);
        // In pieces, with more than was promised.
        socket.write(Buffer.concat([prefix, message.subarray(0, 100)]));
        socket.write(Buffer.concat([message.subarray(100), Buffer.alloc(5000)]));
      });
    });
    const address = await server((raw, reply) => {
      const cut = answerTo(raw);
      cut.writeUInt16BE(0x8200, 2);
      reply(cut.subarray(0, 20));
    }, tcp);
    expect((await ask(address)).records).toHaveLength(2000);
  });

  it("of this machine's own network is not asked for a zone", async () => {
    const resolver = new Resolver({ targets: {}, limits: defaultLimits });
    const asking = { signal: new AbortController().signal, record: () => undefined };
    await expect(
      resolver.askNameServer("127.0.0.1", { name: "app.example", type: "NS" }, asking),
    ).rejects.toMatchObject({ reason: "target-refused" });
  });
});

it("an answer of any bytes is read, refused or taken for somebody else's", () => {
  const types: readonly RecordType[] = ["A", "DNSKEY", "CAA", "SOA", "DS"];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.uint8Array({ maxLength: 600 }),
      fc.nat(600),
      (type, noise, at) => {
        const question = { name: "app.example", type };
        const message = Buffer.concat([encodeQuery(7, question, true), noise]);
        message.writeUInt16BE(0x8180, 2);
        message.writeUInt16BE(3, 6);
        message.set(noise.subarray(0, 4), Math.min(at, message.length - 4));
        message.writeUInt16BE(7, 0);
        try {
          const answer = decodeAnswer(message, 7, question);
          for (const record of answer?.records ?? []) {
            const set = recordSet([record], "app.example", record.type);
            expect(typeof problemOf(set, "example", [], new Date())).toBe("string");
          }
        } catch (error) {
          expect(error).toMatchObject({ reason: "not-understood" });
        }
      },
    ),
  );
});

/** An answer whose record has a name of these bytes. */
function withName(raw: Buffer, name: readonly number[]): Buffer {
  const message = answerTo(raw, { answers: [] });
  message.writeUInt16BE(1, 6);
  return Buffer.concat([message, Buffer.from(name), Buffer.from([0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4])]);
}

function promising(message: Buffer): Buffer {
  message.writeUInt16BE(65_535, 6);
  return message;
}

function base64(text: string): Buffer {
  return Buffer.from(text, "base64");
}

function ds(keyTag: number, algorithm: number, digestType: number, digest: string): DsData {
  return { keyTag, algorithm, digestType, digest: Buffer.from(digest, "hex") };
}

function seconds(text: string): number {
  return Date.parse(text) / 1000;
}

function fail(): never {
  throw new Error("There is no such example");
}
